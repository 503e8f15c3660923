package api

import (
	"net/http"

	"floresya/internal/web"
)

const (
	get   = http.MethodGet
	post  = http.MethodPost
	put   = http.MethodPut
	patch = http.MethodPatch
	del   = http.MethodDelete
)

// Routes is the whole API: what is not here answers the contract's 404.
func (a *API) Routes() []web.Route {
	var all []web.Route
	for _, part := range [][]web.Route{
		group("Products", a.productRoutes()), group("Product images", a.imageRoutes()), group("Occasions", a.occasionRoutes()),
		group("Orders", a.orderRoutes()), group("Payments", a.paymentRoutes()), group("Settings", a.settingRoutes()),
		group("Sign-in", a.authRoutes()),
	} {
		all = append(all, part...)
	}
	return append(all, group("Documentation", a.documentRoutes(all))...)
}

func group(tag string, routes []web.Route) []web.Route {
	for i := range routes {
		routes[i].Doc.Tag = tag
	}
	return routes
}

// A line of the tables below reads: what the route is for, what it takes, what it answers with.
func says(summary string, out any, query ...web.Param) web.Doc {
	return web.Doc{Summary: summary, Out: out, Query: query}
}

func takes(summary string, in, out any) web.Doc { return web.Doc{Summary: summary, In: in, Out: out} }

func creates(summary string, in, out any) web.Doc {
	return web.Doc{Summary: summary, In: in, Out: out, Status: http.StatusCreated}
}

var (
	limitParam  = web.Param{Name: "limit", Type: "integer", Detail: "Rows at most; none or 0 is all, at most 1000."}
	offsetParam = web.Param{Name: "offset", Type: "integer", Detail: "Rows to leave out."}
	pageParam   = web.Param{Name: "page", Type: "integer", Detail: "From 1; used when offset is not given."}
	sizeParam   = web.Param{Name: "imageSize", Type: "string", Detail: "Adds image_url_<size>.",
		Enum: []string{"thumb", "small", "medium", "large", "thumbnail"}}
	statusParam = web.Param{Name: "status", Type: "string", Enum: statuses}
)

var productQuery = []web.Param{
	limitParam, offsetParam, pageParam, sizeParam,
	{Name: "sortBy", Type: "string", Detail: "Order; alias sort. Unknown values are created_desc. Ties go by id, newest first.",
		Enum: []string{"created_desc", "price_asc", "price_desc", "name_asc", "name_desc", "carousel_order", "stock_asc", "stock_desc", "rating_desc"}},
	{Name: "search", Type: "string", Detail: "Part of name, texts, SKU or an occasion's name; case and accents do not count."},
	{Name: "occasion", Type: "string", Detail: "Slug or id of an occasion; an unknown one has no products."},
	{Name: "price_min", Type: "number", Detail: "Inclusive, in USD."}, {Name: "price_max", Type: "number", Detail: "Inclusive, in USD."},
	{Name: "featured", Type: "boolean"}, {Name: "sku", Type: "string", Detail: "Exact, without regard to case."},
	{Name: "includeInactive", Type: "boolean", Detail: "Administrators only; ignored for others."},
}

