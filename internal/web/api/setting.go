package api

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"floresya/internal/fault"
	"floresya/internal/security/identity"
	"floresya/internal/shop/money"
	"floresya/internal/shop/rates"
	"floresya/internal/shop/settings"
	"floresya/internal/web"
)

// Setting is the contract's setting: its value is always a text.
type Setting struct {
	ID          int     `json:"id"`
	Key         string  `json:"key"`
	Value       string  `json:"value"`
	Description text    `json:"description"`
	Type        string  `json:"type"`
	Public      bool    `json:"is_public"`
	Active      bool    `json:"active"`
	CreatedAt   instant `json:"created_at"`
	UpdatedAt   instant `json:"updated_at"`
}

func settingOf(s settings.Setting) Setting {
	return Setting{s.ID, s.Key, s.Value, text(s.Description), s.Type, s.Public, s.Active, instant(s.CreatedAt), instant(s.UpdatedAt)}
}

func settingsOf(list []settings.Setting) []Setting {
	out := make([]Setting, len(list))
	for i, s := range list {
		out[i] = settingOf(s)
	}
	return out
}

func (a *API) publicSettings(w http.ResponseWriter, r *http.Request) error {
	list, err := a.Settings.Public(r.Context())
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, settingsOf(list), "Public settings retrieved successfully")
}

func (a *API) allSettings(w http.ResponseWriter, r *http.Request) error {
	list, err := a.Settings.All(r.Context())
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, settingsOf(list), "Settings retrieved successfully")
}

func (a *API) settingsMap(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	public := q.is("public")
	if err := q.Err(); err != nil {
		return err
	}
	m, err := a.Settings.Map(r.Context(), admin(r.Context()) && !public)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, m, "Settings map retrieved successfully")
}

// lookup finds a setting the caller may see.
func (a *API) lookup(r *http.Request) (s settings.Setting, ok bool, err error) {
	key, err := pathText(r, "key", 100)
	if err != nil {
		return s, false, err
	}
	s, ok, err = a.Settings.Lookup(r.Context(), key)
	return s, ok && (s.Public || admin(r.Context())), err
}

// settingValue answers null for what is not there: the pages test for that.
func (a *API) settingValue(w http.ResponseWriter, r *http.Request) error {
	s, ok, err := a.lookup(r)
	if err != nil {
		return err
	}
	if !ok {
		return web.JSON(w, http.StatusOK, any(nil), "Setting not found")
	}
	return web.JSON(w, http.StatusOK, s.Typed(), "Setting value retrieved successfully")
}

func (a *API) setting(w http.ResponseWriter, r *http.Request) error {
	s, ok, err := a.lookup(r)
	if err != nil {
		return err
	}
	if !ok {
		return fault.NotFoundf("The requested setting was not found.")
	}
	return web.JSON(w, http.StatusOK, settingOf(s), "Setting retrieved successfully")
}

// settingValueIn is a value in a request: a text, or a number or boolean that is kept as its text.
type settingValueIn string

func (settingValueIn) want() string { return "un texto, un número, true o false" }

// UnmarshalJSONFrom takes the text form of what is not a text.
func (v *settingValueIn) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	value, err := d.ReadValue()
	if err != nil {
		return err
	}
	switch value.Kind() {
	case '"':
		var s string
		err := json.Unmarshal(value, &s)
		*v = settingValueIn(s)
		return err
	case '0', 't', 'f':
		*v = settingValueIn(value)
		return nil
	}
	return fmt.Errorf("want a text, got %s", value.Kind())
}

// Schema describes it in the OpenAPI document.
func (settingValueIn) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeString} }

type settingIn struct {
	Key         string              `json:"key,omitzero"`
	Value       opt[settingValueIn] `json:"value,omitzero"`
	Description opt[string]         `json:"description,omitzero"`
	Type        opt[string]         `json:"type,omitzero"`
	Public      opt[bool]           `json:"is_public,omitzero"`
}

func (a *API) createSetting(w http.ResponseWriter, r *http.Request) error {
	in, err := decode[settingIn](r)
	if err != nil {
		return err
	}
	n := settings.NewSetting{Key: in.Key, Value: string(in.Value.Value), Description: in.Description.Value, Type: in.Type.Value,
		Public: in.Public.Value}
	if _, err := a.Settings.Create(r.Context(), n); err != nil {
		return err
	}
	return a.answerSetting(w, r, http.StatusCreated, in.Key, "Setting created successfully")
}

