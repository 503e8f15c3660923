// Package fulfilment is the order's saga: from the reservation to the end of the order.
//
// # Model
//
// The order's row is the authority; the saga follows it, does what is due, and tells the customer. Placing starts it in
// the same transaction as the reservation. It has no memory of its own about the order: whoever changes the row (a
// payment, the florist, an expiry) wakes it, and it looks.
//
// # States
//
//	                      ┌────── pending again ───────┐
//	awaiting_payment ──confirmed──▶ confirmed ──shipped──▶ on_the_way ──delivered──▶ delivered (final)
//	   │  ▲  covered: confirm        │                         │
//	   │  └─ hold over: expire       └──────── cancelled ──────┴──▶ cancelled (final)
//	   └───────────────────────────────────────▲
//	failed (final): a step was refused for good; the reservation was released, or is stuck and shown
//
// From everywhere a change by hand leads to the state of the order's row; a final state is left in no other way.
//
// # Promises
//
//   - Accepted payments that cover the total confirm the order: its pieces are sold. This happens in a step, after which
//     the saga looks again: what it says to the customer is what the row says.
//   - A hold that is over expires the order through the command that also cancels by hand. The command decides again under
//     the order's lock: a proof submitted in the same second wins.
//   - Each thing is said once per round; a round ends when a final state is left by hand.
//
// # The hold
//
// Cash on delivery has none. It stops when a proof is submitted: from then on the shop's own slowness is not the
// customer's loss. When the last open proof is rejected a new hold begins (payments.Reject says how long).
//
// # When things fail
//
// A refusal of confirm (the reservation is gone) compensates the run: the order is cancelled, which releases stock and
// capacity; money that was accepted is shown as "to refund". All else is tried again.
package fulfilment
