// Package notify tells customers how their order stands.
//
// # Model
//
// A message is a row of `notifications`, written in the transaction of what it tells (Queue); the row says what is told, to
// which person, and once per order, kind and dedupe mark. The Sender writes the letter when it is sent, from the tables as
// they are then, and hands it to the mail server; without one it puts it into the Mailbox, a folder of .eml files that the
// back office shows. For WhatsApp the florist gets a prepared link.
//
// # States
//
//	waiting ──250──▶ sent
//	   │ ├──5xx to the message, no address──▶ refused     (a final reply: never sent again)
//	   │ └──too many attempts──▶ given_up
//	   └──4xx, network, sign-in──▶ waiting, later
//
// # Promises
//
//   - At least once, under one Message-ID per row: a crash between the server's 250 and our note of it sends the same letter
//     again, which mail programs show once. In the mailbox the second one replaces the first.
//   - Nothing that a customer typed becomes a header: names and subjects lose their control characters and are encoded.
//   - A letter in the mailbox survives a power failure when its row says sent.
//
// # Not promised
//
// Order of letters. Delivery: 250 means that the server took it over.
//
// # When things fail
//
// A server that does not answer opens a breaker: messages wait without using up their attempts. An erased person has no
// address: refused.
//
// # Tuning
//
// PerSecond keeps below what mail services take from a small shop, and leaves the machine to the orders of a rush.
package notify
