// Package config holds every setting of FloresYa in one table: its name, where it comes from, its unit, default,
// range and effect. It is the only package that reads the environment.
//
// A setting comes from the first of: its flag, its variable, the file that --config names (lines NAME=value with the
// names of the variables), its default. Load reports all faults at once.
package config

import (
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"floresya/internal/security/secret"
)

// Config is the values of all settings; what each means stands in the table.
type Config struct {
	Data           string
	Listen         string
	Demo           bool
	Front          string   // "": the built-in shop is at /
	PublicURL      *url.URL // nil: what the request came to
	TrustedProxies []netip.Prefix
	MetricsFrom    []netip.Prefix
	AllowedOrigins []string // "https://app.example"
	StopLimit      time.Duration
	TLS            TLS
	Database       Database
	Admin          Admin
	SMTP           SMTP
	Rate           Rate
	Orders         Orders
	Limits         Limits
	Log            Log
}

// TLS says how the server proves who it is.
type TLS struct {
	Mode      TLSMode
	Cert, Key string // files
	Domains   []string
	ACMEDir   string // "": the folder acme in Data
	ACMEURL   string // "": Let's Encrypt
	Email     string
	Redirect  string // address of the plain server that sends everybody to https; "": none
}

// TLSMode is off, files or auto.
type TLSMode string

// The modes.
const (
	TLSOff   TLSMode = "off"
	TLSFiles TLSMode = "files"
	TLSAuto  TLSMode = "auto"
)

// Database says how the shop uses PostgreSQL.
type Database struct {
	URL                       secret.Text
	GeneralConns, OrdersConns int
	StatementTimeout          time.Duration
	AcquireTimeout            time.Duration
}

// Admin is the first administrator; an empty password is generated.
type Admin struct {
	Email    string
	Password secret.Text
}

// SMTP says where mail goes. Without Host it goes to a folder below Data.
type SMTP struct {
	Host     string
	Port     int
	User     string
	Password secret.Text
	From     string
	TLS      SMTPMode
}

// SMTPMode is starttls, implicit or off.
type SMTPMode string

// The modes.
const (
	SMTPStartTLS SMTPMode = "starttls"
	SMTPImplicit SMTPMode = "implicit"
	SMTPOff      SMTPMode = "off"
)

// Rate says where the rate of the day comes from.
type Rate struct {
	BCVURL   string // "": not asked
	JSONURL  string // "": not asked
	CAFile   string
	Interval time.Duration
	Band     float64 // ratio to the previous rate
	StaleAge time.Duration
}

// Orders sizes the placing of orders.
type Orders struct {
	Committers  int
	Batch       int
	PaymentHold time.Duration
}

// Limits bounds what a caller may ask for.
type Limits struct {
	BodyBytes       int64
	ReadsPerMinute  int
	WritesPerMinute int
	OrdersPerMinute int
	LoginsPerMinute int
	AddressFactor   int
	RequestTimeout  time.Duration
}

// Log says what is logged and how.
type Log struct {
	Level  slog.Level
	Format LogFormat
}

// LogFormat is text or json.
type LogFormat string

// The formats.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)
