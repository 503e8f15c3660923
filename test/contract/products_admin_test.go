package contract

import (
	"fmt"
	"strings"
	"testing"
)

func productsForAdmins(t *testing.T, s *shop) {
	c, admin := s.guest(t), s.admin(t)
	body := object{"name": "Ramo de prueba", "summary": nil, "description": "", "price_usd": 45.9, "price_ves": 1836, "stock": 7,
		"sku": "FY-PRUEBA", "featured": false, "carousel_order": 0, "active": true}
	c.post("/api/products", body).refused(401, "UnauthorizedError", 2001)
	made := admin.post("/api/products", body).want(201)
	made.has(made.field("data"), productShape)
	if made.field("data.description") != nil || made.field("data.carousel_order") != nil || made.field("data.price_usd") != 45.9 {
		t.Errorf("created: %s", made.content)
	}
	admin.post("/api/products", object{"product": object{"name": "Otro", "price_usd": 1, "sku": "fy-prueba"}}).refused(409, "ConflictError", 4006)
	at := fmt.Sprintf("/api/products/%d", made.id())
	for field, values := range map[string][]any{"name": {"", "x", strings.Repeat("n", 256), "<b>", nil, 7}, "price_usd": {0, -1, "9", nil, 1e12},
		"stock": {-1, 100001, 1.5, nil, "3"}, "summary": {strings.Repeat("s", 501)}, "description": {strings.Repeat("d", 2001)},
		"sku": {strings.Repeat("s", 51)}, "carousel_order": {8, -1}, "active": {"yes", nil}} {
		for _, value := range values {
			in := object{"name": "Bien", "price_usd": 10}
			in[field] = value
			admin.post("/api/products", in).names(field)
			admin.put(at, object{field: value}).names(field)
		}
	}
	updated := admin.put(at, object{"description": "Nueva", "price_usd": 50.005, "stock": 9}).want(200)
	if updated.field("data.description") != "Nueva" || updated.field("data.price_usd") != 50.01 || updated.field("data.stock") != 9.0 ||
		updated.field("data.sku") != "FY-PRUEBA" {
		t.Errorf("updated: %s", updated.content)
	}
	if a := admin.put(at, object{"description": nil}).want(200); a.field("data.description") != nil {
		t.Errorf("null clears: %s", a.content)
	}
	admin.put(at, object{}).refused(400, "BadRequestError", 1002)
	admin.put("/api/products/999999", object{"stock": 1}).refused(404, "NotFoundError", 3001)
	if a := admin.patch(at+"/stock", object{"quantity": 3}).want(200); a.field("data.stock") != 3.0 {
		t.Errorf("stock: %s", a.content)
	}
	for _, quantity := range []any{-1, 100001, "3", nil, 2.5} {
		admin.patch(at+"/stock", object{"quantity": quantity}).names("quantity")
	}
	c.patch(at+"/stock", object{"quantity": 3}).want(401)
	carousel(t, admin, at)
	productOccasions(t, admin, made.id())

	pictures(t, c, admin)

	if a := admin.send("DELETE", at, nil).want(200); a.field("data.active") != false || a.field("data.featured") != false {
		t.Errorf("delete: %s", a.content)
	}
	admin.send("DELETE", at, nil).refused(404, "NotFoundError", 3001)
	c.get(at).refused(404, "NotFoundError", 3001)
	admin.get(at).want(200)
	if n := len(admin.get("/api/products?sku=FY-PRUEBA&includeInactive=true").want(200).list()); n != 1 {
		t.Errorf("an admin finds %d of the inactive product", n)
	}
	if n := len(c.get("/api/products?sku=FY-PRUEBA&includeInactive=true").want(200).list()); n != 0 {
		t.Errorf("a guest finds %d of the inactive product", n)
	}
	admin.patch(at+"/reactivate", object{}).want(200)
	admin.patch(at+"/reactivate", nil).refused(409, "ConflictError", 4006)
}

func carousel(t *testing.T, admin *caller, at string) {
	if a := admin.patch(at+"/carousel-order", object{"order": 7}).want(200); a.field("data.featured") != true || a.field("data.carousel_order") != 7.0 {
		t.Errorf("into slot 7: %s", a.content)
	}
	seen := 0
	for _, v := range admin.get("/api/products/carousel").want(200).list() {
		if v.(object)["carousel_order"] == 7.0 {
			seen++
		}
	}
	if seen != 1 {
		t.Errorf("%d products stand in slot 7", seen)
	}
	admin.patch(at+"/carousel-order", object{"order": 8}).want(400)
	admin.patch(at+"/carousel-order", object{}).names("order")
	if a := admin.patch(at+"/carousel-order", object{"order": nil}).want(200); a.field("data.featured") != false {
		t.Errorf("out of the carousel: %s", a.content)
	}
}

func productOccasions(t *testing.T, admin *caller, id int) {
	occasions := numbers(admin.get("/api/occasions").want(200).list(), "id")
	// The pages use this as a linker, with the id as they find it in their address.
	a := admin.post("/api/products/with-occasions", object{"product": object{"id": fmt.Sprint(id)}, "occasionIds": list{occasions[0], occasions[1]}}).want(201)
	if a.id() != id || len(a.field("data.occasions").(list)) != 2 {
		t.Errorf("linked: %s", a.content)
	}
	at := fmt.Sprintf("/api/products/%d/occasions", id)
	if n := len(admin.put(at, object{"occasion_ids": list{occasions[0]}}).want(200).list()); n != 1 {
		t.Errorf("%d occasions, want 1", n)
	}
	admin.post(fmt.Sprintf("%s/%v", at, occasions[1]), nil).want(200)
	admin.post(fmt.Sprintf("%s/%v", at, occasions[1]), object{}).refused(409, "ConflictError", 4006)
	admin.put(at, object{"occasion_ids": list{999999}}).refused(404, "NotFoundError", 3001)
	admin.put(at, object{"occasion_ids": "all"}).names("occasion_ids")
	admin.put(at, object{}).names("occasion_ids")
	if n := len(admin.put(at, object{"occasionIds": list{}}).want(200).list()); n != 0 {
		t.Errorf("%d occasions, want none", n)
	}
	created := admin.post("/api/products/with-occasions", object{"product": object{"name": "Con ocasión", "price_usd": 9}, "occasionIds": list{occasions[0]}}).want(201)
	if created.id() == id {
		t.Error("a product without an id was not created")
	}
}

func pictures(t *testing.T, c, admin *caller) {
	const at = "/api/products/30/images"
	if a := admin.patch(at+"/primary/1", nil).want(200); a.field("data.is_primary") != true || a.field("data.image_index") != 1.0 {
		t.Errorf("primary: %s", a.content)
	}
	admin.patch(at+"/primary/5", nil).refused(404, "NotFoundError", 3001)
	admin.patch(at+"/primary/6", nil).names("imageIndex")
	admin.send("DELETE", at+"/x", nil).names("imageIndex")
	c.send("DELETE", at+"/1", nil).refused(401, "UnauthorizedError", 2001)
	if a := admin.send("DELETE", at+"/1", nil).want(200); a.field("data.deleted_count") != 4.0 {
		t.Errorf("deleted: %s", a.content)
	}
	admin.send("DELETE", at+"/1", nil).refused(404, "NotFoundError", 3001)
	if n := len(c.get(at).want(200).list()); n != 0 {
		t.Errorf("%d files are left", n)
	}
	if one := c.get("/api/products/30").want(200); len(one.field("data.product_images").(list)) != 0 {
		t.Errorf("the product still shows its pictures: %s", one.content)
	}
	photographs(t, c, admin)
}