func (a *API) productRoutes() []web.Route {
	const at = "/api/products"
	return []web.Route{
		{Method: get, Pattern: at, Access: web.Public, Handle: a.listProducts, Doc: says("List products", []Product{}, productQuery...)},
		{Method: get, Pattern: at + "/carousel", Access: web.Public, Handle: a.carousel,
			Doc: says("Products of the shop window, at most seven", []Product{})},
		{Method: get, Pattern: at + "/with-occasions", Access: web.Public, Handle: a.productsWithOccasions,
			Doc: says("Products with their occasions; with productId one object instead of a list", []Product{},
				web.Param{Name: "productId", Type: "integer"}, limitParam, offsetParam)},
		{Method: get, Pattern: at + "/occasion/{occasionId}", Access: web.Public, Handle: a.productsByOccasion,
			Doc: says("Products of an occasion", []Product{}, limitParam, sizeParam)},
		{Method: get, Pattern: at + "/sku/{sku}", Access: web.Public, Handle: a.productBySKU, Doc: says("Product by SKU", Product{})},
		{Method: get, Pattern: at + "/{id}", Access: web.Public, Handle: a.product, Doc: says("One product", Product{}, sizeParam)},
		{Method: get, Pattern: at + "/{id}/occasions", Access: web.Public, Handle: a.occasionsOfProduct,
			Doc: says("Occasions of a product", []Occasion{})},
		{Method: post, Pattern: at, Creates: true, Handle: a.createProduct, Doc: creates("Create a product", productIn{}, Product{})},
		{Method: post, Pattern: at + "/with-occasions", Creates: true, Handle: a.createWithOccasions,
			Doc: creates("Create a product with occasions; with product.id, set the occasions of an existing one", productIn{}, Product{})},
		{Method: put, Pattern: at + "/{id}", Handle: changing(a, "Product updated successfully", a.changeProduct),
			Doc: takes("Change some fields of a product", productFields{}, Product{})},
		{Method: patch, Pattern: at + "/{id}/stock", Handle: changing(a, "Stock updated successfully", a.setStock),
			Doc: takes("Set the counted stock; the difference is booked as a correction", stockIn{}, Product{})},
		{Method: patch, Pattern: at + "/{id}/carousel-order", Handle: changing(a, "Carousel order updated successfully", a.setCarousel),
			Doc: takes("Put a product into a slot of the shop window, or out of it with 0 or null", carouselIn{}, Product{})},
		{Method: del, Pattern: at + "/{id}", Handle: a.toggling("Product deactivated successfully", a.Catalog.Deactivate),
			Doc: says("Take a product off the shop", Product{})},
		{Method: patch, Pattern: at + "/{id}/reactivate", Handle: a.toggling("Product reactivated successfully", a.Catalog.Reactivate),
			Doc: says("Bring a product back", Product{})},
		{Method: put, Pattern: at + "/{id}/occasions", Handle: a.setOccasions,
			Doc: takes("Set all occasions of a product", occasionsIn{}, []Occasion{})},
		{Method: post, Pattern: at + "/{id}/occasions/{occasionId}", Creates: true, Handle: a.linkOccasion,
			Doc: says("Tie a product to one more occasion", Product{})},
	}
}

func (a *API) imageRoutes() []web.Route {
	const at = "/api/products/{id}/images"
	return []web.Route{
		{Method: get, Pattern: at, Access: web.Public, Handle: a.listImages, Doc: says("Pictures of a product", []Image{},
			web.Param{Name: "size", Type: "string", Enum: []string{"thumb", "small", "medium", "large"}},
			web.Param{Name: "limit", Type: "integer", Detail: "1 to 100; without size the primary picture comes first."})},
		{Method: get, Pattern: at + "/primary", Access: web.Public, Handle: a.primaryImage,
			Doc: says("The picture that stands for the product", Image{})},
		{Method: post, Pattern: at, Creates: true, Body: pictureBody, Handle: a.addImage, Doc: web.Doc{Summary: "Add a picture",
			Detail: "As multipart/form-data: the file image (JPEG, PNG or WebP, at most 4 MB, at least 500 × 500 pixels), image_index 1 to 5, " +
				"is_primary true or false; it is cut into four squares. As JSON: files that are stored already.",
			In: imagesIn{}, Out: []Image{}, Status: http.StatusCreated}},
		{Method: patch, Pattern: at + "/primary/{imageIndex}", Handle: a.setPrimaryImage,
			Doc: says("Let another picture stand for the product", Image{})},
		{Method: del, Pattern: at + "/{imageIndex}", Handle: a.removeImage, Doc: says("Take a picture away in all sizes", RemovedImages{})},
	}
}

func (a *API) occasionRoutes() []web.Route {
	const at = "/api/occasions"
	return []web.Route{
		{Method: get, Pattern: at, Access: web.Public, Handle: a.listOccasions, Doc: says("List occasions; administrators also see inactive ones",
			[]Occasion{}, limitParam)},
		{Method: get, Pattern: at + "/slug/{slug}", Access: web.Public, Handle: a.occasionBySlug, Doc: says("Occasion by slug", Occasion{})},
		{Method: get, Pattern: at + "/{id}", Access: web.Public, Handle: a.occasion, Doc: says("One occasion", Occasion{})},
		{Method: post, Pattern: at, Creates: true, Handle: a.createOccasion, Doc: creates("Create an occasion", occasionIn{}, Occasion{})},
		{Method: put, Pattern: at + "/{id}", Handle: a.changeOccasion, Doc: takes("Change some fields of an occasion", occasionIn{}, Occasion{})},
		{Method: patch, Pattern: at + "/{id}/display-order", Handle: a.orderOccasion,
			Doc: takes("Set an occasion's place in the list", displayOrderIn{}, Occasion{})},
		{Method: del, Pattern: at + "/{id}", Handle: a.togglingOccasion("Occasion deactivated successfully", a.Catalog.DeactivateOccasion),
			Doc: says("Hide an occasion", Occasion{})},
		{Method: patch, Pattern: at + "/{id}/reactivate", Handle: a.togglingOccasion("Occasion reactivated successfully", a.Catalog.ReactivateOccasion),
			Doc: says("Show an occasion again", Occasion{})},
	}
}

