// Package saga runs processes that last longer than a transaction and take back what they did when they cannot go on.
//
// # Model
//
// A saga is a row: where it stands (state), when it looks again by itself (wake_at), and how far it is within a
// transition (data). A Machine is its law: a table of transitions, (state, signal) → steps and next state, and Look, which
// reads what the saga is about and answers with a signal or with "nothing to do until …". The row that the saga is about
// is the authority: a saga never remembers what it can look up, so a manual change of that row steers it.
//
// A step's Within runs in the transaction that records it: exactly once. Its Do runs before that, at least once under
// one key, and has to bear repetition. Steps are recorded in saga_steps.
//
// # States
//
//	resting ──due or woken──▶ looking ──signal──▶ doing step 1…n ──▶ looking ──nothing to do──▶ resting
//	                                                  │ failed for good
//	                                                  ▼
//	                                      undoing, newest first ──▶ the machine's failed state
//
// # Promises
//
//   - Resumed after a crash at any point: every move is a write that holds only if the row is as it was read (revision).
//   - A step that fails for good is followed by the compensations of this run's steps, in reverse. One that cannot be
//     compensated is recorded as stuck and shown; the others still run.
//   - A wake-up that commits while a turn is under way is not lost: the turn's next write fails and it looks again.
//
// # Not promised
//
// That Do runs once. That a turn sees a row as it will be when its step runs: steps decide again for themselves.
//
// # When things fail
//
// An error is for good when Permanent says so (the shop's own refusal); all others are tried again with growing, jittered
// pauses, for ever, with the error in last_error: an engine that is away does not cancel a paid order. A saga whose process
// died is taken over when its lease ends.
//
// # Tuning
//
// River is the alarm clock: a periodic job of the elected leader rings every Config.Every. Poke rings at once. A process that
// has heard nothing for three rounds looks by itself: the leader may have died.
package saga
