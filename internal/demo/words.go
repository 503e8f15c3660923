package demo

import (
	"strings"

	"floresya/internal/shop/catalog"
)

// occasions are those of the demo shop, in the order of display.
func occasions() []catalog.OccasionDetails {
	list := []catalog.OccasionDetails{
		{Name: "Cumpleaños", NameEN: "Birthday", Slug: "cumpleanos", Icon: "gift", Color: "#f5be3b", Description: "Para quien hoy sopla las velas."},
		{Name: "Amor", NameEN: "Love", Slug: "amor", Icon: "heart", Color: "#b8264a", Description: "Lo que se dice mejor con flores."},
		{Name: "Aniversario", NameEN: "Anniversary", Slug: "aniversario", Icon: "calendar-days", Color: "#a3222f", Description: "Un año más, juntos."},
		{Name: "Para mamá", NameEN: "For Mum", Slug: "madres", Icon: "flower-2", Color: "#d97a8c", Description: "Para ella, en su día o en cualquiera."},
		{Name: "Nacimiento", NameEN: "New Baby", Slug: "nacimiento", Icon: "sprout", Color: "#7fb2d0", Description: "Bienvenidas para quien acaba de llegar."},
		{Name: "Grado", NameEN: "Graduation", Slug: "graduacion", Icon: "star", Color: "#235a78", Description: "Toga, birrete y girasoles."},
		{Name: "Gracias", NameEN: "Thank You", Slug: "gracias", Icon: "message-circle", Color: "#24694a", Description: "Un gracias que se queda en la mesa."},
		{Name: "Recupérate", NameEN: "Get Well", Slug: "recuperacion", Icon: "sun", Color: "#edb84f", Description: "Color para los días de reposo."},
		{Name: "Boda", NameEN: "Wedding", Slug: "boda", Icon: "users", Color: "#8f8676", Description: "Ramos y centros para el gran día."},
		{Name: "Condolencias", NameEN: "Sympathy", Slug: "condolencias", Icon: "leaf", Color: "#57635c", Description: "Para acompañar en silencio."},
	}
	for i := range list {
		list[i].Active, list[i].DisplayOrder = true, i+1
	}
	return list
}

// values are the settings of the demo shop. Everything in them is invented.
func values() map[string]string {
	return map[string]string{
		"DELIVERY_COST_USD":                  "5.00",
		"contact_owner_name":                 "Equipo FloresYa",
		"contact_owner_experience":           "Doce años armando ramos en Caracas",
		"contact_owner_specialty":            "Ramos de temporada y flores tropicales",
		"contact_shop_name":                  "FloresYa",
		"contact_shop_location_text":         "Tienda de muestra en Caracas",
		"contact_phone_primary":              "+58 412-555-0101",
		"contact_phone_secondary":            "+58 212-555-0102",
		"contact_whatsapp_main":              "+58 412-555-0101",
		"contact_whatsapp_special":           "+58 414-555-0103",
		"contact_email_main":                 "hola@floresya.example",
		"contact_email_response_time":        "Respondemos en menos de dos horas",
		"contact_location_main":              "Caracas, Venezuela",
		"contact_location_delivery_area":     "De El Paraíso a La Lagunita",
		"contact_location_coverage":          "Chacao, Baruta, El Hatillo y el centro de Caracas",
		"contact_location_address":           "Calle de las Flores, local 1, Caracas",
		"contact_hours_weekday":              "Lunes a viernes, de 8 a. m. a 6 p. m.",
		"contact_hours_saturday":             "Sábado, de 8 a. m. a 6 p. m.",
		"contact_hours_sunday":               "Domingo, de 9 a. m. a 1 p. m.",
		"contact_delivery_same_day":          "Pide antes del mediodía y llega hoy",
		"payment_movil_venezuela_phone":      "0412-5550101",
		"payment_movil_venezuela_cedula":     "J-00000001-0",
		"payment_movil_banesco_phone":        "0412-5550101",
		"payment_movil_banesco_cedula":       "J-00000001-0",
		"payment_movil_mercantil_phone":      "0414-5550103",
		"payment_movil_mercantil_cedula":     "J-00000001-0",
		"payment_transfer_venezuela_account": "0102-0000-00-0000000001",
		"payment_transfer_venezuela_holder":  "FloresYa Demostración, C.A.",
		"payment_transfer_venezuela_rif":     "J-00000001-0",
		"payment_transfer_banesco_account":   "0134-0000-00-0000000001",
		"payment_transfer_banesco_holder":    "FloresYa Demostración, C.A.",
		"payment_transfer_banesco_cedula":    "J-00000001-0",
		"payment_zelle_email":                "pagos@floresya.example",
		"payment_zelle_name":                 "FloresYa Demo LLC",
		"payment_paypal_email":               "paypal@floresya.example",
		"social_facebook_url":                "https://facebook.example/floresya",
		"social_facebook_handle":             "FloresYa Demo",
		"social_instagram_url":               "https://instagram.example/floresya",
		"social_instagram_handle":            "@floresya.demo",
		"social_tiktok_url":                  "https://tiktok.example/@floresya",
		"social_tiktok_handle":               "@floresya.demo",
	}
}

