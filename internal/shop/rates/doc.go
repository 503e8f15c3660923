// Package rates keeps the rate of the day: bolívares per US dollar as the Banco Central de Venezuela publishes it.
//
// # Model
//
// exchange_rates is audited data: every rate that was ever in force, with its source, its value date (the day the bank
// publishes it for), when it was fetched, and who entered it. The newest row is the current rate; the setting bcv_usd_rate
// is a projection of it. All of it lives in the stream "rate-usd-ves".
//
// A rate is carried forward when its value date is before today: weekends, holidays, or a bank that cannot be reached. It is
// stale when that is longer ago than Config.StaleAfter, and whoever shows it says so.
//
// # Sources
//
// The bank's own page, then a JSON service, each behind its breaker; and a person. A Fetcher asks the first that answers. An
// automatic answer becomes the current rate when its value date has come and is newer than the current one's; for the same
// value date the bank corrects the JSON service, anybody corrects the seed, and nobody corrects a person.
//
// # Promises
//
// The last good rate stays until there is a better one; a rate is never made up. An automatic answer that is further than
// Config.Band from the previous rate is refused and recorded once as a warning; a person may confirm such a rate.
// Certificates are always verified.
//
// # When things fail
//
// A source that hangs, floods, lies or loops costs one deadline and 2 MB, then its breaker leaves it alone. Without network the
// shop starts and sells by the last rate; the trouble is logged when it begins and when it ends.
package rates
