// Package store is the storefront: the pages where a shopper chooses a day, a zone and a bouquet, orders, pays and
// follows the order. Spanish at the root, English under /en, everything under a configurable base path.
//
// # Model
//
// The services of internal/shop know products, days, orders and payments; this package asks them through the small
// interfaces in ports.go and shows what they say. Nothing is decided here: a price, a free place or a refusal shown on
// a page was computed by a service for this request.
//
// What the visitor has chosen so far (day, zone, bouquets) travels in one cookie, the Bag. It is not signed: it holds
// wishes, and every wish is checked again when it is read and once more when the order is placed. A page about an order
// is reached by the order's unguessable token alone.
//
// # Promises
//
//   - Every page and every form works without JavaScript: plain GET, plain POST answered with a redirect. htmx only
//     refreshes a part of the same page sooner (search as you type, slots of another day).
//   - The checkout form carries its own lines and an idempotency key, so sending it twice, also from a page kept in the
//     browser's history, leads to the same order.
//   - What was typed into a form that is refused is still there, with the reason beside the field in the reader's
//     language.
//   - Pages carry a strict content security policy (package page). Nothing is loaded from elsewhere.
//
// # Tuning
//
// Pages on which a day is chosen read the calendar each time. The others say only until when to order and may use one
// that is up to five seconds old (frameAge); placing an order asks the services anyway.
//
// # When things fail
//
// A service that is not available gives the 503 page with Retry-After, which needs no service to be drawn. Anything
// unexpected gives the 500 page; its cause goes to the log only.
package store
