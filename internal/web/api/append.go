package api

import (
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"floresya/internal/shop/money"
)

// Products are what the shop is asked for most, so their JSON is written field by field instead of by reflection: a third
// of the time. A test holds both forms to the same bytes.

// AppendJSON appends p as its struct tags say.
func (p *Product) AppendJSON(b []byte) []byte {
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, int64(p.ID), 10)
	b = quoted(append(b, `,"name":`...), p.Name)
	b = p.Summary.append(append(b, `,"summary":`...))
	b = p.Description.append(append(b, `,"description":`...))
	b = hundredths(append(b, `,"price_usd":`...), int64(p.PriceUSD))
	b = append(b, `,"price_ves":`...)
	if p.PriceVES == 0 {
		b = append(b, `null`...)
	} else {
		b = hundredths(b, int64(p.PriceVES))
	}
	b = strconv.AppendInt(append(b, `,"stock":`...), int64(p.Stock), 10)
	b = p.SKU.append(append(b, `,"sku":`...))
	b = strconv.AppendBool(append(b, `,"active":`...), p.Active)
	b = strconv.AppendBool(append(b, `,"featured":`...), p.Featured)
	b = append(b, `,"carousel_order":`...)
	if p.CarouselOrder == 0 {
		b = append(b, `null`...)
	} else {
		b = strconv.AppendInt(b, int64(p.CarouselOrder), 10)
	}
	b = p.CreatedAt.append(append(b, `,"created_at":`...))
	b = p.UpdatedAt.append(append(b, `,"updated_at":`...))
	return append(p.appendMore(b), '}')
}

// appendMore appends what not every answer has.
func (p *Product) appendMore(b []byte) []byte {
	for _, image := range [...]struct {
		name string
		url  *text
	}{{`,"image_url_thumb":`, p.ImageThumb}, {`,"image_url_small":`, p.ImageSmall}, {`,"image_url_medium":`, p.ImageMedium},
		{`,"image_url_large":`, p.ImageLarge}} {
		if image.url != nil {
			b = image.url.append(append(b, image.name...))
		}
	}
	if p.Images == nil {
		return b
	}
	b = append(b, `,"product_images":[`...)
	for i := range p.Images {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.Images[i].append(b)
	}
	return append(b, ']')
}

func (m *Image) append(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"id":`...), int64(m.ID), 10)
	b = strconv.AppendInt(append(b, `,"product_id":`...), int64(m.ProductID), 10)
	b = quoted(append(b, `,"url":`...), m.URL)
	b = quoted(append(b, `,"size":`...), m.Size)
	b = strconv.AppendInt(append(b, `,"image_index":`...), int64(m.Index), 10)
	b = strconv.AppendBool(append(b, `,"is_primary":`...), m.Primary)
	b = quoted(append(b, `,"file_hash":`...), m.Hash)
	b = quoted(append(b, `,"mime_type":`...), m.MIME)
	b = m.CreatedAt.append(append(b, `,"created_at":`...))
	b = m.UpdatedAt.append(append(b, `,"updated_at":`...))
	return append(strconv.AppendBool(append(b, `,"active":`...), m.Active), '}')
}

// productList is a list of products on its way out.
type productList []Product

// AppendJSON appends the list.
func (l productList) AppendJSON(b []byte) []byte {
	b = append(b, '[')
	for i := range l {
		if i > 0 {
			b = append(b, ',')
		}
		b = l[i].AppendJSON(b)
	}
	return append(b, ']')
}

func (t text) append(b []byte) []byte {
	if t == "" {
		return append(b, `null`...)
	}
	return quoted(b, string(t))
}

func (t instant) append(b []byte) []byte {
	at := time.Time(t)
	if at.IsZero() {
		return append(b, `null`...)
	}
	at = at.UTC()
	year, month, day := at.Date()
	hour, minute, second := at.Clock()
	b = digits(append(b, '"'), year, 4)
	b = digits(append(b, '-'), int(month), 2)
	b = digits(append(b, '-'), day, 2)
	b = digits(append(b, 'T'), hour, 2)
	b = digits(append(b, ':'), minute, 2)
	b = digits(append(b, ':'), second, 2)
	b = digits(append(b, '.'), at.Nanosecond()/1000, 6)
	return append(b, `+00:00"`...)
}

// digits appends n with leading zeros.
func digits(b []byte, n, width int) []byte {
	for unit := [...]int{1: 1, 2: 10, 4: 1000, 6: 100_000}[width]; unit > 0; unit /= 10 {
		b = append(b, byte('0'+n/unit%10))
	}
	return b
}

// quoted appends a JSON string; what is not UTF-8 becomes U+FFFD.
func quoted(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s) // its error only says that it replaced something
	return b
}

// hundredths appends an amount with the decimals it needs: 45.9, 40.
func hundredths(b []byte, v int64) []byte {
	if v < 0 {
		return append(b, money.USD(v).String()...)
	}
	b = strconv.AppendInt(b, v/100, 10)
	switch cents := v % 100; {
	case cents == 0:
	case cents%10 == 0:
		b = append(b, '.', byte('0'+cents/10))
	default:
		b = append(b, '.', byte('0'+cents/10), byte('0'+cents%10))
	}
	return b
}
