package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"

	"floresya/internal/fault"
	"floresya/internal/shop/money"
	"floresya/internal/web"
)

const about = `The HTTP API of FloresYa, a florist's shop.

Answers are ` + "`{success: true, data, message}`" + `, errors ` + "`{success: false, error, code, category, message, …}`" + `
with a message for people. Money is a decimal number, ids are positive whole numbers, instants are ISO 8601.
A route that creates something takes an ` + "`Idempotency-Key`" + ` header: the same key with the same request gives the
same answer, with another request 422. Sign in for a session cookie, or send the token as ` + "`Authorization: Bearer`" + `.
Guests are known by a signed cookie that comes with their first order.`

// openAPI describes routes. It is built once, from the list that also answers.
func openAPI(routes []web.Route) ([]byte, error) {
	schemas := huma.NewMapRegistry("#/components/schemas/", schemaName)
	for _, t := range []reflect.Type{reflect.TypeFor[money.USD](), reflect.TypeFor[money.VES](), reflect.TypeFor[money.Rate]()} {
		schemas.RegisterTypeAlias(t, reflect.TypeFor[float64]())
	}
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info:    &huma.Info{Title: "FloresYa", Version: "1", Description: about},
		Servers: []*huma.Server{{URL: "/"}},
		Components: &huma.Components{Schemas: schemas, SecuritySchemes: map[string]*huma.SecurityScheme{
			"session": {Type: "apiKey", In: "cookie", Name: web.SessionName},
			"bearer":  {Type: "http", Scheme: "bearer"},
			"guest":   {Type: "apiKey", In: "cookie", Name: "floresya-guest"},
		}},
	}
	refusal := schemas.Schema(reflect.TypeFor[Refusal](), true, "")
	for i := range routes {
		doc.AddOperation(operation(schemas, &routes[i], refusal))
	}
	for name, schema := range schemas.Map() {
		if name != "LoginIn" { // sign-in is ours alone and strict; elsewhere unknown names are ignored
			schema.AdditionalProperties = nil
		}
	}
	return json.Marshal(doc)
}

// Refusal is the error envelope as the document shows it.
type Refusal struct {
	Success          bool           `json:"success"`
	Error            string         `json:"error" example:"NotFoundError"`
	Code             int            `json:"code" example:"3001"`
	Category         string         `json:"category" enum:"validation,authentication,not_found,business,server"`
	Message          string         `json:"message"`
	Type             string         `json:"type"`
	Title            string         `json:"title"`
	Status           int            `json:"status"`
	Detail           string         `json:"detail"`
	Instance         string         `json:"instance"`
	Timestamp        string         `json:"timestamp"`
	Path             string         `json:"path,omitzero"`
	RequestID        string         `json:"requestId,omitzero"`
	Details          map[string]any `json:"details,omitzero"`
	ValidationErrors *struct {
		Errors []fault.Field `json:"errors"`
	} `json:"validationErrors,omitzero"`
	Errors []fault.Field `json:"errors,omitzero"`
}

// schemaName keeps unexported request types readable: placeIn becomes PlaceIn.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if name == "" {
		return hint
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

func operation(schemas huma.Registry, r *web.Route, refusal *huma.Schema) *huma.Operation {
	op := &huma.Operation{Method: r.Method, Path: r.Pattern, OperationID: operationID(r), Summary: r.Doc.Summary,
		Description: r.Doc.Detail, Tags: []string{r.Doc.Tag}, Parameters: parameters(r), Responses: map[string]*huma.Response{}}
	switch r.Access {
	case web.Admin, web.Owner:
		op.Security = []map[string][]string{{"session": {}}, {"bearer": {}}}
	case web.GuestOrder:
		op.Security = []map[string][]string{{"guest": {}}, {"session": {}}, {"bearer": {}}}
	case web.Public:
	}
	if r.Doc.In != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {Schema: schemas.Schema(reflect.TypeOf(r.Doc.In), true, "")}}}
	}
	status := r.Doc.Status
	if status == 0 {
		status = http.StatusOK
	}
	op.Responses[strconv.Itoa(status)] = success(schemas, r)
	op.Responses["default"] = &huma.Response{Description: "Refused",
		Content: map[string]*huma.MediaType{"application/json": {Schema: refusal}}}
	return op
}

func success(schemas huma.Registry, r *web.Route) *huma.Response {
	if r.Doc.Media != "" {
		return &huma.Response{Description: r.Doc.Summary, Content: map[string]*huma.MediaType{r.Doc.Media: {}}}
	}
	data := &huma.Schema{}
	if r.Doc.Out != nil {
		data = schemas.Schema(reflect.TypeOf(r.Doc.Out), true, "")
	}
	return &huma.Response{Description: r.Doc.Summary, Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"success", "data", "message"},
		Properties: map[string]*huma.Schema{"success": {Type: huma.TypeBoolean}, "data": data, "message": {Type: huma.TypeString}}}}}}
}

func operationID(r *web.Route) string {
	path := strings.NewReplacer("/api/", "", "/", "-", "{", "", "}", "").Replace(r.Pattern)
	return strings.ToLower(r.Method) + "-" + path
}

func parameters(r *web.Route) []*huma.Param {
	var list []*huma.Param
	for _, segment := range strings.Split(r.Pattern, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			name = strings.TrimSuffix(name, "}")
			schema := &huma.Schema{Type: huma.TypeInteger, Minimum: new(1.0), Maximum: new(float64(maxID))}
			if name == "sku" || name == "slug" || name == "key" {
				schema = &huma.Schema{Type: huma.TypeString}
			}
			list = append(list, &huma.Param{Name: name, In: "path", Required: true, Schema: schema})
		}
	}
	for _, p := range r.Doc.Query {
		schema := &huma.Schema{Type: p.Type}
		for _, value := range p.Enum {
			schema.Enum = append(schema.Enum, value)
		}
		list = append(list, &huma.Param{Name: p.Name, In: "query", Description: p.Detail, Schema: schema})
	}
	if r.Creates {
		list = append(list, &huma.Param{Name: "Idempotency-Key", In: "header",
			Description: "The same key with the same request gives the same answer for 30 days.",
			Schema:      &huma.Schema{Type: huma.TypeString, MinLength: new(1), MaxLength: new(255)}})
	}
	return list
}
