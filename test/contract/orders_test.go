package contract

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// bouquet is an order as the payment page sends it: for pick-up, or with delivery.
func (c *caller) bouquet(product, pieces int, delivery bool) object {
	c.t.Helper()
	p := c.get(fmt.Sprintf("/api/products/%d", product)).want(200)
	price := p.field("data.price_usd").(float64)
	subtotal := price * float64(pieces)
	total := subtotal
	if delivery {
		total += 5
	}
	return object{
		"order": object{"customer_email": "ana@example.com", "customer_name": "Ana Pérez", "customer_phone": "(+58)-414-1234567",
			"delivery_address": "Av. Francisco de Miranda, edificio 3", "delivery_notes": "", "notes": "Sin <b>prisa</b>",
			"total_amount_usd": total + 1e-13, "total_amount_ves": math.Round(total * 40), "currency_rate": 40, "status": "pending"},
		"items": list{object{"product_id": product, "product_name": p.field("data.name"), "product_summary": p.field("data.name"),
			"unit_price_usd": price, "unit_price_ves": math.Round(price * 40), "quantity": pieces, "subtotal_usd": subtotal,
			"subtotal_ves": math.Round(subtotal * 40)}},
	}
}

var orderShape = shape{"id": "n", "user_id": "n?", "customer_email": "s", "customer_name": "s", "customer_phone": "s",
	"delivery_address": "s", "delivery_city": "s?", "delivery_state": "s?", "delivery_zip": "s?", "delivery_date": "s?",
	"delivery_time_slot": "s?", "delivery_notes": "s?", "notes": "s?", "status": "s", "total_amount_usd": "n",
	"total_amount_ves": "n?", "currency_rate": "n?", "created_at": "t", "updated_at": "t", "order_items": "l", "items": "l",
	"tracking_url": "s"}

var itemShape = shape{"id": "n", "order_id": "n", "product_id": "n", "product_name": "s", "product_summary": "s?",
	"unit_price_usd": "n", "unit_price_ves": "n?", "quantity": "n", "subtotal_usd": "n", "subtotal_ves": "n?", "created_at": "t",
	"updated_at": "t"}

func orders(t *testing.T, s *shop) {
	c := s.guest(t)
	before := c.get("/api/products/2").want(200).field("data.stock").(float64)
	placed := c.post("/api/orders", c.bouquet(2, 2, true)).want(201)
	placed.has(placed.field("data"), orderShape)
	placed.has(placed.field("data.order_items.0"), itemShape)
	if placed.field("data.status") != "pending" || placed.field("data.admin_notes") != nil || placed.field("data.delivery_method") != "delivery" ||
		placed.field("data.notes") != "Sin <b>prisa</b>" {
		t.Errorf("placed: %s", placed.content)
	}
	ves := placed.field("data.total_amount_ves").(float64)
	if ves != math.Trunc(ves) {
		t.Errorf("total in bolívares %v is not whole", ves)
	}
	if after := c.get("/api/products/2").want(200).field("data.stock").(float64); after != before-2 {
		t.Errorf("stock went from %v to %v, want two pieces less", before, after)
	}
	at := fmt.Sprintf("/api/orders/%d", placed.id())
	read := c.get(at).want(200)
	read.has(read.field("data"), orderShape)
	if read.field("data.order_items.0.subtotal_usd") != placed.field("data.items.0.subtotal_usd") {
		t.Errorf("read back: %s", read.content)
	}
	history := c.get(at + "/status-history").want(200)
	history.has(history.field("data.0"), shape{"id": "n", "order_id": "n", "old_status": "s?", "new_status": "s", "notes": "s?",
		"changed_by": "n?", "created_at": "t"})
	if len(history.list()) != 1 || history.field("data.0.old_status") != nil || history.field("data.0.new_status") != "pending" {
		t.Errorf("history: %s", history.content)
	}
	pickup := c.post("/api/orders", c.bouquet(2, 1, false)).want(201)
	if pickup.field("data.delivery_method") != "pickup" {
		t.Errorf("pick-up: %s", pickup.content)
	}

	// Others have no business with it.
	stranger := s.guest(t)
	for _, path := range []string{at, at + "/status-history", at + "/payments"} {
		stranger.get(path).refused(401, "UnauthorizedError", 2001)
	}
	stranger.post("/api/orders", stranger.bouquet(2, 1, false)).want(201)
	stranger.get(at).refused(403, "ForbiddenError", 2004)
	stranger.patch(at+"/cancel", object{}).refused(403, "ForbiddenError", 2004)
	c.get("/api/orders/999999").refused(404, "NotFoundError", 3001)
	c.get("/api/orders/x").names("id")
	s.admin(t).get(at).want(200)

	cancelled := c.patch(at+"/cancel", nil).want(200)
	if cancelled.field("data.status") != "cancelled" {
		t.Errorf("cancel: %s", cancelled.content)
	}
	c.patch(at+"/cancel", object{"notes": "otra vez"}).want(409)
	if h := c.get(at + "/status-history").want(200); h.field("data.1.old_status") != "pending" || h.field("data.1.notes") != "Order cancelled" {
		t.Errorf("history: %s", h.content)
	}
}

