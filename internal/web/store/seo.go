package store

import (
	"encoding/xml"
	"net/http"
	"strings"

	"floresya/internal/web/lang"
)

// facts are what search engines read about a page (schema.org, as JSON-LD).
type facts map[string]any

// productFacts describe a product and its offer.
func (v *visit) productFacts(p Product) any {
	available := "https://schema.org/InStock"
	if p.Stock <= 0 {
		available = "https://schema.org/OutOfStock"
	}
	address := v.absolute(v.URL("/producto/" + p.Slug))
	f := facts{
		"@context": "https://schema.org", "@type": "Product", "name": p.Name.In(v.lang), "url": address,
		"description": v.describe(p), "brand": facts{"@type": "Brand", "name": "FloresYa"},
		"offers": facts{
			"@type": "Offer", "price": p.USD.String(), "priceCurrency": "USD", "availability": available, "url": address,
			"seller": facts{"@type": "Florist", "name": "FloresYa"},
		},
	}
	if p.SKU != "" {
		f["sku"] = p.SKU
	}
	if picture := firstOf(p.Share, p.Picture); picture != "" {
		f["image"] = v.absolute(picture)
	}
	return f
}

// florist describes the shop.
func (v *visit) florist() any {
	f := facts{
		"@context": "https://schema.org", "@type": "Florist", "name": "FloresYa", "url": v.absolute(v.URL("/")),
		"address":            facts{"@type": "PostalAddress", "addressLocality": "Caracas", "addressCountry": "VE"},
		"currenciesAccepted": "USD, VES",
	}
	var areas []string
	for _, z := range v.cal.zones {
		if !z.Pickup {
			areas = append(areas, z.Name)
		}
	}
	if len(areas) > 0 {
		f["areaServed"] = areas
	}
	return f
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

type siteURL struct {
	Loc   string    `xml:"loc"`
	Links []altLink `xml:"xhtml:link"`
}

type altLink struct {
	Rel  string `xml:"rel,attr"`
	Lang string `xml:"hreflang,attr"`
	Href string `xml:"href,attr"`
}

// sitemap lists every page that may be found, in both languages.
func (s *Store) sitemap(v *visit) error {
	paths := []string{"/", "/catalogo", "/zonas", "/como-pagar", "/seguimiento"}
	for offset := 0; ; {
		found, total, err := s.Catalogue.Products(v.ctx(), Query{Sort: ByName, Limit: maxListed, Offset: offset})
		if err != nil {
			return err
		}
		for _, p := range found {
			paths = append(paths, "/producto/"+p.Slug)
		}
		offset += len(found)
		if len(found) == 0 || offset >= total || offset > 20_000 {
			break
		}
	}
	var urls []siteURL
	for _, path := range paths {
		var links []altLink
		for _, l := range lang.All() {
			links = append(links, altLink{"alternate", l.Code(), v.absolute(s.url(l, path))})
		}
		for _, l := range lang.All() {
			urls = append(urls, siteURL{v.absolute(s.url(l, path)), links})
		}
	}
	text, err := xml.Marshal(struct {
		XMLName xml.Name  `xml:"urlset"`
		NS      string    `xml:"xmlns,attr"`
		XHTML   string    `xml:"xmlns:xhtml,attr"`
		URLs    []siteURL `xml:"url"`
	}{NS: "http://www.sitemaps.org/schemas/sitemap/0.9", XHTML: "http://www.w3.org/1999/xhtml", URLs: urls})
	if err != nil {
		return err
	}
	v.plain("application/xml; charset=utf-8", xml.Header+string(text))
	return nil
}

// robots keeps what belongs to one visitor out of search engines.
func (s *Store) robots(v *visit) error {
	var b strings.Builder
	b.WriteString("User-agent: *\n")
	for _, path := range []string{"/carrito", "/pedido", "/gracias/", "/seguimiento/"} {
		for _, l := range lang.All() {
			b.WriteString("Disallow: " + s.url(l, path) + "\n")
		}
	}
	b.WriteString("Sitemap: " + v.absolute(s.url(lang.ES, "/sitemap.xml")) + "\n")
	v.plain("text/plain; charset=utf-8", b.String())
	return nil
}

// plain answers with something that is no page.
func (v *visit) plain(kind, text string) {
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "public, max-age=3600")
	if v.r.Method != http.MethodHead {
		_, _ = v.w.Write([]byte(text)) // the reader went away; nobody is left to tell
	}
}
