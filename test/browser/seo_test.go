package browser

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"floresya/test/chrome"
	"floresya/test/program"
)

// head is what a page says about itself to those who do not look at it.
type head struct {
	Title, Description, Canonical, Robots string
	Alternates                            map[string]string
	Graph                                 map[string]string
	Facts                                 []string
	Headings                              []string
	Price                                 string
}

const heads = `(() => {
	const all = css => [...document.querySelectorAll(css)], say = (css, name) => document.querySelector(css)?.getAttribute(name) ?? '';
	return {Title: document.title, Description: say('meta[name=description]', 'content'), Canonical: say('link[rel=canonical]', 'href'),
		Robots: say('meta[name=robots]', 'content'),
		Alternates: Object.fromEntries(all('link[rel=alternate][hreflang]').map(l => [l.hreflang, l.href])),
		Graph: Object.fromEntries(all('meta[property^="og:"]').map(m => [m.getAttribute('property'), m.content])),
		Facts: all('script[type="application/ld+json"]').map(s => s.textContent),
		Headings: all('h1').map(h => h.innerText), Price: document.querySelector('.bigprice .usd')?.innerText ?? ''};
})()`

// TestSearchEnginesFindTheShop reads the sitemap as a crawler does, and looks at what its pages say about themselves.
func TestSearchEnginesFindTheShop(t *testing.T) {
	t.Parallel()
	shop := program.Start(t, nil)
	locations := sitemap(t, shop)
	if products := slices.DeleteFunc(slices.Clone(locations), func(l string) bool { return !strings.Contains(l, "/producto/") }); len(products) != 2*48 {
		t.Errorf("the sitemap lists %d pages of products, want 48 in two languages", len(products))
	}
	p := chrome.Open(t)
	p.Strict(true)
	titles := map[string]string{}
	products := 0
	for _, location := range locations {
		isProduct := strings.Contains(location, "/producto/")
		if isProduct {
			if products++; products > 4 { // all are made by the same template
				continue
			}
		}
		if status := p.Go(location); status != 200 {
			t.Errorf("the sitemap lists %s: status %d", location, status)
		}
		h := chrome.Script[head](p, heads)
		if other := titles[h.Title]; other != "" {
			t.Errorf("%s and %s have the same title %q", location, other, h.Title)
		}
		titles[h.Title] = location
		h.check(t, shop, location)
		if isProduct {
			h.product(t, shop, location)
		}
	}
	robots := get(t, shop+"/robots.txt")
	if !strings.Contains(robots, "Sitemap: "+shop+"/sitemap.xml") || strings.Contains(robots, "Disallow: /\n") {
		t.Errorf("robots.txt:\n%s", robots)
	}
}

func (h head) check(t *testing.T, shop, location string) {
	t.Helper()
	if h.Title == "" || len([]rune(h.Title)) > 70 || h.Description == "" || len(h.Headings) != 1 || h.Robots != "" {
		t.Errorf("%s: title %q, description %q, h1 %q, robots %q", location, h.Title, h.Description, h.Headings, h.Robots)
	}
	if h.Canonical != location {
		t.Errorf("%s: canonical %s", location, h.Canonical)
	}
	path := strings.TrimPrefix(strings.TrimPrefix(location, shop), "/en")
	english := strings.TrimSuffix(shop+"/en"+path, "/")
	if path == "" {
		path = "/"
	}
	if h.Alternates["es"] != shop+path || h.Alternates["en"] != english || h.Alternates["x-default"] != shop+path {
		t.Errorf("%s: alternates %v", location, h.Alternates)
	}
	for _, name := range []string{"og:title", "og:description", "og:type", "og:url", "og:site_name", "og:locale"} {
		if h.Graph[name] == "" {
			t.Errorf("%s: no %s", location, name)
		}
	}
	if h.Graph["og:url"] != location {
		t.Errorf("%s: og:url %s", location, h.Graph["og:url"])
	}
}

// product compares the facts about a product with what its page shows.
func (h head) product(t *testing.T, shop, location string) {
	t.Helper()
	var facts struct {
		Type   string `json:"@type"`
		Name   string `json:"name"`
		Image  string `json:"image"`
		Offers struct {
			Price        string `json:"price"`
			Currency     string `json:"priceCurrency"`
			Availability string `json:"availability"`
		} `json:"offers"`
	}
	if len(h.Facts) != 1 {
		t.Fatalf("%s: %d blocks of JSON-LD", location, len(h.Facts))
	}
	if err := json.Unmarshal([]byte(h.Facts[0]), &facts); err != nil {
		t.Fatalf("%s: %v\n%s", location, err, h.Facts[0])
	}
	if facts.Type != "Product" || len(h.Headings) != 1 || facts.Name != h.Headings[0] || "$"+facts.Offers.Price != h.Price ||
		facts.Offers.Currency != "USD" || facts.Offers.Availability != "https://schema.org/InStock" {
		t.Errorf("%s shows %q for %q, its JSON-LD says %+v", location, h.Headings, h.Price, facts)
	}
	if !strings.HasPrefix(facts.Image, shop) || facts.Image != h.Graph["og:image"] || len(get(t, facts.Image)) < 1000 {
		t.Errorf("%s: picture %s, shared %s", location, facts.Image, h.Graph["og:image"])
	}
}

func sitemap(t *testing.T, shop string) (locations []string) {
	t.Helper()
	var set struct {
		URLs []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal([]byte(get(t, shop+"/sitemap.xml")), &set); err != nil {
		t.Fatal(err)
	}
	for _, u := range set.URLs {
		if at, err := url.Parse(u.Loc); err != nil || !strings.HasPrefix(u.Loc, shop) || at.RawQuery != "" {
			t.Errorf("the sitemap lists %q", u.Loc)
		}
		locations = append(locations, u.Loc)
	}
	return locations
}

func get(t *testing.T, address string) string {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d %v", address, answer.StatusCode, err)
	}
	return string(body)
}
