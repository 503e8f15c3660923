package contract

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

var productShape = shape{"id": "n", "name": "s", "summary": "s?", "description": "s?", "price_usd": "n", "price_ves": "n?",
	"stock": "n", "sku": "s?", "active": "b", "featured": "b", "carousel_order": "n?", "created_at": "t", "updated_at": "t"}

func numbers(l list, field string) []float64 {
	out := make([]float64, len(l))
	for i, v := range l {
		out[i], _ = v.(object)[field].(float64)
	}
	return out
}

func products(t *testing.T, s *shop) {
	c := s.guest(t)
	all := c.get("/api/products").want(200)
	if n := len(all.list()); n < 48 {
		t.Errorf("without limit: %d products, want all of the 48", n)
	}
	all.has(all.list()[0], productShape)
	for _, leaked := range []string{"search_text", "reserved", "version", "name_normalized", "image_url_small", "product_images"} {
		if all.field("data.0."+leaked) != nil {
			t.Errorf("%s is shown", leaked)
		}
	}
	if all.field("message") != "Products retrieved successfully" || all.field("data.0.price_ves") == nil {
		t.Errorf("message %v, price_ves %v", all.field("message"), all.field("data.0.price_ves"))
	}

	// The home page: pages of 16 with their picture.
	first := c.get("/api/products?limit=16&offset=0&sortBy=created_desc&imageSize=small").want(200).list()
	second := c.get("/api/products?limit=16&page=2&sortBy=created_desc&imageSize=small").want(200).list()
	if len(first) != 16 || len(second) != 16 || slices.Contains(numbers(second, "id"), numbers(first, "id")[0]) {
		t.Errorf("pages of %d and %d products overlap", len(first), len(second))
	}
	image, _ := first[0].(object)["image_url_small"].(string)
	if image == "" {
		t.Fatalf("no image_url_small: %v", first[0])
	}
	if a := c.get(image); a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "image/") {
		t.Errorf("%s: %d %s", image, a.status, a.header.Get("Content-Type"))
	}
	for sort, cmp := range map[string]func(a, b float64) bool{
		"price_asc":  func(a, b float64) bool { return a <= b },
		"price_desc": func(a, b float64) bool { return a >= b },
	} {
		prices := numbers(c.get("/api/products?sortBy="+sort).want(200).list(), "price_usd")
		for i := 1; i < len(prices); i++ {
			if !cmp(prices[i-1], prices[i]) {
				t.Errorf("%s: %v", sort, prices)
				break
			}
		}
	}
	for _, sort := range []string{"rating_desc", "newest", "created_at", "nonsense; drop table products"} {
		if got := c.get("/api/products?limit=3&sort=" + url.QueryEscape(sort)).want(200).list(); got[0].(object)["id"] != all.field("data.0.id") {
			t.Errorf("sort %s is not the newest first", sort)
		}
	}
	for _, tt := range []struct {
		query string
		check func(list) bool
	}{
		{"price_min=30&price_max=60", func(l list) bool { return between(l, 30, 60) }},
		{"price_min=100", func(l list) bool { return between(l, 100, 1e9) }},
		{"featured=true", func(l list) bool { return len(l) > 0 && len(l) <= 7 }},
		{"featured=1&limit=1", func(l list) bool { return len(l) == 1 }},
		{"occasion=nothing-like-it", func(l list) bool { return len(l) == 0 }},
		{"search=" + url.QueryEscape("%"), func(l list) bool { return len(l) == 0 }},
		{"search=", func(l list) bool { return len(l) >= 48 }},
		{"limit=0", func(l list) bool { return len(l) >= 48 }},
		{"limit=99999", func(l list) bool { return len(l) >= 48 }},
		{"offset=100000", func(l list) bool { return len(l) == 0 }},
		{"unknown=x&includeInactive=true&limit=1", func(l list) bool { return len(l) == 1 }},
	} {
		if a := c.get("/api/products?" + tt.query).want(200); !tt.check(a.list()) {
			t.Errorf("%s: got %.200s", tt.query, a.content)
		}
	}
	for query, field := range map[string]string{"limit=x": "limit", "limit=-1": "limit", "offset=-1": "offset", "page=0": "page",
		"price_min=cheap": "price_min", "price_max=-1": "price_max", "featured=maybe": "featured", "imageSize=huge": "imageSize",
		"search=" + strings.Repeat("a", 256): "search", "search=%00": "search", "search=%ff": "search", "sku=%ff": "sku",
		"limit=99999999999999999999": "limit", "includeInactive=perhaps": "includeInactive", "occasion=" + strings.Repeat("a", 101): "occasion",
		"search=%zz": "query"} {
		c.get("/api/products?" + query).names(field)
	}
	accents(t, c)
}