func (a *API) changeSetting(w http.ResponseWriter, r *http.Request) error {
	key, err := pathText(r, "key", 100)
	if err != nil {
		return err
	}
	in, err := decode[settingIn](r)
	if err != nil {
		return err
	}
	ch := settings.Change{Description: in.Description.pointer(), Type: in.Type.pointer(), Public: in.Public.pointer()}
	if in.Value.Set {
		ch.Value = new(string(in.Value.Value))
	}
	if ch == (settings.Change{}) {
		return errEmpty()
	}
	if strings.EqualFold(key, rates.SettingKey) && ch.Value != nil {
		if err := a.setRate(r, *ch.Value); err != nil {
			return err
		}
	} else if err := a.Settings.Change(r.Context(), key, ch); err != nil {
		return err
	}
	return a.answerSetting(w, r, http.StatusOK, key, "Setting updated successfully")
}

func (a *API) deleteSetting(w http.ResponseWriter, r *http.Request) error {
	key, err := pathText(r, "key", 100)
	if err != nil {
		return err
	}
	s, ok, err := a.Settings.Lookup(r.Context(), key)
	if err != nil {
		return err
	}
	if !ok {
		return fault.NotFoundf("The requested setting was not found.")
	}
	if err := a.Settings.Deactivate(r.Context(), key); err != nil {
		return err
	}
	s.Active = false
	return web.JSON(w, http.StatusOK, settingOf(s), "Setting deactivated successfully")
}

func (a *API) answerSetting(w http.ResponseWriter, r *http.Request, status int, key, message string) error {
	s, ok, err := a.Settings.Lookup(r.Context(), key)
	if err != nil {
		return err
	}
	if !ok {
		return fault.NotFoundf("The requested setting was not found.")
	}
	return web.JSON(w, status, settingOf(s), message)
}

// bcvPrice is a rate as three generations of clients send it: a bare text or number, {"bcv_price": …} or {"rate": …}.
type bcvPrice string

func (bcvPrice) want() string { return "un número mayor que 0" }

// UnmarshalJSONFrom reads any of the three.
func (p *bcvPrice) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	value, err := d.ReadValue()
	if err != nil {
		return err
	}
	if value.Kind() == '{' {
		var in struct {
			Price jsontext.Value `json:"bcv_price"`
			Rate  jsontext.Value `json:"rate"`
		}
		if err := json.Unmarshal(value, &in); err != nil {
			return err
		}
		if value = in.Price; value == nil {
			value = in.Rate
		}
	}
	s := string(value)
	switch value.Kind() {
	case '"':
		if err := json.Unmarshal(value, &s); err != nil {
			return err
		}
	case '0':
	default:
		return fmt.Errorf("want a number, got %s", value.Kind())
	}
	*p = bcvPrice(s)
	return nil
}

// Schema describes it in the OpenAPI document.
func (bcvPrice) Schema(huma.Registry) *huma.Schema {
	number, words := &huma.Schema{Type: huma.TypeNumber}, &huma.Schema{Type: huma.TypeString}
	return &huma.Schema{OneOf: []*huma.Schema{number, words,
		{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"bcv_price": number, "rate": number}}}}
}

func (a *API) setBCVPrice(w http.ResponseWriter, r *http.Request) error {
	price, err := decode[bcvPrice](r)
	if err != nil {
		return err
	}
	if err := a.setRate(r, string(price)); err != nil {
		return err
	}
	return a.answerSetting(w, r, http.StatusOK, rates.SettingKey, "Precio BCV guardado exitosamente")
}

// setRate enters the rate of the day by hand; whoever sends it confirms it. A decimal comma is understood.
func (a *API) setRate(r *http.Request, s string) error {
	s = strings.TrimSpace(s)
	if strings.Count(s, ",") == 1 && !strings.Contains(s, ".") {
		s = strings.Replace(s, ",", ".", 1)
	}
	_, decimals, _ := strings.Cut(s, ".")
	value, err := money.ParseRate(s)
	if err != nil || len(decimals) > 6 {
		return fault.Invalidf("rate", "La tasa debe ser un número mayor que 0, hasta 1000000 y con 6 decimales como máximo.")
	}
	by := 0
	if p := identity.FromContext(r.Context()); p != nil {
		by = p.UserID
	}
	_, err = a.Rates.SetByHand(r.Context(), value, by, true)
	return err
}
