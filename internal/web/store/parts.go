package store

import (
	"strconv"
	"strings"

	"floresya/internal/web/lang"
)

// fewPieces is from where a card says how many are left.
const fewPieces = 5

func itoa(n int) string { return strconv.Itoa(n) }

// zoneName is the name of a zone with its fee: "Chacao · $3", "Retiro en la tienda · gratis".
func (v *visit) zoneName(z Zone) string {
	if z.USD == 0 {
		return z.Name + " · " + v.Say("zone.free")
	}
	return z.Name + " · " + lang.ShortUSD(z.USD)
}

// alt names a product for those who do not see its picture.
func (v *visit) alt(p Product) string {
	if summary := p.Summary.In(v.lang); summary != "" {
		return p.Name.In(v.lang) + ": " + strings.TrimRight(summary, ".")
	}
	return p.Name.In(v.lang)
}
