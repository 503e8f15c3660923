package office

import (
	"net/http"

	"floresya/internal/fault"
	"floresya/internal/shop/money"
	"floresya/internal/shop/rates"
)

// rateData is the rate in force and the form for another.
type rateData struct {
	Rate  rates.Rate
	Known bool
	Form  form
}

func (v *visit) rateData(f form) (rateData, error) {
	rate, err := v.office.Rates.Current(v.ctx())
	if err != nil && !fault.Is(err, "no_rate") {
		return rateData{}, err
	}
	return rateData{Rate: rate, Known: err == nil, Form: f}, nil
}

func (v *visit) ratePage() error {
	d, err := v.rateData(newForm(nil))
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, v.ratePageView(d))
}

// setRate enters a rate by hand. One far from the present rate is asked about once more.
func (v *visit) setRate() error {
	f, err := v.parse()
	if err != nil {
		return err
	}
	value, err := money.ParseRate(decimal(f.text("tasa"), false))
	if err != nil || value <= 0 {
		f.wrong["tasa"] = v.Say("rate.wrong")
	}
	if f.ok() {
		_, err := v.office.Rates.SetByHand(v.ctx(), value, v.by(), f.text("segura") == "si")
		if err == nil {
			return v.done(Base+"/tasa", "tasa")
		}
		if fault.Is(err, "rate_out_of_band") {
			f.ask = v.Say("rate.sure", v.rate(value))
		} else if !v.refuse(&f, err, map[string]string{"rate": "tasa"}) {
			return err
		}
	}
	d, err := v.rateData(f)
	if err != nil {
		return err
	}
	return v.show(http.StatusUnprocessableEntity, v.ratePageView(d))
}
