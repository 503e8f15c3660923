package payments

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
)

// Method is a way to pay.
type Method struct {
	ID           int
	Code         string // what an order and a proof name: "mobile_payment", "zelle"
	Name, NameEN string
	Type         string // of the legacy contract: zelle is "international"
	Currency     string // "USD" or "VES": what the customer is asked for
	Description  string
	// AccountInfo says where to pay. What is stored wins; without it, it is put together from the settings.
	AccountInfo  string
	Active       bool
	DisplayOrder int
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// defaults are the methods of a new shop; where to pay comes from the settings payment_*.
func defaults() []MethodSet {
	return []MethodSet{
		{Code: "mobile_payment", Name: "Pago Móvil", NameEN: "Pago Móvil (Venezuelan mobile payment)", Type: "mobile_payment", Currency: "VES",
			Description: "Paga en bolívares desde la aplicación de tu banco.", Active: true, DisplayOrder: 1},
		{Code: "bank_transfer", Name: "Transferencia", NameEN: "Bank transfer", Type: "bank_transfer", Currency: "VES",
			Description: "Transferencia en bolívares a nuestra cuenta.", Active: true, DisplayOrder: 2},
		{Code: "zelle", Name: "Zelle", NameEN: "Zelle", Type: "international", Currency: "USD",
			Description: "Dólares desde una cuenta en Estados Unidos.", Active: true, DisplayOrder: 3},
		{Code: "crypto", Name: "Binance", NameEN: "Binance", Type: "crypto", Currency: "USD",
			Description: "USDT por Binance Pay.", Active: true, DisplayOrder: 4},
		{Code: "cash", Name: "Efectivo", NameEN: "Cash on delivery", Type: "cash", Currency: "USD",
			Description: "En dólares, al recibir tu pedido.", Active: true, DisplayOrder: 5},
	}
}

const selectMethods = `
	select id, code, name, coalesce(name_en, ''), type::text, currency, coalesce(description, ''), coalesce(account_info, ''),
		active, display_order, created_at, updated_at
	from payment_methods`

const selectPaymentSettings = `
	select lower(key), value from settings
	where active and value <> '' and (key ilike 'payment\_%' or lower(key) = 'contact_whatsapp_main')`

// Methods are the active ways to pay, in the order in which the shop shows them.
func (p *Payments) Methods(ctx context.Context) ([]Method, error) {
	return MethodsIn(ctx, p.db.Reader())
}

// MethodsIn is Methods read through q.
func MethodsIn(ctx context.Context, q postgres.Querier) ([]Method, error) {
	methods, err := methodsWhere(ctx, q, ` where active order by display_order, id`)
	if err != nil {
		return nil, fmt.Errorf("list payment methods: %w", err)
	}
	return methods, nil
}

func methodsWhere(ctx context.Context, q postgres.Querier, where string, args ...any) ([]Method, error) {
	b := &pgx.Batch{}
	b.Queue(selectMethods+where, args...)
	b.Queue(selectPaymentSettings)
	results := q.SendBatch(ctx, b)
	defer results.Close()
	rows, err := results.Query()
	if err != nil {
		return nil, err
	}
	methods, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Method])
	if err != nil {
		return nil, err
	}
	rows, err = results.Query()
	if err != nil {
		return nil, err
	}
	settings := map[string]string{}
	var key, value string
	if _, err := pgx.ForEachRow(rows, []any{&key, &value}, func() error { settings[key] = value; return nil }); err != nil {
		return nil, err
	}
	for i := range methods {
		m := &methods[i]
		m.CreatedAt, m.UpdatedAt = m.CreatedAt.UTC(), m.UpdatedAt.UTC()
		if m.AccountInfo == "" {
			m.AccountInfo = accountInfo(m.Code, settings)
		}
	}
	return methods, nil
}

