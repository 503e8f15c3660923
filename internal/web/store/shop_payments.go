package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"floresya/internal/fault"
	"floresya/internal/shop/money"
	"floresya/internal/shop/payments"
	"floresya/internal/storage"
	"floresya/internal/web/guest"
	"floresya/internal/web/lang"
)

type shopPayments struct{ Shop }

func (s shopPayments) Methods(ctx context.Context) ([]Method, error) {
	list, err := s.Payments.Methods(ctx)
	if err != nil {
		return nil, err
	}
	methods := make([]Method, len(list))
	for i, m := range list {
		methods[i] = Method{Code: m.Code, Name: lang.Text{ES: m.Name, EN: m.NameEN},
			Currency: money.Currency(m.Currency), Accounts: accounts(m.AccountInfo)}
	}
	return methods, nil
}

func (s shopPayments) Submit(ctx context.Context, token, key string, p Proof) error {
	order, err := s.Orders.ByToken(ctx, token)
	if err != nil {
		return err
	}
	submit := payments.Submit{Order: order.ID, Method: p.Method, Reference: p.Reference, Money: p.Amount, Bank: p.Bank,
		Phone: p.Phone, Date: dayOf(p.Date)}
	if p.Receipt != nil {
		object, err := s.Receipts.Put(ctx, p.Receipt, p.MIME)
		switch {
		case errors.Is(err, storage.ErrType) || errors.Is(err, storage.ErrSize):
			return fault.Invalidf("receipt", "El comprobante no se puede guardar").Because(err)
		case err != nil:
			return fault.New(fault.Unavailable, "receipts_unavailable", "No podemos guardar el comprobante").Because(err)
		}
		submit.Receipt = &object
	}
	print, err := fingerprint(submit)
	if err != nil {
		return err
	}
	_, err = s.Payments.Submit(keyed(ctx, guest.FromContext(ctx), "POST /gracias", key, print), submit)
	if err != nil {
		return fmt.Errorf("submit a proof for order %d: %w", order.ID, err)
	}
	return nil
}

func toPayment(p payments.Payment) Payment {
	payment := Payment{Method: lang.Text{ES: p.MethodName}, Reference: p.Reference, State: PaymentState(p.Status), At: p.CreatedAt,
		Amount: money.Money{Minor: int64(p.AmountUSD), Currency: money.CurrencyUSD}}
	if p.Currency == string(money.CurrencyVES) && p.AmountVES > 0 {
		payment.Amount = money.Money{Minor: int64(p.AmountVES), Currency: money.CurrencyVES}
	}
	if p.Status == payments.Failed {
		payment.Reason = p.Notes
	}
	return payment
}

// accounts reads where to pay: a line for each account, its data separated by " · ".
func accounts(info string) []Account {
	var all []Account
	for line := range strings.SplitSeq(info, "\n") {
		var a Account
		for i, value := range strings.Split(line, "·") {
			if value = strings.TrimSpace(value); value != "" {
				a.Rows = append(a.Rows, AccountRow{Label: kindOf(value, i), Value: value})
			}
		}
		if len(a.Rows) > 0 {
			all = append(all, a)
		}
	}
	return all
}

var (
	isDocument = regexp.MustCompile(`^(?i)[VEJGP]-?[\d.]{5,12}(-\d)?$`)
	isAccount  = regexp.MustCompile(`^\d{4}[ -]?(\d[ -]?){15,16}$`)
	isPhone    = regexp.MustCompile(`^\+?[\d ()-]{10,18}$`)
)

// kindOf names a datum by its shape, as the key of a message: the shop's people write them into one text.
func kindOf(value string, at int) string {
	switch {
	case strings.Contains(value, "@"):
		return "account.mail"
	case isDocument.MatchString(value):
		return "account.document"
	case isAccount.MatchString(value):
		return "account.number"
	case isPhone.MatchString(value):
		return "account.phone"
	case at == 0:
		return "account.bank"
	}
	return "account.holder"
}
