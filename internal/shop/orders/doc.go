// Package orders takes orders and leads them through their states.
//
// # Model
//
// Place is a command; what it decides is orders.placed, and from then on the row in `orders` is the authority. Orders that
// arrive together are placed together: a committer takes what is waiting, locks what all of it needs in the one global order
// (keys, capacity, stock), decides first come first served, each order for itself, and writes all of them in one transaction
// of two round trips. A caller who finds nobody waiting and no transaction under way is its own committer.
//
// # States
//
//	pending → verified → preparing → shipped → delivered
//	   └──────────┴───────────┴→ cancelled
//
// An admin may set any state; a step off this path is noted in the history. Pieces of an order are reserved while it is
// pending, sold from verified on, and back on the shelf when it is cancelled; the place in its delivery slot goes with them.
//
// # Promises
//
//   - A Place that returned without error is in the database: order, event, stock, capacity, saga, key.
//   - Stock and capacity are never oversold: the decision is made on locked rows, and constraints have the last word.
//   - A key is placed once, whatever is repeated, at once or after a crash.
//
// # When things fail
//
// A shared transaction that fails for a reason of the database is run again one order at a time, so no order suffers for
// another. One whose commit is in doubt is looked up, by the caller's key or, when the server made it, by the order's id; only
// the missing are placed again.
package orders
