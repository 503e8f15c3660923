// Package page is the frame that the storefront and the back office share: it writes a templ component as an HTML
// answer with the headers our own pages promise, and draws icons.
//
// The content security policy is strict: nothing runs and nothing is styled inline unless it carries the nonce of this
// one answer. Components find it with templ.GetNonce(ctx). An attribute such as onclick= or style= is dead on these
// pages; a test of each page set looks for them.
package page
