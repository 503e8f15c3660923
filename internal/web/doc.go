// Package web is the way into the shop over HTTP: what every request passes, whichever surface answers it.
//
// # Model
//
// The HTTP API is one list of Routes. Pages, pictures and the legacy front end are Mounts: handlers that own everything
// below a prefix and draw their own errors. A request walks one straight line (Server.serve):
//
//	request id and trace → recovery, access log, metrics (around all of it)
//	→ client address → security headers, CORS → refusal of cross-origin writes
//	→ route → address limit → body limit → session → guest cookie → actor limit → access
//	→ event.Meta, idempotency key and a deadline in the context → handler
//
// A handler is func(w, r) error: it decodes, calls the shop, encodes. What it returns becomes the error envelope of the
// contract in one place (Server.fail, by the table in envelope.go); the cause goes to the log only.
//
// # Who is calling
//
// An actor is an account (session cookie or Bearer token) or a guest (signed cookie). A guest is born by the first page
// he opens, or by the first thing he creates: then his id is derived from the request's idempotency key and content, so
// that a repeat of the request, also one at the same time or after a crash, makes the same guest.
//
// # Limits
//
// Each class of routes has a number of requests per minute and actor. An address may use a multiple of that, because
// many customers share the address of their mobile carrier. A repeat under the same Idempotency-Key is charged as an
// ordinary write, not as another order. The memory of the limiter is bounded; at the bound the oldest are forgotten.
//
// # When things fail
//
// PostgreSQL away: 503 with Retry-After, from the first failing statement on, until the first that succeeds. A panic in
// a handler: 500 and a log entry; the process and the connection live on unless an answer had already begun.
package web
