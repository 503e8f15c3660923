// Package front tests that a static front end works against the shop. The one in the folder site is the project's own,
// written from the contract's §4–§9 alone; it behaves like the legacy pages: anonymous, same origin, no header but
// Content-Type, texts put into the page unescaped.
package front
