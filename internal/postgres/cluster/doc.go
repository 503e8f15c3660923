// Package cluster keeps the private PostgreSQL server of one data folder: made at the first start, run as a child
// process, restarted when it dies, stopped cleanly.
//
// # Model
//
// A Cluster belongs to a data folder. The folder's file "lock" says which process owns it (flock: it ends with the
// process, however that ends). The server's own files are in the folder "postgres" in it, or, when the user that the
// server runs as cannot reach that, where the symbolic link "postgres" points to. The owner of these files is the
// user that the server runs as: the caller, or, for root, postgres or nobody.
//
// The server listens on a unix socket in a short private folder only; who connects is known by his system user
// (peer), so there is no password. The role floresya owns the database floresya and is no superuser.
//
// # States
//
//	Open ──► prepared ──Run──► starting ──answers──► ready ──ctx ends──► stopped
//	                              ▲                    │
//	                              └──── backoff ◄──dies┘
//
// # Promises
//
//   - One process per data folder: a second Open fails with *BusyError.
//   - What committed is on disk (fsync and synchronous_commit are on), data pages have checksums.
//   - No server outlives its owner for long: when the owner is killed the kernel tells the server to stop. One that
//     is still there at the next Open is stopped first; stale lock files do not matter.
//   - A half made server folder is never taken for a whole one: it gets its name when it is complete.
//
// # When things fail
//
// Before the first ready every failure ends Run or Open with one sentence for people. After it the server is started
// again and again with growing pauses; its users see refused connections until then.
package cluster