func between(l list, low, high float64) bool {
	for _, p := range numbers(l, "price_usd") {
		if p < low || p > high {
			return false
		}
	}
	return true
}

// accents: a search folds case and accents on both sides.
func accents(t *testing.T, c *caller) {
	occasions := c.get("/api/occasions").want(200).list()
	slug := occasions[0].(object)["slug"].(string)
	id := int(occasions[0].(object)["id"].(float64))
	bySlug, byID := c.get("/api/products?occasion="+slug).want(200).list(), c.get(fmt.Sprintf("/api/products?occasion=%d", id)).want(200).list()
	of := c.get(fmt.Sprintf("/api/products/occasion/%d", id)).want(200).list()
	if len(bySlug) == 0 || len(bySlug) != len(byID) || len(of) != len(bySlug) {
		t.Errorf("occasion %s: %d by slug, %d by id, %d by path", slug, len(bySlug), len(byID), len(of))
	}
	admin := c.shop.admin(t)
	made := admin.post("/api/products", object{"name": "Corazón Ñandú", "price_usd": 12.5}).want(201).id()
	for _, search := range []string{"corazon nandu", "CORAZÓN", "zón ñ"} {
		if got := numbers(c.get("/api/products?search="+url.QueryEscape(search)).want(200).list(), "id"); !slices.Contains(got, float64(made)) {
			t.Errorf("search %q does not find %d: %v", search, made, got)
		}
	}
}

func product(t *testing.T, s *shop) {
	c := s.guest(t)
	one := c.get("/api/products/1").want(200)
	one.has(one.field("data"), productShape)
	if stock, _ := one.field("data.stock").(float64); stock < 2 || one.field("data.active") != true {
		t.Errorf("product 1 must be active and have 2 pieces: %.300s", one.content)
	}
	one.has(one.field("data.product_images.0"), imageShape)
	sized := c.get("/api/products/1?imageSize=thumbnail").want(200)
	if sized.field("data.image_url_thumb") == nil || sized.field("data.product_images") != nil {
		t.Errorf("imageSize: %.400s", sized.content)
	}
	missing := c.get("/api/products/999999").refused(404, "NotFoundError", 3001)
	if missing.field("path") != "/api/products/999999" || missing.field("details.resource") != "Product" {
		t.Errorf("404: %s", missing.content)
	}
	for _, id := range []string{"0", "-1", "abc", "2147483648", "1.5", "%00", "9999999999999999999999", "+1", "0x1"} {
		c.get("/api/products/" + id).names("id")
	}
	sku, _ := one.field("data.sku").(string)
	if got := c.get("/api/products/sku/" + url.PathEscape(strings.ToLower(sku))).want(200); got.id() != 1 {
		t.Errorf("sku %s: %.200s", sku, got.content)
	}
	c.get("/api/products/sku/none-such").refused(404, "NotFoundError", 3001)
	c.get("/api/products/sku/%ff").names("sku")

	carousel := c.get("/api/products/carousel").want(200)
	if n := len(carousel.list()); n == 0 || n > 7 {
		t.Fatalf("the carousel has %d products", n)
	}
	carousel.has(carousel.field("data.0"), shape{"carousel_order": "n", "image_url_small": "s?", "image_url_thumb": "s?", "summary": "s?"})

	with := c.get("/api/products/with-occasions?productId=1").want(200)
	with.has(with.field("data"), productShape)
	with.has(with.field("data.occasions.0"), shape{"id": "n", "name": "s", "slug": "s", "active": "b", "is_active": "b"})
	c.get("/api/products/with-occasions?productId=999999").refused(404, "NotFoundError", 3001)
	c.get("/api/products/with-occasions?productId=x").names("productId")
	several := c.get("/api/products/with-occasions?limit=1000").want(200)
	linked := slices.IndexFunc(several.list(), func(v any) bool { return v.(object)["id"] == 1.0 })
	if several.field(fmt.Sprintf("data.%d.product_occasions.0.occasions.slug", linked)) == nil {
		t.Errorf("with-occasions: %.400s", several.content)
	}
	if n := len(c.get("/api/products/with-occasions?limit=3").want(200).list()); n != 3 {
		t.Errorf("limit=3 gives %d", n)
	}
	c.get("/api/products/occasion/999999").refused(404, "NotFoundError", 3001)
	if n := len(c.get("/api/products/1/occasions").want(200).list()); n == 0 {
		t.Error("product 1 has no occasions")
	}
}