// change returns a copy of an order with one field of "order" or of its first item set; nil takes it away.
func change(o object, where, field string, value any) object {
	order, item := object{}, object{}
	for k, v := range o["order"].(object) {
		order[k] = v
	}
	for k, v := range o["items"].(list)[0].(object) {
		item[k] = v
	}
	at := order
	if where == "item" {
		at = item
	}
	if at[field] = value; value == nil {
		delete(at, field)
	}
	return object{"order": order, "items": list{item}}
}

func orderBounds(t *testing.T, s *shop) {
	c := s.guest(t)
	good := c.bouquet(3, 1, false)
	long := func(n int) string { return strings.Repeat("a", n) }
	for _, tt := range []struct {
		where, field string
		value        any
		message      string
	}{
		{"order", "customer_email", nil, "Email es requerido"}, {"order", "customer_email", "ana", "Formato de email inválido"},
		{"order", "customer_email", "x@y", "Formato de email inválido"}, {"order", "customer_email", long(65) + "@a.co", "Formato de email inválido"},
		{"order", "customer_name", nil, "Nombre del cliente es requerido"}, {"order", "customer_name", "A", "al menos 2"},
		{"order", "customer_name", long(256), "255"}, {"order", "customer_phone", nil, "requerido"},
		{"order", "customer_phone", "123", "al menos 10 dígitos"}, {"order", "customer_phone", "0414-123456789012", "demasiados dígitos"},
		{"order", "customer_phone", "0212-99988", "al menos 10"}, {"order", "customer_phone", "0999-1234567", "Debe comenzar con 0412"},
		{"order", "notes", long(1001), "1000"}, {"order", "delivery_notes", long(1001), "1000"},
		{"order", "delivery_address", long(501), "500"},
		{"order", "total_amount_usd", nil, "Monto total es requerido"}, {"order", "total_amount_usd", 0.5, "al menos $1"},
		{"order", "total_amount_usd", 10000.01, "exceder $10000"}, {"order", "currency_rate", 0, "positivo"},
		{"order", "delivery_date", "2020-01-01", "ya pasó"}, {"order", "delivery_date", "mañana", "AAAA-MM-DD"},
		{"order", "delivery_date", "2030-02-31", "AAAA-MM-DD"}, {"order", "delivery_time_slot", "9-12", "HH:MM-HH:MM"},
		{"order", "substitution", "whatever", "same_value"}, {"order", "language", "fr", "es o en"},
		{"order", "card_message", long(501), "500"},
		{"item", "quantity", 0, "Item 1"}, {"item", "quantity", -1, "Item 1"}, {"item", "quantity", 1000000000, "Item 1"},
		{"item", "quantity", 101, "Item 1"}, {"item", "quantity", nil, "Item 1"}, {"item", "product_id", nil, "Item 1"},
		{"item", "unit_price_usd", 0, "Item 1"}, {"item", "subtotal_usd", 1, "subtotal no coincide"},
	} {
		a := c.post("/api/orders", change(good, tt.where, tt.field, tt.value))
		path := "order." + tt.field
		if tt.where == "item" {
			path = "items.0." + tt.field
		}
		a.names(path)
		if message, _ := a.field("message").(string); !strings.Contains(message, tt.message) {
			t.Errorf("%s = %v: message %q, want %q in it", path, tt.value, message, tt.message)
		}
	}
	item := good["items"].(list)[0]
	many := make(list, 51)
	for i := range many {
		many[i] = item
	}
	for n, items := range map[string]list{"50 productos": many, "al menos un producto": {}} {
		a := c.post("/api/orders", object{"order": good["order"], "items": items}).names("items")
		if !strings.Contains(a.field("message").(string), n) {
			t.Errorf("%d items: %s", len(items), a.content)
		}
	}
	for field, value := range map[string]any{"quantity": "2", "unit_price_usd": "9", "product_id": object{}} {
		c.post("/api/orders", change(good, "item", field, value)).names("items.0." + field)
	}
	c.post("/api/orders", change(good, "order", "customer_name", 7)).names("order.customer_name")
	flat := object{"items": good["items"]}
	for k, v := range good["order"].(object) {
		flat[k] = v
	}
	c.post("/api/orders", flat).want(201)
}

