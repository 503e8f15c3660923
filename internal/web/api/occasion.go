package api

import (
	"net/http"

	"floresya/internal/shop/catalog"
	"floresya/internal/web"
)

// Occasion is the contract's occasion. Active stands twice, because pages read one name or the other.
type Occasion struct {
	ID           int     `json:"id"`
	Name         string  `json:"name"`
	Slug         string  `json:"slug"`
	Description  text    `json:"description"`
	Active       bool    `json:"active"`
	IsActive     bool    `json:"is_active"`
	Icon         text    `json:"icon"`
	Color        text    `json:"color"`
	DisplayOrder int     `json:"display_order"`
	CreatedAt    instant `json:"created_at"`
	UpdatedAt    instant `json:"updated_at"`
}

func occasionOf(o catalog.Occasion) Occasion {
	return Occasion{o.ID, o.Name, o.Slug, text(o.Description), o.Active, o.Active, text(o.Icon), text(o.Color), o.DisplayOrder,
		instant(o.CreatedAt), instant(o.UpdatedAt)}
}

func occasionsOf(list []catalog.Occasion) []Occasion {
	out := make([]Occasion, len(list))
	for i, o := range list {
		out[i] = occasionOf(o)
	}
	return out
}

func (a *API) listOccasions(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	limit := q.number(0, maxID, 0, "limit")
	q.flag("includeDeactivated", "includeInactive") // an admin sees all in any case
	if err := q.Err(); err != nil {
		return err
	}
	list, err := a.Catalog.Occasions(r.Context(), admin(r.Context()))
	if err != nil {
		return err
	}
	if limit > 0 && limit < len(list) {
		list = list[:limit]
	}
	return web.JSON(w, http.StatusOK, occasionsOf(list), "Occasions retrieved successfully")
}

func (a *API) occasion(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	o, err := a.Catalog.Occasion(r.Context(), id, admin(r.Context()))
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, occasionOf(o), "Occasion retrieved successfully")
}

func (a *API) occasionBySlug(w http.ResponseWriter, r *http.Request) error {
	slug, err := pathText(r, "slug", 100)
	if err != nil {
		return err
	}
	o, err := a.Catalog.OccasionBySlug(r.Context(), slug)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, occasionOf(o), "Occasion retrieved successfully")
}
