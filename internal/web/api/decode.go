package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"floresya/internal/fault"
	"floresya/internal/web"
)

// Bounds of a body beyond its size.
const (
	maxDepth  = 16
	maxTokens = 20_000
)

// decode reads the request's body as a T.
func decode[T any](r *http.Request) (T, error) {
	var v T
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && strings.HasPrefix(kind, "multipart/") {
		return v, fault.New(fault.Invalid, "media_type", "Envía JSON: aquí no se acepta multipart.")
	}
	return v, decodeBytes(web.Body(r), &v)
}

// strict is decode for surfaces that are ours alone: names that the struct does not know are refused.
func strict[T any](r *http.Request) (T, error) {
	var v T
	return v, decodeBytes(web.Body(r), &v, json.RejectUnknownMembers(true))
}

func decodeBytes(body []byte, v any, options ...json.Options) error {
	if err := scan(body); err != nil {
		return err
	}
	if err := json.Unmarshal(body, v, options...); err != nil {
		return wrongType(err)
	}
	return nil
}

// optional is decode for routes whose body may be missing.
func optional[T any](r *http.Request) (T, error) {
	if len(bytes.TrimSpace(web.Body(r))) == 0 {
		var none T
		return none, nil
	}
	return decode[T](r)
}

// scan refuses what no handler should see.
func scan(body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return fault.Invalidf("body", "La solicitud necesita un cuerpo JSON.")
	}
	d := jsontext.NewDecoder(bytes.NewReader(body))
	for n := 0; ; n++ {
		token, err := d.ReadToken()
		if errors.Is(err, io.EOF) && d.StackDepth() == 0 && n > 0 {
			return nil
		}
		at := func() string { return dotted(d.StackPointer()) }
		switch {
		case err != nil:
			return malformed(err)
		case n > 0 && d.StackDepth() == 0 && ended(token) && trailing(d):
			return fault.Invalidf("body", "El cuerpo debe ser un solo valor JSON.")
		case n >= maxTokens:
			return fault.Invalidf(at(), "El cuerpo tiene demasiados valores.")
		case d.StackDepth() > maxDepth:
			return fault.Invalidf(at(), "El cuerpo tiene más de %d niveles.", maxDepth)
		case token.Kind() == '"' && strings.ContainsRune(token.String(), 0):
			return fault.Invalidf(at(), "%s: no se aceptan caracteres NUL", at())
		}
	}
}

func ended(t jsontext.Token) bool { return t.Kind() == '}' || t.Kind() == ']' }

func trailing(d *jsontext.Decoder) bool { return d.PeekKind() != 0 }

func malformed(err error) error {
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	if !ok {
		return fault.New(fault.Invalid, "malformed_json", "JSON mal formado.").Because(err)
	}
	path, what := dotted(syntax.JSONPointer), "JSON mal formado"
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		what = "el nombre aparece dos veces"
	case strings.Contains(err.Error(), "UTF-8"):
		what = "UTF-8 inválido"
	}
	return fault.Invalidf(path, "%s: %s", path, what).Because(err)
}

// wrongType names the field and what it should have been.
func wrongType(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return malformed(err)
	}
	path := dotted(semantic.JSONPointer)
	if errors.Is(err, json.ErrUnknownName) {
		return fault.Invalidf(path, "%s: campo desconocido", path).Because(err)
	}
	f := fault.Invalidf(path, "%s: debe ser %s", path, typeName(semantic.GoType))
	return f.Because(err)
}

// named lets a type of ours say what it wants.
type named interface{ want() string }

func typeName(t reflect.Type) string {
	if t == nil {
		return "de otro tipo"
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if n, ok := reflect.Zero(t).Interface().(named); ok {
		return n.want()
	}
	switch t.Kind() {
	case reflect.String:
		return "un texto"
	case reflect.Bool:
		return "true o false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if strings.HasSuffix(t.PkgPath(), "/money") {
			return "un número"
		}
		return "un número entero dentro de límites"
	case reflect.Slice, reflect.Array:
		return "una lista"
	case reflect.Struct, reflect.Map:
		return "un objeto"
	default:
		return "un número"
	}
}

// dotted turns a JSON pointer into the contract's path: "items.0.quantity"; the whole body is "body".
func dotted(p jsontext.Pointer) string {
	var b strings.Builder
	for token := range p.Tokens() {
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(printable(token))
		if b.Len() > 200 {
			break
		}
	}
	if b.Len() == 0 {
		return "body"
	}
	return b.String()
}

// printable keeps what a caller named readable in messages and logs.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '�'
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	if len(s) > 100 {
		s = strings.ToValidUTF8(s[:100], "") + "…"
	}
	return s
}

// errEmpty is for partial updates that change nothing.
func errEmpty() error {
	return fault.New(fault.Invalid, "nothing_to_change", "Nombra al menos un campo para cambiar.")
}
