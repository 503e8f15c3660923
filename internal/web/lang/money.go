package lang

import (
	"strconv"

	"floresya/internal/shop/money"
)

// USD writes dollars: "$81.00", "$1,250.00", in both languages.
func USD(amount money.USD) string {
	cents := int64(amount)
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return sign + "$" + group(cents/100, ",") + "." + two(cents%100)
}

// ShortUSD is USD without the cents of a round amount: "$81", "$4.50".
func ShortUSD(cents money.USD) string {
	if cents%100 != 0 {
		return USD(cents)
	}
	s := USD(cents)
	return s[:len(s)-len(".00")]
}

// Bs writes bolívares: "Bs 19.747,80", in English "Bs 19,747.80". The space does not break.
func (l Lang) Bs(amount money.VES) string {
	cents := int64(amount)
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	if l == EN {
		return sign + "Bs\u00a0" + group(cents/100, ",") + "." + two(cents%100)
	}
	return sign + "Bs\u00a0" + group(cents/100, ".") + "," + two(cents%100)
}

// WholeBs writes the amounts of an order, which are whole bolívares: "Bs 19.748". Hundredths, should there be any, are
// shown rather than lost.
func (l Lang) WholeBs(cents money.VES) string {
	if cents%100 != 0 {
		return l.Bs(cents)
	}
	s := l.Bs(cents)
	return s[:len(s)-len(",00")]
}

// Count writes a whole number with the separator of the language.
func (l Lang) Count(n int) string {
	sep := "."
	if l == EN {
		sep = ","
	}
	if n < 0 {
		return "-" + group(int64(-n), sep)
	}
	return group(int64(n), sep)
}

// group writes n ≥ 0 with sep between every three digits.
func group(n int64, sep string) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return s
}

func two(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// Amount writes an amount in its own currency; whole bolívares without decimals, as the amounts of orders are.
func (l Lang) Amount(m money.Money) string {
	if m.Currency == money.CurrencyVES {
		return l.WholeBs(money.VES(m.Minor))
	}
	return USD(money.USD(m.Minor))
}

// Two writes a number of at most two digits with both: "07".
func Two(n int) string { return two(int64(n)) }