// flowers are the drawn species in both languages.
func flowers() map[string]Text {
	return map[string]Text{
		"anturio": {"anturio", "anthurium"}, "astromelia": {"astromelia", "alstroemeria"}, "bayas": {"bayas", "berries"},
		"cala": {"cala", "calla lily"}, "clavel": {"clavel", "carnation"}, "crisantemo": {"crisantemo", "chrysanthemum"},
		"dalia": {"dalia", "dahlia"}, "estrelicia": {"ave del paraíso", "bird of paradise"}, "eucalipto": {"eucalipto", "eucalyptus"},
		"gerbera": {"gerbera", "gerbera"}, "girasol": {"girasol", "sunflower"}, "gypsophila": {"nube", "baby's breath"},
		"helecho": {"helecho", "fern"}, "heliconia": {"heliconia", "heliconia"}, "hoja": {"follaje", "greenery"},
		"hortensia": {"hortensia", "hydrangea"}, "lavanda": {"lavanda", "lavender"}, "lirio": {"lirio", "lily"},
		"margarita": {"margarita", "daisy"}, "monstera": {"monstera", "monstera"}, "orquidea": {"orquídea", "orchid"},
		"palma": {"palma", "palm"}, "peonia": {"peonía", "peony"}, "ranunculo": {"ranúnculo", "ranunculus"}, "rosa": {"rosa", "rose"},
		"ruscus": {"ruscus", "ruscus"}, "solidago": {"solidago", "goldenrod"}, "statice": {"siempreviva", "statice"},
		"trigo": {"trigo", "wheat"}, "tulipan": {"tulipán", "tulip"},
	}
}

// wraps say what the flowers come in.
func wraps() map[string]Text {
	return map[string]Text{
		"caja": {"en caja", "in a box"}, "centro": {"en centro de mesa", "as a centrepiece"}, "cesta": {"en cesta", "in a basket"},
		"corona": {"en corona", "as a wreath"}, "jarron": {"en jarrón", "in a vase"}, "maceta": {"en maceta", "in a pot"},
		"papel": {"en papel", "in paper"}, "tallo": {"por tallo", "by the stem"}, "vidrio": {"en vidrio", "in glass"},
	}
}

// summary is what a product is made of, in one line: "Rosa, ranúnculo y follaje en caja".
func (p Product) summary() Text {
	words, seen := flowers(), map[string]bool{}
	var es, en []string
	for _, s := range p.Species {
		if w, known := words[s]; known && !seen[s] {
			es, en, seen[s] = append(es, w.ES), append(en, w.EN), true
		}
	}
	wrap := wraps()[p.Wrap]
	return Text{capital(strings.TrimSpace(join(es, conjunction) + " " + wrap.ES)), capital(strings.TrimSpace(join(en, and) + " " + wrap.EN))}
}

// conjunction is y, before the sound of i it is e.
func conjunction(next string) string {
	if strings.HasPrefix(next, "i") || strings.HasPrefix(next, "hi") {
		return " e "
	}
	return " y "
}

func and(string) string { return " and " }

func join(words []string, last func(next string) string) string {
	n := len(words) - 1
	if n < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:n], ", ") + last(words[n]) + words[n]
}

// capital works on the ASCII letters that the words above begin with.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
