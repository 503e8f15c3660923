// Package assets holds what every page of FloresYa needs besides its text: the style sheet, the fonts, the icons, the
// drawings of the shop itself, htmx and two small scripts, all inside the binary.
//
// Every file has two addresses. Its own, hashed one (URL: "/assets/floresya.1a2b3c4d5e6f.css") never changes its
// content, so browsers keep it for a year; pages link to these only. Its plain one ("/assets/floresya.css") answers
// with an ETag and is asked again each time; it serves people and pages made elsewhere.
//
// The style sheet is written in several files (css/10-look.css, css/20-shop.css, css/30-office.css) and served as one,
// floresya.css, joined in the order of their names; the cascade layers inside decide who wins, not the order. Fonts
// that it names get their hashed addresses when it is joined.
//
// Nothing is read from disk at run time; New hashes and compresses everything once (about 10 ms).
package assets
