// Package verify proves that tables and event log agree, and that the invariants hold.
//
// # Model
//
// One read-only snapshot of the live tables and the log. The log is replayed, with the same apply functions that changed
// the live tables, into scratch tables in the schema `floresya_verify`, in short commits; then every column of every
// derived table is compared row by row. Personal data, credentials, sessions, keys, sagas and messages are sources of
// their own: taken as given, but the invariants look at them.
//
// # Promises
//
// The live tables are only read, in one snapshot, so a running shop may go on selling meanwhile. Two at once: the second
// fails at once. The scratch schema is dropped at the end, and at the next start after a crash.
package verify
