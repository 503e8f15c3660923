package office

// HasWord reports whether there are words for key.
func (o *Office) HasWord(key string) bool { return o.words.Has(key) }

// Decimal is decimal.
func Decimal(s string, grouped bool) string { return decimal(s, grouped) }
