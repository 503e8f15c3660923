// Package saga runs processes that last longer than a transaction.
package saga
