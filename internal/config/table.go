package config

import (
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"floresya/internal/security/secret"
)

// Settings is the table of all settings, in the order of the documentation.
func Settings() []Setting {
	var all []Setting
	for _, group := range [][]Setting{place(), web(), tls(), database(), admin(), smtp(), rate(), orders(), limits(), log()} {
		all = append(all, group...)
	}
	return all
}

func place() []Setting {
	return in("Place",
		text("data", "./data", func(c *Config) *string { return &c.Data }, nonEmpty,
			"folder of everything that must be kept: database, pictures, keys, mailbox, logs").unit("folder"),
		flag("demo", func(c *Config) *bool { return &c.Demo },
			"fill an empty shop with the demo catalogue, slots and settings").only("up"),
		text("front", "", func(c *Config) *string { return &c.Front }, folder,
			"serve the static front end in this folder at /; the built-in shop moves to /tienda").unit("folder"),
		duration("stop-limit", "20s", time.Second, 5*time.Minute, func(c *Config) *time.Duration { return &c.StopLimit },
			"how long requests that were accepted may take to finish when the program is told to stop"),
	)
}

func web() []Setting {
	return in("Web",
		text("listen", "127.0.0.1:8080", func(c *Config) *string { return &c.Listen }, address,
			"address to serve at; port 0 takes a free one").unit("host:port"),
		value("public-url", "", publicURL, func(c *Config) **url.URL { return &c.PublicURL },
			"address that customers use: links in mails, canonical addresses; https makes cookies Secure; empty with TLS: the first of tls-domains").
			unit("URL").span("http or https, no path"),
		value("trusted-proxies", "", prefixes, func(c *Config) *[]netip.Prefix { return &c.TrustedProxies },
			"only from these addresses X-Forwarded-For is believed").
			unit("CIDRs, comma between"),
		value("metrics-from", "", prefixes, func(c *Config) *[]netip.Prefix { return &c.MetricsFrom },
			"these client addresses may read /metrics, beside this machine itself; for others there is no such page").
			unit("CIDRs, comma between"),
		value("allowed-origins", "", origins, func(c *Config) *[]string { return &c.AllowedOrigins },
			"pages of these other origins may call the API from browsers, with cookies; their writes are not refused as cross-origin").
			unit("origins, comma between").span("http or https, no path"),
	)
}

func tls() []Setting {
	return in("TLS",
		choice("tls", string(TLSOff), []TLSMode{TLSOff, TLSFiles, TLSAuto}, func(c *Config) *TLSMode { return &c.TLS.Mode },
			"off: plain HTTP; files: tls-cert and tls-key; auto: certificates by ACME (Let's Encrypt) for tls-domains"),
		text("tls-cert", "", func(c *Config) *string { return &c.TLS.Cert }, file,
			"certificate chain (PEM); a changed file is taken up by new connections").unit("file").hot(),
		text("tls-key", "", func(c *Config) *string { return &c.TLS.Key }, file,
			"private key (PEM)").unit("file").hot(),
		value("tls-domains", "", domains, func(c *Config) *[]string { return &c.TLS.Domains },
			"names to get certificates for").unit("names, comma between"),
		text("tls-email", "", func(c *Config) *string { return &c.TLS.Email }, mailAddress,
			"whom the certificate authority writes when something is wrong").unit("mail address"),
		text("tls-acme-dir", "", func(c *Config) *string { return &c.TLS.ACMEDir }, anything,
			"where certificates by ACME are kept; empty: the folder acme in data").unit("folder"),
		text("tls-acme-url", "", func(c *Config) *string { return &c.TLS.ACMEURL }, httpURL,
			"directory of another ACME authority; empty: Let's Encrypt").unit("URL"),
		text("tls-redirect", "", func(c *Config) *string { return &c.TLS.Redirect }, address,
			"address that sends plain HTTP to https, and answers ACME's questions; empty: none").unit("host:port"),
	)
}

func database() []Setting {
	return in("Database",
		secretText("database-url", func(c *Config) *secret.Text { return &c.Database.URL }, postgresURL,
			"the PostgreSQL to use; `up` has its own").unit("URL").only("serve").withFlag(),
		number("database-general-conns", "8", 2, 200, func(c *Config) *int { return &c.Database.GeneralConns },
			"most connections for everything but orders and payments"),
		number("database-orders-conns", "16", 2, 200, func(c *Config) *int { return &c.Database.OrdersConns },
			"most connections for orders and payments"),
		duration("database-statement-timeout", "10s", 100*time.Millisecond, 10*time.Minute,
			func(c *Config) *time.Duration { return &c.Database.StatementTimeout }, "a statement that runs longer is ended"),
		duration("database-acquire-timeout", "3s", 50*time.Millisecond, time.Minute,
			func(c *Config) *time.Duration { return &c.Database.AcquireTimeout },
			"a request that waits longer for a connection is answered 503"),
	)
}