func orderConflicts(t *testing.T, s *shop) {
	c, admin := s.guest(t), s.admin(t)
	good := c.bouquet(4, 1, false)
	c.post("/api/orders", change(good, "item", "product_id", 999999)).refused(404, "NotFoundError", 3001)

	few := admin.post("/api/products", object{"name": "Tres rosas", "price_usd": 10, "stock": 3}).want(201).id()
	order := c.bouquet(few, 4, false)
	short := c.post("/api/orders", order).refused(409, "InsufficientStockError", 4001)
	if m := short.field("message").(string); !strings.Contains(m, "Tres rosas") || !strings.Contains(m, "3") {
		t.Errorf("the message must name the product and what is left: %s", m)
	}
	// Twice the same product counts together.
	twice := c.bouquet(few, 2, false)
	twice["items"] = list{twice["items"].(list)[0], twice["items"].(list)[0]}
	twice["order"].(object)["total_amount_usd"] = 40
	c.post("/api/orders", twice).refused(409, "InsufficientStockError", 4001)

	// A price the customer was shown and that is no longer the price.
	stale := change(change(change(order, "item", "unit_price_usd", 9), "item", "subtotal_usd", 9), "item", "quantity", 1)
	stale["order"].(object)["total_amount_usd"] = 9
	a := c.post("/api/orders", stale).refused(409, "ConflictError", 4006)
	if !strings.Contains(a.field("message").(string), "Tres rosas") {
		t.Errorf("stale price: %s", a.content)
	}
	// A total that is neither the sum nor the sum with delivery.
	c.post("/api/orders", change(good, "order", "total_amount_usd", 7777)).want(400)

	admin.send("DELETE", fmt.Sprintf("/api/products/%d", few), nil).want(200)
	c.post("/api/orders", change(c.bouquetOf(few, 10), "item", "quantity", 1)).want(400)
}

// bouquetOf is an order for one piece of a product that is not shown any more.
func (c *caller) bouquetOf(product int, price float64) object {
	o := c.bouquet(4, 1, false)
	o = change(o, "item", "product_id", product)
	o = change(change(o, "item", "unit_price_usd", price), "item", "subtotal_usd", price)
	return change(o, "order", "total_amount_usd", price)
}

func ordersForAdmins(t *testing.T, s *shop) {
	c, admin := s.guest(t), s.admin(t)
	o := change(c.bouquet(5, 1, true), "order", "customer_name", "Zoë Ibáñez")
	id := c.post("/api/orders", o).want(201).id()
	c.get("/api/orders").refused(401, "UnauthorizedError", 2001)
	all := admin.get("/api/orders").want(200)
	all.has(all.field("data.0"), orderShape)
	all.has(all.field("data.0"), shape{"admin_notes": "s?"})
	for _, query := range []string{"search=zoe+ibanez", fmt.Sprintf("search=%d", id), "status=pending&limit=1000", "year=" + all.field("data.0.created_at").(string)[:4],
		"date_from=2020-01-01&date_to=2100-01-01", "sort_by=customer_name&sort_order=asc"} {
		found := false
		for _, n := range numbers(admin.get("/api/orders?"+query).want(200).list(), "id") {
			found = found || int(n) == id
		}
		if !found {
			t.Errorf("%s does not find order %d", query, id)
		}
	}
	for query, field := range map[string]string{"status=lost": "status", "date_from=today": "date_from", "sort_by=price": "sort_by", "user_id=x": "user_id", "limit=-5": "limit"} {
		admin.get("/api/orders?" + query).names(field)
	}
	at := fmt.Sprintf("/api/orders/%d/status", id)
	c.patch(at, object{"status": "verified"}).want(401)
	for _, step := range []struct {
		body   any
		status string
	}{{object{"status": "verified", "notes": "Estado actualizado a Verificado"}, "verified"}, {object{"status": "verified", "notes": nil}, "verified"},
		{object{"status": "preparing", "notes": ""}, "preparing"}, {object{"status": "delivered"}, "delivered"}, {object{"status": "cancelled"}, "cancelled"}} {
		if a := admin.patch(at, step.body).want(200); a.field("data.status") != step.status || a.id() != id {
			t.Errorf("%v: %.200s", step.body, a.content)
		}
	}
	history := c.get(fmt.Sprintf("/api/orders/%d/status-history", id)).want(200)
	if n := len(history.list()); n != 5 {
		t.Errorf("%d rows of history, want 5: the same state again makes none\n%s", n, history.content)
	}
	admin.patch(at, object{"status": "lost"}).names("status")
	admin.patch(at, object{}).names("status")
	admin.patch(at, object{"status": "verified", "notes": strings.Repeat("n", 1001)}).names("notes")
	admin.patch("/api/orders/999999/status", object{"status": "verified"}).refused(404, "NotFoundError", 3001)
	admin.get("/api/orders/user/1").want(200)
	s.guest(t).get("/api/orders/user/1").want(401)
}
