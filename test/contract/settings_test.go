package contract

import (
	"strings"
	"testing"

	"floresya/test/program"
)

func settings(t *testing.T, s *shop) {
	c := s.guest(t)
	public := c.get("/api/settings/public").want(200)
	if len(public.list()) < 42 {
		t.Errorf("%d public settings, want the 42 of the legacy shop", len(public.list()))
	}
	found := map[string]string{}
	for _, v := range public.list() {
		public.has(v, shape{"id": "n", "key": "s", "value": "s", "description": "s?", "type": "s", "is_public": "b",
			"created_at": "t", "updated_at": "t", "active": "b"})
		found[v.(object)["key"].(string)] = v.(object)["value"].(string)
	}
	for _, key := range []string{"DELIVERY_COST_USD", "bcv_usd_rate", "contact_phone_primary", "payment_zelle_email", "social_tiktok_handle"} {
		if _, ok := found[key]; !ok {
			t.Errorf("%s is not public", key)
		}
	}
	if a := c.get("/api/settings/DELIVERY_COST_USD/value").want(200); a.field("data") != found["DELIVERY_COST_USD"] {
		t.Errorf("value: %s", a.content)
	}
	unknown := c.get("/api/settings/no_such_key/value").want(200)
	if v, there := unknown.body.(object)["data"]; v != nil || !there || unknown.field("message") != "Setting not found" {
		t.Errorf("unknown key: %s", unknown.content)
	}
	if a := c.get("/api/settings/map").want(200); a.field("data.DELIVERY_COST_USD") != found["DELIVERY_COST_USD"] {
		t.Errorf("map: %.300s", a.content)
	}
	if a := c.get("/api/settings/DELIVERY_COST_USD").want(200); a.field("data.key") != "DELIVERY_COST_USD" {
		t.Errorf("one: %s", a.content)
	}
	c.get("/api/settings/no_such_key").refused(404, "NotFoundError", 3001)
	c.get("/api/settings/" + strings.Repeat("k", 101) + "/value").names("key")
	c.get("/api/settings/map?public=perhaps").names("public")
	c.get("/api/settings").refused(401, "UnauthorizedError", 2001)
}

func settingsForAdmins(t *testing.T, s *shop) {
	c, admin := s.guest(t), s.admin(t)
	c.put("/api/settings/contact_phone_secondary", object{"value": "x"}).refused(401, "UnauthorizedError", 2001)
	// The contact editor sends nothing but a value, also an empty one.
	for _, value := range []string{"+58 412-0000000", ""} {
		if a := admin.put("/api/settings/contact_phone_secondary", object{"value": value}).want(200); a.field("data.value") != value {
			t.Errorf("got %s", a.content)
		}
	}
	admin.put("/api/settings/no_such_key", object{"value": "x"}).refused(404, "NotFoundError", 3001)
	admin.put("/api/settings/contact_phone_secondary", object{}).refused(400, "BadRequestError", 1002)
	admin.put("/api/settings/contact_phone_secondary", object{"value": strings.Repeat("x", 5001)}).names("value")
	admin.post("/api/settings", object{"key": "secret_thing", "value": 7, "type": "number", "is_public": false}).want(201)
	admin.post("/api/settings", object{"key": "SECRET_THING", "value": "7"}).refused(409, "ConflictError", 4006)
	if a := c.get("/api/settings/secret_thing/value").want(200); a.field("data") != nil {
		t.Errorf("a private value is shown: %s", a.content)
	}
	if a := c.get("/api/settings/map").want(200); a.field("data.secret_thing") != nil {
		t.Error("a private key is in the map")
	}
	c.get("/api/settings/secret_thing").refused(404, "NotFoundError", 3001)
	if a := admin.get("/api/settings/secret_thing/value").want(200); a.field("data") != 7.0 {
		t.Errorf("typed value: %s", a.content)
	}
	admin.send("DELETE", "/api/settings/secret_thing", nil).want(200)
	admin.send("DELETE", "/api/settings/secret_thing", nil).refused(404, "NotFoundError", 3001)

	c.post("/api/admin/settings/bcv-price", raw(`"50"`)).refused(401, "UnauthorizedError", 2001)
	for body, want := range map[raw]string{`"55.5"`: "55.50", `55.25`: "55.25", `{"bcv_price":56}`: "56.00", `{"rate":56.5}`: "56.50", `"57,25"`: "57.25"} {
		a := admin.post("/api/admin/settings/bcv-price", body).want(200)
		if a.field("data.value") != want || a.field("message") != "Precio BCV guardado exitosamente" {
			t.Errorf("%s: got %s", body, a.content)
		}
		if v := c.get("/api/settings/bcv_usd_rate/value").want(200).field("data"); v != want {
			t.Errorf("%s: the setting is %v", body, v)
		}
	}
	for _, body := range []raw{`"0"`, `-1`, `"1000001"`, `"abc"`, `1.1234567`, `""`} {
		admin.post("/api/admin/settings/bcv-price", body).names("rate")
	}
	for _, body := range []raw{`{}`, `[1]`, `null`, `true`} {
		admin.post("/api/admin/settings/bcv-price", body).names("body")
	}
}

func paymentMethods(t *testing.T, s *shop) {
	c := s.guest(t)
	for _, path := range []string{"/api/payments/methods", "/api/payment-methods"} {
		a := c.get(path).want(200)
		if len(a.list()) < 5 {
			t.Fatalf("%s: %d methods", path, len(a.list()))
		}
		a.has(a.field("data.0"), shape{"id": "n", "name": "s", "type": "s", "description": "s?", "account_info": "s?", "active": "b",
			"display_order": "n", "created_at": "t", "updated_at": "t"})
	}
	c.get("/api/payment-methods/1").want(200)
	c.get("/api/payment-methods/999999").refused(404, "NotFoundError", 3001)
	c.get("/api/payment-methods/x").names("id")
	if n := len(c.get("/api/payment-methods?limit=2").want(200).list()); n != 2 {
		t.Errorf("limit=2 gives %d", n)
	}
}

func signIn(t *testing.T, s *shop) {
	c := s.guest(t)
	c.get("/api/auth/me").refused(401, "UnauthorizedError", 2001)
	c.post("/api/auth/login", object{"email": program.AdminEmail, "password": "wrong"}).refused(401, "UnauthorizedError", 2001)
	c.post("/api/auth/login", object{"email": program.AdminEmail}).names("password")
	c.post("/api/auth/login", object{"email": program.AdminEmail, "password": "x", "more": 1}).names("more")
	a := c.post("/api/auth/login", object{"email": strings.ToUpper(program.AdminEmail), "password": program.AdminPassword}).want(200)
	a.has(a.field("data.user"), shape{"id": "n", "email": "s", "full_name": "s", "role": "s"})
	cookie := a.header.Get("Set-Cookie")
	if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite") {
		t.Errorf("session cookie %q", cookie)
	}
	if me := c.get("/api/auth/me").want(200); me.field("data.role") != "admin" {
		t.Errorf("me by cookie: %s", me.content)
	}
	token := a.field("data.token").(string)
	bearer := s.guest(t)
	bearer.token = token
	bearer.get("/api/auth/me").want(200)
	c.post("/api/auth/logout", nil).want(200)
	c.get("/api/auth/me").refused(401, "UnauthorizedError", 2001)
	bearer.get("/api/auth/me").refused(401, "UnauthorizedError", 2001)
}
