package api

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"floresya/internal/fault"
)

// wrongField is the path of the only field a refusal names.
func wrongField(t *testing.T, err error) string {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.Invalid || len(f.Fields) != 1 {
		t.Fatalf("got %v, want a fault that names one field", err)
	}
	return f.Fields[0].Path
}

func TestWrongBodiesNameTheirField(t *testing.T) {
	item := func(s string) string { return `{"order":{},"items":[` + s + `]}` }
	for _, tt := range []struct{ body, path string }{
		{``, "body"}, {`   `, "body"}, {`[]`, "body"}, {`"x"`, "body"}, {`{`, "body"}, {`{"order":{}} {}`, "body"},
		{item(`{"product_id":1,"quantity":"2"}`), "items.0.quantity"},
		{item(`{"product_id":1,"quantity":1.5}`), "items.0.quantity"},
		{item(`{"product_id":1,"quantity":99999999999999999999}`), "items.0.quantity"},
		{item(`{"product_id":1},{"product_id":-4}`), "items.1.product_id"},
		{item(`{"product_id":2147483648}`), "items.0.product_id"},
		{item(`{"product_id":[1]}`), "items.0.product_id"},
		{item(`{"product_id":1,"unit_price_usd":"9"}`), "items.0.unit_price_usd"},
		{item(`{"product_id":1,"unit_price_usd":1e300}`), "items.0.unit_price_usd"},
		{`{"order":{"customer_name":7}}`, "order.customer_name"},
		{`{"order":{"hide_sender":"yes"}}`, "order.hide_sender"},
		{`{"order":[]}`, "order"}, {`{"items":{}}`, "items"},
		{`{"order":{"notes":"a","notes":"b"}}`, "order.notes"},
		{"{\"order\":{\"notes\":\"\xff\"}}", "order.notes"},
		{`{"order":{"notes":"a\u0000b"}}`, "order.notes"},
		{`{"a\u0000b":1}`, "a�b"},
		{`{"order":` + strings.Repeat(`[`, 40) + strings.Repeat(`]`, 40) + `}`, "order" + strings.Repeat(".0", maxDepth-1)},
		{`{"customer_email":1}`, "customer_email"},
		{`{"order":{"zone_id":0}}`, "order.zone_id"},
	} {
		var in placeIn
		if got := wrongField(t, decodeBytes([]byte(tt.body), &in)); got != tt.path {
			t.Errorf("%.80s: names %q, want %q", tt.body, got, tt.path)
		}
	}
}

func TestUnknownNamesAreIgnoredOnTheLegacySurface(t *testing.T) {
	var in placeIn
	body := `{"order":{"customer_name":"Ana","status":"delivered","user_id":"x","nested":{"a":[1,{"b":null}]}},"items":[],"more":1}`
	if err := decodeBytes([]byte(body), &in); err != nil || in.Order.CustomerName != "Ana" {
		t.Errorf("got %v, %+v", err, in.Order)
	}
}

func TestPricesComeInThreeForms(t *testing.T) {
	for body, want := range map[string]string{`"55.5"`: "55.5", `55.5`: "55.5", `{"bcv_price":55.5}`: "55.5", `{"rate":"55,5"}`: "55,5"} {
		var p bcvPrice
		if err := decodeBytes([]byte(body), &p); err != nil || string(p) != want {
			t.Errorf("%s: got %q, %v", body, p, err)
		}
	}
	for _, body := range []string{`{}`, `[]`, `true`, `null`, `{"rate":null}`} {
		var p bcvPrice
		if err := decodeBytes([]byte(body), &p); err == nil {
			t.Errorf("%s: got %q, want a refusal", body, p)
		}
	}
}

