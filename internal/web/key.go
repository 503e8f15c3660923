package web

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"floresya/internal/fault"
	"floresya/internal/shop/idempotency"
)

// keys makes idempotency keys of requests.
type keys struct{ secret [sha256.Size]byte }

func newKeys(secret []byte) keys {
	var k keys
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("idempotency"))
	mac.Sum(k.secret[:0])
	return k
}

// keyOf is the key a creating request runs under. A caller without account or cookie becomes a guest by it: if he brought
// a key, his id follows from route, key and content, so that a repeat of the request makes the same guest; the answer is
// kept for the guest he becomes as well, who may repeat it with his cookie.
func (k keys) keyOf(c *call) (idempotency.Key, error) {
	key := idempotency.Key{Route: c.route.name(), Key: c.r.Header.Get("Idempotency-Key")}
	if len(c.r.Header.Values("Idempotency-Key")) > 0 && !validKey(key.Key) {
		return key, fault.Invalidf("Idempotency-Key", "La cabecera Idempotency-Key debe tener de 1 a 255 caracteres ASCII visibles.")
	}
	if key.Key == "" {
		key.Key, key.Made = uuid.NewString(), true
	} else {
		key.Fingerprint = k.fingerprint(c)
	}
	switch {
	case c.principal != nil:
		key.Scope = "user:" + strconv.Itoa(c.principal.UserID)
	case c.guest != uuid.Nil:
		key.Scope = "guest:" + c.guest.String()
	case c.route.Access != Public:
		key.Scope = "new" // a stranger, whom the handler refuses
	default:
		c.guest, c.renew = k.mint(key), true
		key.Scope, key.Alias = "new", "guest:"+c.guest.String()
	}
	return key, nil
}

func validKey(s string) bool {
	if len(s) == 0 || len(s) > 255 {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// fingerprint tells a repeat from another request under the same key. Clients that encode anew for each attempt may order
// names in JSON differently and draw another multipart boundary: a body counts by its meaning, not by its spelling.
func (k keys) fingerprint(c *call) []byte {
	mac := hmac.New(sha256.New, k.secret[:])
	part := func(s string) {
		_, _ = io.WriteString(mac, strconv.Itoa(len(s))+":"+s)
	}
	part(c.route.name())
	for _, name := range c.names() {
		part(c.r.PathValue(name))
	}
	mac.Write(meaning(c.r.Header.Get("Content-Type"), c.body))
	return mac.Sum(nil)
}

// meaning is what body says, however it is spelled; the body itself when it is neither JSON nor whole multipart.
func meaning(kind string, body []byte) []byte {
	if media, params, err := mime.ParseMediaType(kind); err == nil && media == "multipart/form-data" {
		if sum, err := sumOfParts(multipart.NewReader(bytes.NewReader(body), params["boundary"])); err == nil {
			return sum
		}
		return body
	}
	same := jsontext.Value(body).Clone()
	if same.Canonicalize() != nil {
		return body
	}
	return same
}

// maxParts is far more than any form of the shop has.
const maxParts = 100

var errManyParts = errors.New("too many parts")

// sumOfParts hashes names, file names, kinds and contents in their order. The body has been read within its limit: the
// parts cannot be larger.
func sumOfParts(form *multipart.Reader) ([]byte, error) {
	sum := sha256.New()
	for range maxParts {
		p, err := form.NextRawPart()
		if err == io.EOF {
			return sum.Sum(nil), nil
		}
		if err != nil {
			return nil, err
		}
		content := sha256.New()
		if _, err := io.Copy(content, p); err != nil {
			return nil, err
		}
		for _, s := range []string{p.FormName(), p.FileName(), p.Header.Get("Content-Type"), string(content.Sum(nil))} {
			_, _ = io.WriteString(sum, strconv.Itoa(len(s))+":"+s)
		}
	}
	return nil, errManyParts
}

func (k keys) mint(key idempotency.Key) uuid.UUID {
	if key.Made {
		return uuid.New()
	}
	mac := hmac.New(sha256.New, k.secret[:])
	_, _ = io.WriteString(mac, "guest|"+key.Route+"|"+key.Key+"|")
	mac.Write(key.Fingerprint)
	id := uuid.UUID(mac.Sum(nil)[:16])
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: by our own rule
	return id
}
