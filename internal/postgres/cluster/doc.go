// Package cluster keeps a private PostgreSQL server for one data folder.
package cluster