func TestPartialUpdatesTellNullFromAbsent(t *testing.T) {
	var in productIn
	if err := decodeBytes([]byte(`{"summary":null,"name":"Rosa","price_usd":10.555}`), &in); err != nil {
		t.Fatal(err)
	}
	f := in.fields()
	ch := f.change()
	if ch.Summary == nil || *ch.Summary != "" || ch.Description != nil || *ch.Name != "Rosa" || *ch.PriceUSD != 1056 {
		t.Errorf("got %+v", ch)
	}
	if err := decodeBytes([]byte(`{"product":{"stock":null}}`), &in); err != nil || wrongField(t, in.fields().refuseNulls()) != "stock" {
		t.Errorf("null stock: %v", err)
	}
}

// fuzz feeds a decoder: whatever comes, it answers with a value or a fault of the caller that names a readable field.
func fuzz[T any](f *testing.F, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	for _, s := range []string{`{"a":1,"a":2}`, "\"\xff\"", `"\u0000"`, strings.Repeat("[", 100), `1e999`, `{"":{"":[]}}`, `null`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var v T
		err := decodeBytes(body, &v)
		if err == nil {
			return
		}
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Kind != fault.Invalid || e.Msg == "" {
			t.Fatalf("%q: %v is no fault of the caller", body, err)
		}
		for _, field := range e.Fields {
			if field.Path == "" || !utf8.ValidString(field.Path) || !utf8.ValidString(field.Msg) {
				t.Errorf("%q: names %q: %q", body, field.Path, field.Msg)
			}
		}
	})
}

func FuzzPlace(f *testing.F) {
	fuzz[placeIn](f, `{"order":{"customer_email":"a@b.co","total_amount_usd":52.99},"items":[{"product_id":1,"quantity":1}]}`)
}
func FuzzProduct(f *testing.F)      { fuzz[productIn](f, `{"product":{"id":"7"},"occasionIds":[1,2]}`) }
func FuzzProductPut(f *testing.F)   { fuzz[productFields](f, `{"name":null,"price_usd":1.5}`) }
func FuzzStock(f *testing.F)        { fuzz[stockIn](f, `{"quantity":3}`) }
func FuzzCarousel(f *testing.F)     { fuzz[carouselIn](f, `{"order":null}`) }
func FuzzOccasion(f *testing.F)     { fuzz[occasionIn](f, `{"name":"Boda","is_active":false}`) }
func FuzzImages(f *testing.F)       { fuzz[imagesIn](f, `{"image_index":1,"images":[{"size":"thumb"}]}`) }
func FuzzOccasions(f *testing.F)    { fuzz[occasionsIn](f, `{"occasion_ids":[1,"2"]}`) }
func FuzzDisplayOrder(f *testing.F) { fuzz[displayOrderIn](f, `{"order":1}`) }
func FuzzStatus(f *testing.F)       { fuzz[statusIn](f, `{"status":"verified","notes":null}`) }
func FuzzCancel(f *testing.F)       { fuzz[cancelIn](f, `{"notes":"x"}`) }
func FuzzSetting(f *testing.F)      { fuzz[settingIn](f, `{"value":7}`) }
func FuzzPrice(f *testing.F)        { fuzz[bcvPrice](f, `"55,5"`) }
func FuzzLogin(f *testing.F)        { fuzz[loginIn](f, `{"email":"a@b.co","password":"x"}`) }

func FuzzQuery(f *testing.F) {
	f.Add("limit=16&page=2&sortBy=price_asc&price_min=1e3&featured=1&imageSize=small&search=%25")
	f.Fuzz(func(t *testing.T, raw string) {
		q := queryFrom(raw)
		limit, offset := q.page(1000)
		q.usd("price_min")
		q.flag("featured")
		q.sort()
		q.size()
		q.text(255, "search")
		q.day("date_from")
		if limit < 0 || limit > 1000 || offset < 0 {
			t.Errorf("%q: limit %d, offset %d", raw, limit, offset)
		}
		if err := q.Err(); err != nil && fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%q: %v", raw, err)
		}
	})
}
func FuzzConfirm(f *testing.F) {
	fuzz[confirmIn](f, `{"payment_method":"cash","reference_number":"FY-1","payment_details":"x"}`)
}
