// Package notify tells customers how their order stands.
package notify
