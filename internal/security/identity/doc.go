// Package identity knows who is asking: users, passwords, sessions.
//
// # Model
//
// A user is a row that follows from events (users.created, users.changed, users.password_set; stream "user-N"). The
// e-mail, name and phone stand in `personal`, the password's hash in `credentials`, and neither ever in an event. A
// session is 32 random bytes in the browser and their SHA-256 in the table sessions; who reads the table cannot sign in.
//
// # Promises
//
//   - A session ends 24 hours after it was last used, at once on Logout, on a new password and when its user is
//     deactivated. Another process that has it in memory hears of that within 30 seconds.
//   - While the database is away, a session that was confirmed in the last 15 minutes goes on; a new sign-in has to wait.
//   - An unknown e-mail and a wrong password get the same answer after the same work.
//   - Failed attempts make the next one wait, longer each time, per account and per address. Somebody who has signed in
//     from an address before is not locked out of his account by strangers elsewhere.
//   - Hashing never takes more than HashConcurrency × 19 MiB, however many sign in at once; a short queue waits, the rest
//     are told to come back.
//
// # Not promised
//
// Delays are counted per process and forgotten at a restart.
//
// # When things fail
//
// Faults: Unauthenticated (wrong_credentials, session_unknown), Limited (too_many_attempts, sign_in_busy), Unavailable
// (database_away), Invalid with the field.
package identity
