// Package lang is how FloresYa's pages speak: which language a page is in, and how that language writes money, dates
// and hours. The words themselves stand with the pages that say them, in a Catalogue.
//
// Every date and hour is shown in the time of Caracas, wherever the reader is.
package lang

import (
	"sync"
	"time"
	_ "time/tzdata" // the binary carries its own clock rules
)

// Lang is a language of the pages. The zero value is Spanish, the shop's own.
type Lang int

// The languages.
const (
	ES Lang = iota
	EN
)

// All lists the languages in the order of the switch on the pages.
func All() []Lang { return []Lang{ES, EN} }

// Code is the value for lang= and hreflang=: "es" or "en".
func (l Lang) Code() string {
	if l == EN {
		return "en"
	}
	return "es"
}

// Locale is the value for Open Graph: "es_VE" or "en_US".
func (l Lang) Locale() string {
	if l == EN {
		return "en_US"
	}
	return "es_VE"
}

// Parse reads a code; anything but "en" is Spanish.
func Parse(code string) Lang {
	if code == "en" {
		return EN
	}
	return ES
}

// Pick returns the text of l, or the Spanish one where the English is missing: product texts are written in Spanish
// first and translated later, if ever.
func (l Lang) Pick(es, en string) string {
	if l == EN && en != "" {
		return en
	}
	return es
}

// Caracas is the shop's time zone.
func Caracas() *time.Location { return caracas() }

// caracas reads the rules once. Venezuela has had no daylight saving since 2016, so a fixed offset stands in should
// they be unreadable.
var caracas = sync.OnceValue(func() *time.Location {
	loc, err := time.LoadLocation("America/Caracas")
	if err != nil {
		return time.FixedZone("America/Caracas", -4*60*60)
	}
	return loc
})
