// Package event is the log of what happened, and the one way to change tables.
//
// # Model
//
// A command decides, inside a transaction, on rows it has locked; its decision is a list of events. Append applies the
// events to the tables (the truth that queries and invariants look at) and adds them to the log, in the same
// transaction and one pipelined round trip. The same apply functions rebuild the tables from the log, which is how
// `floresya verify` proves that both agree.
//
// A stream is the life of one thing ("order-17"); version counts its events from 1. A position orders all events of the
// shop. A type has a stored name ("orders.placed") and a schema version, never a Go type name, and one Go struct that
// holds its current form; older forms pass its upcasters first.
//
// # Promises
//
//   - All or nothing: tables and log change together or not at all.
//   - Order: positions are taken by the last statement of the transaction, after every row lock; transactions that
//     touch a common row get positions in the order in which they changed it.
//   - An expected version that is taken loses with *ConflictError and changes nothing; Execute reloads and decides again.
//
// # Not promised
//
// Positions have gaps (aborted transactions) and become visible out of order; a reader by position > last would lose
// events of slower transactions. Readers here use one snapshot.
//
// # When things fail
//
// Data of an unknown type or a newer schema version is an *UnknownError: the log is from a newer program.
package event