func admin() []Setting {
	return in("First administrator",
		text("admin-email", "admin@floresya.local", func(c *Config) *string { return &c.Admin.Email }, mailAddress,
			"account that is made when there is no administrator").unit("mail address"),
		secretText("admin-password", func(c *Config) *secret.Text { return &c.Admin.Password }, password,
			"its password; empty: one is generated and printed once").
			span("10 to 128 characters with upper and lower case, a digit and another sign"),
	)
}

func smtp() []Setting {
	return in("Mail",
		text("smtp-host", "", func(c *Config) *string { return &c.SMTP.Host }, anything,
			"mail server; empty: mails are kept in the folder mailbox in data").unit("host"),
		number("smtp-port", "587", 1, 65535, func(c *Config) *int { return &c.SMTP.Port }, "its port"),
		text("smtp-user", "", func(c *Config) *string { return &c.SMTP.User }, anything, "sign-in; empty: none"),
		secretText("smtp-password", func(c *Config) *secret.Text { return &c.SMTP.Password }, anything, "its password"),
		text("smtp-from", "FloresYa <no-reply@floresya.local>", func(c *Config) *string { return &c.SMTP.From }, mailAddress,
			"sender of all mails").unit("mail address"),
		choice("smtp-tls", string(SMTPStartTLS), []SMTPMode{SMTPStartTLS, SMTPImplicit, SMTPOff},
			func(c *Config) *SMTPMode { return &c.SMTP.TLS },
			"starttls: required after the greeting; implicit: from the start (port 465); off: plain, for a local server only"),
	)
}

func rate() []Setting {
	return in("Rate of the day",
		text("bcv-url", "https://www.bcv.org.ve/", func(c *Config) *string { return &c.Rate.BCVURL }, httpURL,
			"page of the Banco Central de Venezuela; empty: not asked").unit("URL"),
		text("bcv-json-url", "https://ve.dolarapi.com/v1/dolares/oficial", func(c *Config) *string { return &c.Rate.JSONURL },
			httpURL, "JSON source that is asked when the page does not answer; empty: not asked").unit("URL"),
		text("bcv-ca-file", "", func(c *Config) *string { return &c.Rate.CAFile }, file,
			"further certificates (PEM) to trust for these addresses: the chain of the bank's page is incomplete at times").
			unit("file"),
		duration("bcv-interval", "1h", time.Minute, 24*time.Hour, func(c *Config) *time.Duration { return &c.Rate.Interval },
			"pause between two looks at the sources"),
		ratio("bcv-band", "0.2", 0.01, 1, func(c *Config) *float64 { return &c.Rate.Band },
			"a rate that differs more from the previous one is not believed without an administrator"),
		duration("bcv-stale", "72h", 24*time.Hour, 30*24*time.Hour, func(c *Config) *time.Duration { return &c.Rate.StaleAge },
			"a rate whose value date is longer ago, in whole days, is shown as stale"),
	)
}

func orders() []Setting {
	return in("Orders",
		number("order-committers", "1", 1, 16, func(c *Config) *int { return &c.Orders.Committers },
			"transactions that place orders at the same time"),
		number("order-batch", "64", 1, 512, func(c *Config) *int { return &c.Orders.Batch },
			"most orders in one transaction"),
		duration("payment-hold", "24h", 10*time.Minute, 30*24*time.Hour,
			func(c *Config) *time.Duration { return &c.Orders.PaymentHold },
			"how long an unpaid order keeps its flowers and its slot when the shop's settings say nothing else"),
	)
}

func limits() []Setting {
	return in("Limits",
		bytesize("body-limit", "1MB", 16<<10, 64<<20, func(c *Config) *int64 { return &c.Limits.BodyBytes },
			"largest request body of the API; forms and pictures have bounds of their own"),
		number("reads-per-minute", "1200", 1, 1_000_000, func(c *Config) *int { return &c.Limits.ReadsPerMinute },
			"reads of one visitor; one view of a legacy home page is 20"),
		number("writes-per-minute", "120", 1, 1_000_000, func(c *Config) *int { return &c.Limits.WritesPerMinute },
			"writes of one visitor"),
		number("orders-per-minute", "20", 1, 1_000_000, func(c *Config) *int { return &c.Limits.OrdersPerMinute },
			"orders and payment proofs of one visitor"),
		number("logins-per-minute", "10", 1, 10_000, func(c *Config) *int { return &c.Limits.LoginsPerMinute },
			"attempts to sign in through the API; those that fail wait longer each time besides, per address and per account"),
		number("address-factor", "20", 1, 1000, func(c *Config) *int { return &c.Limits.AddressFactor },
			"visitors that may share one address (carriers put many behind one): an address may do so many times more"),
		duration("request-timeout", "30s", time.Second, 10*time.Minute,
			func(c *Config) *time.Duration { return &c.Limits.RequestTimeout }, "a request that takes longer, its body included, is ended; the work on it alone has 8 s at most"),
	)
}

func log() []Setting {
	return in("Log",
		value("log-level", "info", logLevel, func(c *Config) *slog.Level { return &c.Log.Level },
			"the least that is logged").span("debug, info, warn, error"),
		choice("log-format", string(LogText), []LogFormat{LogText, LogJSON}, func(c *Config) *LogFormat { return &c.Log.Format },
			"form of the lines on stderr"),
	)
}
