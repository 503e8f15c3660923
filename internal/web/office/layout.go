package office

import (
	"strings"

	"floresya/internal/web/lang"
)

// section is an entry of the navigation. Only what is there is listed; what comes later gets its line here.
type section struct {
	Name, Path, Icon string
	Count            int
	Desk             bool // only where there is room: a phone finds it under "more"
}

func (v *visit) sections() []section {
	all := []section{
		{Name: "board", Path: Base, Icon: "layout-grid"},
		{Name: "payments", Path: Base + "/pagos", Icon: "receipt", Count: v.counts.payments},
		{Name: "dates", Path: Base + "/por-acordar", Icon: "calendar-days", Count: v.counts.dates},
		{Name: "products", Path: Base + "/flores", Icon: "flower-2"},
		{Name: "slots", Path: Base + "/entregas", Icon: "bike", Desk: true},
		{Name: "rate", Path: Base + "/tasa", Icon: "coins", Desk: true},
	}
	if v.office.Mailbox != nil {
		all = append(all, section{Name: "mail", Path: Base + "/correo", Icon: "bell", Desk: true})
	}
	return all
}

// callMe is the florist's first name, or what the account is called by.
func (v *visit) callMe() string {
	name, _, _ := strings.Cut(v.user.Name, " ")
	if name == "" {
		name, _, _ = strings.Cut(v.user.Email, "@")
	}
	return name
}

func (v *visit) other() lang.Lang {
	if v.lang == lang.ES {
		return lang.EN
	}
	return lang.ES
}

// here is the address of the page, to come back to after a change of language.
func (v *visit) here() string {
	if v.r.Method == "GET" {
		return v.r.URL.RequestURI()
	}
	return Base
}