var imageShape = shape{"id": "n", "product_id": "n", "url": "s", "size": "s", "image_index": "n", "is_primary": "b",
	"file_hash": "s", "mime_type": "s", "created_at": "t", "updated_at": "t", "active": "b"}

func images(t *testing.T, s *shop) {
	c := s.guest(t)
	all := c.get("/api/products/1/images").want(200)
	if len(all.list()) < 4 {
		t.Fatalf("product 1 has %d files", len(all.list()))
	}
	all.has(all.field("data.0"), imageShape)
	var sizes []string
	for _, v := range all.list()[:4] {
		sizes = append(sizes, v.(object)["size"].(string))
	}
	if strings.Join(sizes, " ") != "thumb small medium large" {
		t.Errorf("sizes come as %v", sizes)
	}
	home := c.get("/api/products/1/images?limit=1").want(200)
	if len(home.list()) != 1 || home.field("data.0.is_primary") != true || home.field("data.0.size") != "medium" {
		t.Errorf("limit=1: %s", home.content)
	}
	for _, v := range c.get("/api/products/1/images?size=small").want(200).list() {
		if v.(object)["size"] != "small" {
			t.Errorf("size=small gives %v", v)
		}
	}
	if p := c.get("/api/products/1/images/primary").want(200); p.field("data.is_primary") != true {
		t.Errorf("primary: %s", p.content)
	}
	c.get("/api/products/1/images?size=big").names("size")
	c.get("/api/products/1/images?limit=101").names("limit")
	c.get("/api/products/999999/images").refused(404, "NotFoundError", 3001)
	c.get("/api/products/999999/images/primary").refused(404, "NotFoundError", 3001)
	bare := s.admin(t).post("/api/products", object{"name": "Sin foto", "price_usd": 5}).want(201).id()
	if a := c.get(fmt.Sprintf("/api/products/%d/images", bare)).want(200); len(a.list()) != 0 {
		t.Errorf("a product without pictures: %s", a.content)
	}
	c.get(fmt.Sprintf("/api/products/%d/images/primary", bare)).refused(404, "NotFoundError", 3001)
}

func occasions(t *testing.T, s *shop) {
	c := s.guest(t)
	all := c.get("/api/occasions").want(200)
	all.has(all.field("data.0"), shape{"id": "n", "name": "s", "slug": "s", "description": "s?", "active": "b", "is_active": "b",
		"icon": "s?", "color": "s?", "display_order": "n", "created_at": "t", "updated_at": "t"})
	id, slug := int(all.field("data.0.id").(float64)), all.field("data.0.slug").(string)
	if c.get(fmt.Sprintf("/api/occasions/%d", id)).want(200).field("data.slug") != slug ||
		c.get("/api/occasions/slug/"+slug).want(200).field("data.id") != float64(id) {
		t.Error("an occasion is not the same by id and by slug")
	}
	c.get("/api/occasions/999999").refused(404, "NotFoundError", 3001)
	c.get("/api/occasions/slug/nothing").refused(404, "NotFoundError", 3001)
	c.get("/api/occasions/x").names("id")

	admin := s.admin(t)
	c.post("/api/occasions", object{"name": "Nadie"}).refused(401, "UnauthorizedError", 2001)
	made := admin.post("/api/occasions", object{"name": "Día del Árbol", "slug": "dia-del-arbol", "description": nil, "icon": "tree-pine",
		"color": "#11aa22", "display_order": 90, "is_active": true}).want(201).id()
	admin.post("/api/occasions", object{"name": "DÍA DEL ÁRBOL", "slug": "otro"}).refused(409, "ConflictError", 4006)
	at := fmt.Sprintf("/api/occasions/%d", made)
	if a := admin.put(at, object{"is_active": false}).want(200); a.field("data.active") != false || a.field("data.is_active") != false {
		t.Errorf("toggle: %s", a.content)
	}
	c.get(at).refused(404, "NotFoundError", 3001)
	admin.get(at).want(200)
	admin.put(at, object{}).refused(400, "BadRequestError", 1002)
	admin.patch(at+"/reactivate", nil).want(200)
	admin.patch(at+"/reactivate", object{}).refused(409, "ConflictError", 4006)
	if a := admin.patch(at+"/display-order", object{"order": 5}).want(200); a.field("data.display_order") != 5.0 {
		t.Errorf("display order: %s", a.content)
	}
	if a := admin.send("DELETE", at, nil).want(200); a.field("data.active") != false {
		t.Errorf("delete: %s", a.content)
	}
	admin.send("DELETE", at, nil).refused(404, "NotFoundError", 3001)
}
