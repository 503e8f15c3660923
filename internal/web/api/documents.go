package api

import (
	_ "embed"
	"fmt"
	"html"
	"net/http"
	"strings"

	"floresya/internal/web"
)

//go:embed docs.css
var docsSheet []byte

// documentRoutes serve the description of routes, for programs and for people.
func (a *API) documentRoutes(routes []web.Route) []web.Route {
	document, err := openAPI(routes)
	page := docsPage(routes)
	return []web.Route{
		{Method: get, Pattern: "/api/openapi.json", Access: web.Public, Doc: web.Doc{Summary: "This API as OpenAPI 3.1", Media: "application/json"},
			Handle: func(w http.ResponseWriter, _ *http.Request) error {
				if err != nil {
					return fmt.Errorf("describe the API: %w", err)
				}
				return write(w, "application/json; charset=utf-8", document)
			}},
		{Method: get, Pattern: "/api/docs", Access: web.Public, Doc: web.Doc{Summary: "This API for people", Media: "text/html"},
			Handle: func(w http.ResponseWriter, _ *http.Request) error {
				w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'")
				return write(w, "text/html; charset=utf-8", page)
			}},
		{Method: get, Pattern: "/api/docs.css", Access: web.Public, Doc: web.Doc{Summary: "How that page looks", Media: "text/css"},
			Handle: func(w http.ResponseWriter, _ *http.Request) error {
				return write(w, "text/css; charset=utf-8", docsSheet)
			}},
	}
}

func write(w http.ResponseWriter, media string, body []byte) error {
	w.Header().Set("Content-Type", media)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(body) // the caller went away; nobody is left to tell
	return nil
}

// docsPage lists the routes by group. Without scripts and styles of its own: it reads well as it is.
func docsPage(routes []web.Route) []byte {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>FloresYa API</title>` +
		`<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/api/docs.css"></head>` +
		`<body><main><h1>FloresYa API</h1>`)
	for _, paragraph := range strings.Split(strings.ReplaceAll(about, "`", ""), "\n\n") {
		fmt.Fprintf(&b, "<p>%s</p>", html.EscapeString(paragraph))
	}
	b.WriteString(`<p>For programs: <a href="/api/openapi.json">OpenAPI 3.1</a>.</p>`)
	tag := ""
	for i := range routes {
		r := &routes[i]
		if r.Doc.Tag != tag {
			if tag != "" {
				b.WriteString("</dl></section>")
			}
			tag = r.Doc.Tag
			fmt.Fprintf(&b, "<section><h2>%s</h2><dl>", html.EscapeString(tag))
		}
		fmt.Fprintf(&b, `<dt><code>%s <b>%s</b></code> <small>%s</small></dt><dd>%s`, r.Method, html.EscapeString(r.Pattern),
			r.Access, html.EscapeString(r.Doc.Summary))
		describeParams(&b, r)
		b.WriteString("</dd>")
	}
	b.WriteString("</dl></section></main></body></html>")
	return []byte(b.String())
}

func describeParams(b *strings.Builder, r *web.Route) {
	if len(r.Doc.Query) == 0 {
		return
	}
	b.WriteString("<ul>")
	for _, p := range r.Doc.Query {
		detail := p.Detail
		if len(p.Enum) > 0 {
			detail = strings.TrimSpace(detail + " One of " + strings.Join(p.Enum, ", ") + ".")
		}
		fmt.Fprintf(b, "<li><code>%s</code> %s <small>%s</small></li>", html.EscapeString(p.Name), html.EscapeString(detail), p.Type)
	}
	b.WriteString("</ul>")
}
