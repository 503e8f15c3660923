package api

import (
	"context"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"floresya/internal/shop/catalog"
	"floresya/internal/web"
)

type occasionIn struct {
	Name         opt[string] `json:"name,omitzero"`
	NameEN       opt[string] `json:"name_en,omitzero"`
	Slug         opt[string] `json:"slug,omitzero"`
	Description  opt[string] `json:"description,omitzero"`
	Icon         opt[string] `json:"icon,omitzero"`
	Color        opt[string] `json:"color,omitzero"`
	DisplayOrder opt[int]    `json:"display_order,omitzero"`
	IsActive     opt[bool]   `json:"is_active,omitzero"`
	Active       opt[bool]   `json:"active,omitzero"`
}

func (in *occasionIn) active() *bool {
	if in.IsActive.Set {
		return in.IsActive.pointer()
	}
	return in.Active.pointer()
}

func (a *API) createOccasion(w http.ResponseWriter, r *http.Request) error {
	in, err := decode[occasionIn](r)
	if err != nil {
		return err
	}
	active := in.active()
	id, err := a.Catalog.CreateOccasion(r.Context(), catalog.OccasionDetails{Name: in.Name.Value, NameEN: in.NameEN.Value,
		Slug: in.Slug.Value, Description: in.Description.Value, Icon: in.Icon.Value, Color: in.Color.Value,
		DisplayOrder: in.DisplayOrder.Value, Active: active == nil || *active})
	if err != nil {
		return err
	}
	o, err := a.Catalog.CreatedOccasion(r.Context(), id)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusCreated, occasionOf(o), "Occasion created successfully")
}

func (a *API) answerOccasion(w http.ResponseWriter, r *http.Request, status, id int, message string) error {
	o, err := a.Catalog.Occasion(r.Context(), id, true)
	if err != nil {
		return err
	}
	return web.JSON(w, status, occasionOf(o), message)
}

func (a *API) changeOccasion(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	in, err := decode[occasionIn](r)
	if err != nil {
		return err
	}
	ch := catalog.OccasionChange{Name: in.Name.pointer(), NameEN: in.NameEN.pointer(), Slug: in.Slug.pointer(),
		Description: in.Description.pointer(), Icon: in.Icon.pointer(), Color: in.Color.pointer(),
		DisplayOrder: in.DisplayOrder.pointer(), Active: in.active()}
	if ch == (catalog.OccasionChange{}) {
		return errEmpty()
	}
	if err := a.Catalog.UpdateOccasion(r.Context(), id, ch); err != nil {
		return err
	}
	return a.answerOccasion(w, r, http.StatusOK, id, "Occasion updated successfully")
}

type displayOrderIn struct {
	Order opt[int] `json:"order,omitzero"`
	Alias opt[int] `json:"display_order,omitzero"`
}

func (a *API) orderOccasion(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	in, err := decode[displayOrderIn](r)
	if err != nil {
		return err
	}
	order := in.Order.pointer()
	if order == nil {
		order = in.Alias.pointer()
	}
	if order == nil {
		return errEmpty()
	}
	if err := a.Catalog.UpdateOccasion(r.Context(), id, catalog.OccasionChange{DisplayOrder: order}); err != nil {
		return err
	}
	return a.answerOccasion(w, r, http.StatusOK, id, "Display order updated successfully")
}

func (a *API) togglingOccasion(message string, command func(context.Context, int) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := pathID(r, "id")
		if err != nil {
			return err
		}
		if _, err := optional[jsontext.Value](r); err != nil {
			return err
		}
		if err := command(r.Context(), id); err != nil {
			return err
		}
		return a.answerOccasion(w, r, http.StatusOK, id, message)
	}
}