func (a *API) orderRoutes() []web.Route {
	const at = "/api/orders"
	return []web.Route{
		{Method: post, Pattern: at, Access: web.Public, Class: web.ClassOrder, Creates: true, Handle: a.placeOrder,
			Doc: creates("Place an order", placeIn{}, Order{})},
		{Method: get, Pattern: at, Handle: a.listOrders, Doc: says("List orders; without limit all of them", []Order{},
			limitParam, offsetParam, pageParam, statusParam, web.Param{Name: "user_id", Type: "integer"},
			web.Param{Name: "date_from", Type: "string", Detail: "YYYY-MM-DD, of creation, inclusive."},
			web.Param{Name: "date_to", Type: "string", Detail: "YYYY-MM-DD, of creation, inclusive."},
			web.Param{Name: "year", Type: "integer"}, web.Param{Name: "search", Type: "string"},
			web.Param{Name: "sort_by", Type: "string", Enum: []string{"created_at", "total_amount_usd", "customer_name", "status"}},
			web.Param{Name: "sort_order", Type: "string", Enum: []string{"asc", "desc"}})},
		{Method: get, Pattern: at + "/user/{userId}", Access: web.Owner, Handle: a.ordersOfUser,
			Doc: says("Orders of an account", []Order{}, statusParam, limitParam, offsetParam)},
		{Method: get, Pattern: at + "/{id}", Access: web.GuestOrder, Handle: a.order, Doc: says("One order", Order{})},
		{Method: get, Pattern: at + "/{id}/status-history", Access: web.GuestOrder, Handle: a.statusHistory,
			Doc: says("What happened to an order, oldest first", []StatusChange{})},
		{Method: patch, Pattern: at + "/{id}/status", Handle: a.setStatus, Doc: takes("Set an order's state", statusIn{}, Order{})},
		{Method: patch, Pattern: at + "/{id}/cancel", Access: web.GuestOrder, Handle: a.cancelOrder,
			Doc: takes("Cancel an order; its customer may while it is pending", cancelIn{}, Order{})},
	}
}

func (a *API) settingRoutes() []web.Route {
	const at = "/api/settings"
	return []web.Route{
		{Method: get, Pattern: at + "/public", Access: web.Public, Handle: a.publicSettings, Doc: says("Settings that everybody may see", []Setting{})},
		{Method: get, Pattern: at + "/map", Access: web.Public, Handle: a.settingsMap, Doc: says("Values by key, as their types say",
			map[string]any{}, web.Param{Name: "public", Type: "boolean", Detail: "Public keys only, also for administrators."})},
		{Method: get, Pattern: at + "/{key}/value", Access: web.Public, Handle: a.settingValue,
			Doc: says("One value; null for a key that is unknown or not public", any(nil))},
		{Method: get, Pattern: at + "/{key}", Access: web.Public, Handle: a.setting,
			Doc: says("One setting; those that are not public for administrators only", Setting{})},
		{Method: get, Pattern: at, Handle: a.allSettings, Doc: says("All settings", []Setting{})},
		{Method: post, Pattern: at, Creates: true, Handle: a.createSetting, Doc: creates("Create a setting", settingIn{}, Setting{})},
		{Method: put, Pattern: at + "/{key}", Handle: a.changeSetting, Doc: takes("Change a setting", settingIn{}, Setting{})},
		{Method: del, Pattern: at + "/{key}", Handle: a.deleteSetting, Doc: says("Hide a setting", Setting{})},
		{Method: post, Pattern: "/api/admin/settings/bcv-price", Handle: a.setBCVPrice,
			Doc: takes("Enter the rate of the day by hand", bcvPrice(""), Setting{})},
	}
}

func (a *API) authRoutes() []web.Route {
	const at = "/api/auth"
	return []web.Route{
		{Method: post, Pattern: at + "/login", Access: web.Public, Class: web.ClassLogin, Body: 16 << 10, Handle: a.login,
			Doc: takes("Sign in: a session cookie, and a token for Authorization: Bearer", loginIn{}, LoginAnswer{})},
		{Method: post, Pattern: at + "/logout", Access: web.Public, Handle: a.logout, Doc: says("Sign out", any(nil))},
		{Method: get, Pattern: at + "/me", Access: web.Owner, Handle: a.me, Doc: says("Who is signed in", User{})},
	}
}
