package api

import (
	"net/http"

	"floresya/internal/fault"
	"floresya/internal/shop/payments"
	"floresya/internal/web"
)

// Method is a way to pay. Code, NameEN and Currency are not in the legacy contract.
type Method struct {
	ID           int     `json:"id"`
	Name         string  `json:"name"`
	Type         string  `json:"type"`
	Description  text    `json:"description"`
	AccountInfo  text    `json:"account_info"`
	Active       bool    `json:"active"`
	DisplayOrder int     `json:"display_order"`
	CreatedAt    instant `json:"created_at"`
	UpdatedAt    instant `json:"updated_at"`
	Code         string  `json:"code"`
	NameEN       text    `json:"name_en"`
	Currency     string  `json:"currency"`
}

func methodOf(m payments.Method) Method {
	return Method{m.ID, m.Name, m.Type, text(m.Description), text(m.AccountInfo), m.Active, m.DisplayOrder, instant(m.CreatedAt),
		instant(m.UpdatedAt), m.Code, text(m.NameEN), m.Currency}
}

func (a *API) listMethods(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	limit := q.number(0, maxID, 0, "limit")
	q.flag("includeDeactivated")
	if err := q.Err(); err != nil {
		return err
	}
	list, err := a.Payments.Methods(r.Context())
	if err != nil {
		return err
	}
	if limit > 0 && limit < len(list) {
		list = list[:limit]
	}
	out := make([]Method, len(list))
	for i, m := range list {
		out[i] = methodOf(m)
	}
	return web.JSON(w, http.StatusOK, out, "Payment methods retrieved successfully")
}

func (a *API) method(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	list, err := a.Payments.Methods(r.Context())
	if err != nil {
		return err
	}
	for _, m := range list {
		if m.ID == id {
			return web.JSON(w, http.StatusOK, methodOf(m), "Payment method retrieved successfully")
		}
	}
	return fault.NotFoundf("The requested payment method was not found.").With("resource", "Payment method").With("id", id)
}
