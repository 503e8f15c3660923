// Package crash kills the whole program and its database, starves them and feeds them nonsense, from outside: processes as
// in real life, the embedded PostgreSQL with fsync on, HTTP. After every test `floresya verify` finds nothing.
package crash