// EnsureDefaults creates the methods of a new shop that are not there yet; one that exists is left as it is.
func (p *Payments) EnsureDefaults(ctx context.Context) error {
	_, err := p.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		// One lock for all processes that start at once: the codes are unique, the loser would fail.
		if _, err := tx.Exec(ctx, `lock table payment_methods in share row exclusive mode`); err != nil {
			return nil, err
		}
		rows, err := tx.Query(ctx, `select code from payment_methods`)
		if err != nil {
			return nil, err
		}
		codes, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, err
		}
		there := map[string]bool{}
		for _, code := range codes {
			there[code] = true
		}
		var news []event.New
		for _, m := range defaults() {
			if there[m.Code] {
				continue
			}
			ids, err := p.methodIDs.Next(ctx, 1)
			if err != nil {
				return nil, err
			}
			m.ID = ids[0]
			news = append(news, event.New{Stream: methodStream(m.ID), Version: 1, Payload: &m})
		}
		return news, nil
	})
	if err != nil {
		return fmt.Errorf("create the default payment methods: %w", err)
	}
	return nil
}

// SetMethod changes a method by id: all of its fields are those of m afterwards.
func (p *Payments) SetMethod(ctx context.Context, m MethodSet) error {
	if err := m.check(); err != nil {
		return err
	}
	_, err := p.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		var version int
		err := tx.QueryRow(ctx, `select version from payment_methods where id = $1 and code = $2 for no key update`, m.ID, m.Code).Scan(&version)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, fault.NotFoundf("Payment method not found.")
		}
		if err != nil {
			return nil, fmt.Errorf("lock payment method %d: %w", m.ID, err)
		}
		set := m
		return []event.New{{Stream: methodStream(m.ID), Version: version + 1, Payload: &set}}, nil
	})
	return err
}

func (m *MethodSet) check() error {
	var c fault.Checker
	c.Check(runes(m.Name) >= 2 && runes(m.Name) <= 100, "name", "El nombre debe tener de 2 a 100 caracteres.")
	c.Check(runes(m.NameEN) <= 100, "name_en", "El nombre en inglés puede tener hasta 100 caracteres.")
	c.Check(runes(m.Description) <= 1000, "description", "La descripción puede tener hasta 1000 caracteres.")
	c.Check(runes(m.AccountInfo) <= 500, "account_info", "Los datos de la cuenta pueden tener hasta 500 caracteres.")
	c.Check(m.DisplayOrder >= 0 && m.DisplayOrder <= 1000, "display_order", "El orden va de 0 a 1000.")
	c.Check(m.Currency == "USD" || m.Currency == "VES", "currency", "La moneda es USD o VES.")
	for path, text := range map[string]string{"name": m.Name, "name_en": m.NameEN, "description": m.Description, "account_info": m.AccountInfo} {
		c.Check(clean(text), path, "El texto tiene caracteres que no se pueden guardar.")
	}
	return c.Err()
}

// accountInfo puts together where to pay from the shop's settings, one account a line.
func accountInfo(code string, s map[string]string) string {
	var lines []string
	add := func(bank string, parts ...string) {
		if known := join(parts...); known != "" {
			lines = append(lines, bank+" · "+known)
		}
	}
	switch code {
	case "mobile_payment":
		for _, bank := range []string{"venezuela", "banesco", "mercantil"} {
			add(bankName(bank), s["payment_movil_"+bank+"_phone"], s["payment_movil_"+bank+"_cedula"])
		}
	case "bank_transfer":
		for _, bank := range []string{"venezuela", "banesco"} {
			prefix := "payment_transfer_" + bank + "_"
			add(bankName(bank), s[prefix+"account"], s[prefix+"holder"], s[prefix+"rif"], s[prefix+"cedula"])
		}
	case "zelle":
		return join(s["payment_zelle_email"], s["payment_zelle_name"])
	case "crypto":
		add("Binance Pay", s["payment_binance_id"], s["payment_binance_email"])
		if len(lines) == 0 {
			add("Pídenos los datos de Binance por WhatsApp", s["contact_whatsapp_main"])
		}
	case "paypal":
		return s["payment_paypal_email"]
	}
	return strings.Join(lines, "\n")
}

// join is the parts that are known.
func join(parts ...string) string {
	known := slices.DeleteFunc(slices.Clone(parts), func(s string) bool { return s == "" })
	return strings.Join(known, " · ")
}

func bankName(key string) string {
	return map[string]string{"venezuela": "Banco de Venezuela", "banesco": "Banesco", "mercantil": "Mercantil"}[key]
}
