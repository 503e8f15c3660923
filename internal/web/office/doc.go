// Package office is the back office at /oficina: the pages a florist runs the shop with, on a phone as on a desk.
//
// # Model
//
// Every page is drawn on the server from what the services of the shop answer; every change is a plain form that is posted
// and answered with a redirect (303) to the page that shows the result. htmx makes some of them quicker, and nothing
// depends on it. A form that was refused comes back whole, with the reason by the field or as a note above it.
//
// # Who may
//
// Only an admin, decided on the server for each request from identity.FromContext. Nobody else sees a page (he is sent to
// the sign-in and comes back after it) or changes anything (401, 403). Cross-origin writes are refused by the web core,
// before this package is asked.
//
// # Promises
//
//   - Numbers and sentences are computed from what the services say; what they do not know is not shown.
//   - Customers' texts are always escaped. No style or script is inline but under the page's nonce.
//   - Spanish first; every word also in English, by the reader's choice (cookie floresya-office-lang).
package office
