package store

import (
	"context"
	"log/slog"
	"time"

	"floresya/internal/fault"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/shop/rates"
	"floresya/internal/shop/settings"
	"floresya/internal/storage"
	"floresya/internal/web/lang"
	"floresya/internal/web/page"
)

// Shop are the services of the business that stand behind the storefront.
type Shop struct {
	Catalog  *catalog.Reader
	Delivery *delivery.Planner
	Rates    *rates.Keeper
	Settings *settings.Settings
	Orders   *orders.Service
	Payments *payments.Payments
	Receipts *storage.Files // private: what customers send as proof
	Now      func() time.Time
}

// Deps answers the questions of the storefront with these services.
func (s Shop) Deps(kit *page.Kit, log *slog.Logger) Deps {
	if s.Now == nil {
		s.Now = time.Now
	}
	return Deps{Kit: kit, Log: log, Catalogue: shopCatalogue{s.Catalog}, Delivery: shopDelivery{s.Delivery, s.Now},
		Rates: shopRates{s.Rates}, Settings: shopSettings{s.Settings}, Orders: shopOrders{s}, Payments: shopPayments{s}}
}

type shopRates struct{ keeper *rates.Keeper }

func (s shopRates) Rate(ctx context.Context) (Rate, bool, error) {
	r, err := s.keeper.Current(ctx)
	if fault.Is(err, "no_rate") {
		return Rate{}, false, nil
	}
	if err != nil {
		return Rate{}, false, err
	}
	return Rate{VES: r.Value, Value: dayTime(r.ValueDate), Stale: r.Stale}, true, nil
}

type shopSettings struct{ settings *settings.Settings }

func (s shopSettings) Public(ctx context.Context) (map[string]string, error) {
	list, err := s.settings.Public(ctx)
	if err != nil {
		return nil, err
	}
	values := make(map[string]string, len(list))
	for _, setting := range list {
		values[setting.Key] = setting.Value
	}
	return values, nil
}

// dayTime is the midnight of a day in Caracas, the zero time for no day.
func dayTime(d delivery.Day) time.Time {
	if !d.Valid() {
		return time.Time{}
	}
	return d.At(0).In(lang.Caracas())
}

func dayOf(t time.Time) delivery.Day {
	if t.IsZero() {
		return ""
	}
	return delivery.DayOf(t)
}
