package catalog

import (
	"floresya/internal/event"
	"floresya/internal/shop/money"
)

// Details are what people write about a product and how it is shown. CarouselOrder 0 is not featured.
type Details struct {
	Name          string    `json:"name"`
	NameEN        string    `json:"name_en,omitzero"`
	Summary       string    `json:"summary,omitzero"`
	SummaryEN     string    `json:"summary_en,omitzero"`
	Description   string    `json:"description,omitzero"`
	DescriptionEN string    `json:"description_en,omitzero"`
	PriceUSD      money.USD `json:"price_usd"`
	SKU           string    `json:"sku,omitzero"`
	CarouselOrder int       `json:"carousel_order,omitzero"`
	DrawingURL    string    `json:"drawing_url,omitzero"`
}

// The events of a product, each in its stream "product-ID".
type (
	// ProductCreated begins a product; its first stock is received.
	ProductCreated struct {
		ProductID int    `json:"product_id"`
		Slug      string `json:"slug"`
		Details
		Stock  int  `json:"stock"`
		Active bool `json:"active"`
	}
	// ProductChanged holds all details as they are now.
	ProductChanged struct {
		ProductID int `json:"product_id"`
		Details
	}
	// CarouselLeft says that another product took this one's slot.
	CarouselLeft struct {
		ProductID int `json:"product_id"`
		To        int `json:"to"` // the product that took it
	}
	// StockReceived adds pieces.
	StockReceived struct {
		ProductID int `json:"product_id"`
		Quantity  int `json:"quantity"`
	}
	// StockWasted takes pieces that nobody can buy any more.
	StockWasted struct {
		ProductID int `json:"product_id"`
		Quantity  int `json:"quantity"`
	}
	// StockCorrected books the difference between the counted stock and the one in the books.
	StockCorrected struct {
		ProductID  int `json:"product_id"`
		Difference int `json:"difference"`
		Counted    int `json:"counted"`
	}
	// ProductDeactivated takes a product off the shop and out of the carousel.
	ProductDeactivated struct {
		ProductID int `json:"product_id"`
	}
	// ProductReactivated brings it back, without its former slot.
	ProductReactivated struct {
		ProductID int `json:"product_id"`
	}
	// OccasionsReplaced is the whole set of a product's occasions.
	OccasionsReplaced struct {
		ProductID int    `json:"product_id"`
		Links     []Link `json:"links"`
	}
	// ImagesAdded is one picture in its sizes. Primary puts it before all others.
	ImagesAdded struct {
		ProductID int    `json:"product_id"`
		Index     int    `json:"index"`
		Files     []File `json:"files"`
		Primary   bool   `json:"primary,omitzero"`
	}
	// ImagesRemoved takes one picture in all sizes away; Primary is the picture that comes first now, 0 if none is.
	ImagesRemoved struct {
		ProductID int `json:"product_id"`
		Index     int `json:"index"`
		Primary   int `json:"primary,omitzero"`
	}
	// ImagePrimarySet puts one picture before all others.
	ImagePrimarySet struct {
		ProductID int `json:"product_id"`
		Index     int `json:"index"`
	}
)

// Link is the row that ties a product to an occasion; it keeps its id when the tie comes back.
type Link struct {
	ID         int `json:"id"`
	OccasionID int `json:"occasion_id"`
}

// File is a stored picture file with the id of its row.
type File struct {
	ID   int    `json:"id"`
	Size string `json:"size"`
	URL  string `json:"url"`
	Hash string `json:"hash"`
	MIME string `json:"mime"`
}

// OccasionDetails are what people write about an occasion.
type OccasionDetails struct {
	Name         string `json:"name"`
	NameEN       string `json:"name_en,omitzero"`
	Slug         string `json:"slug"`
	Description  string `json:"description,omitzero"`
	Icon         string `json:"icon,omitzero"`
	Color        string `json:"color,omitzero"`
	DisplayOrder int    `json:"display_order,omitzero"`
	Active       bool   `json:"active"`
}

// The events of an occasion, each in its stream "occasion-ID".
type (
	// OccasionCreated begins an occasion.
	OccasionCreated struct {
		OccasionID int `json:"occasion_id"`
		OccasionDetails
	}
	// OccasionChanged holds all details as they are now.
	OccasionChanged struct {
		OccasionID int `json:"occasion_id"`
		OccasionDetails
	}
)

// Events are the event types of the catalogue.
func Events() []event.Def {
	return []event.Def{
		event.On("catalog.product_created", 1, applyCreated),
		event.On("catalog.product_changed", 1, applyChanged),
		event.On("catalog.carousel_left", 1, applyCarouselLeft),
		event.On("catalog.stock_received", 1, applyReceived),
		event.On("catalog.stock_wasted", 1, applyWasted),
		event.On("catalog.stock_corrected", 1, applyCorrected),
		event.On("catalog.product_deactivated", 1, applyDeactivated),
		event.On("catalog.product_reactivated", 1, applyReactivated),
		event.On("catalog.occasions_replaced", 1, applyOccasionsReplaced),
		event.On("catalog.images_added", 1, applyImagesAdded),
		event.On("catalog.images_removed", 1, applyImagesRemoved),
		event.On("catalog.image_primary_set", 1, applyImagePrimarySet),
		event.On("catalog.occasion_created", 1, applyOccasionCreated),
		event.On("catalog.occasion_changed", 1, applyOccasionChanged),
	}
}
