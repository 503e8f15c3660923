// Package payments is how the shop learns that an order is paid.
//
// # Model
//
// A payment is what a customer says was paid: the proof, in parts if need be. It proves nothing. A verifier looks at the
// bank and accepts it with the bank's own facts (receiving account, reference, value date, amount), or rejects it with a
// reason. One bank movement backs one payment: the facts are unique. What the customer typed is not: a reference that was
// seen before is flagged, never refused, for references are short and banks reuse them.
//
// Money in bolívares is worth dollars by the order's own frozen rate. Amounts asked in bolívares are whole, so an amount
// within half a bolívar of what is due settles exactly what is due. Balance says what is paid, due, too much, to be given back.
//
// # States
//
//	pending ──Accept──▶ completed ──Refund──▶ partially_refunded ──Refund──▶ refunded
//	   └──Reject──▶ failed
//
// # The hold
//
// A proof stops the order's hold: it is the shop's turn. When the last open proof of an order is judged and something is
// still due, because the proof was rejected or was worth only a part, it is the customer's turn again and a new hold begins:
// as long as a first one, but not beyond the slot's closing; and never less than an hour, because the customer has to read
// what became of the proof. Cash on delivery has no hold.
//
// # Promises
//
//   - accepted − refunded = paid, per order, in the transaction of each event.
//   - Submitting again under the same key answers what the first time answered, whatever the bank said since.
//   - Accepting again with the same facts answers the same; with others it is a Conflict.
//   - Money that arrives for an order that was cancelled meanwhile is recorded: it is there. It is shown as to be given back;
//     the order stays cancelled.
//   - The payer's bank, phone and account live in `personal` and go with the person.
//
// # Card processors
//
// The shop's methods are manual: a person moves the money and a person looks at the bank, so there is nothing a port could
// call today. A processor's port belongs here, on the side of its user, with Start (give me a page to pay order N), Capture
// and Lookup (what became of key K). Start is called after a payments.submitted of method "card"; its webhook or Lookup ends in
// Accept with the processor's movement as the facts: account = merchant account, reference = the processor's charge id. Two
// webhooks for one charge are then one payment, and refunds record what the processor did. Nothing else here changes.
package payments
