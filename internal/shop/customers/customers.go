// Package customers keeps personal data: the one table that is a source of its own and not derived from events.
//
// Events, jobs and stored answers carry only a person's id. Erasing blanks the row and appends personal.erased; the log
// stays as it was and still verifies.
package customers

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
)

// Kinds of rows: what the data was given for.
const (
	KindOrder   = "order"
	KindPayment = "payment"
	KindUser    = "user"
)

// Person is one row: who orders and who receives, what the card says, or who paid.
type Person struct {
	ID                            uuid.UUID
	Kind                          string
	Name, Email, Phone            string
	RecipientName, RecipientPhone string
	Address, Landmark             string
	City, State, Zip              string
	DeliveryNotes, Notes          string
	CardMessage, CardSignature    string
	Details                       map[string]any // what a payer told, by field name
	Token                         string         // the unguessable part of a tracking link
}

const insertPeople = `
	insert into personal (id, kind, name, email, phone, recipient_name, recipient_phone, address, landmark, city, state, zip,
		delivery_notes, notes, card_message, card_signature, details, token, created_at)
	select id, kind, name, email, phone, recipient_name, recipient_phone, address, landmark, nullif(city, ''),
		nullif(state, ''), nullif(zip, ''), delivery_notes, notes, card_message, card_signature, details, nullif(token, ''), $19
	from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
		$10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::jsonb[], $18::text[])
		as p (id, kind, name, email, phone, recipient_name, recipient_phone, address, landmark, city, state, zip,
		delivery_notes, notes, card_message, card_signature, details, token)`

// textColumns is how many text columns lie between id and details.
const textColumns = 15

// QueueInsert adds people in b's transaction.
func QueueInsert(b *pgx.Batch, people []Person, now time.Time) error {
	ids := make([]pgtype.UUID, len(people))
	tokens := make([]string, len(people))
	details := make([]*string, len(people))
	var texts [textColumns][]string
	for i, p := range people {
		ids[i], tokens[i] = postgres.UUID(p.ID), p.Token
		if p.Details != nil {
			encoded, err := json.Marshal(p.Details)
			if err != nil {
				return fmt.Errorf("encode personal details: %w", err)
			}
			s := string(encoded)
			details[i] = &s
		}
		for c, v := range [textColumns]string{p.Kind, p.Name, p.Email, p.Phone, p.RecipientName, p.RecipientPhone, p.Address,
			p.Landmark, p.City, p.State, p.Zip, p.DeliveryNotes, p.Notes, p.CardMessage, p.CardSignature} {
			texts[c] = append(texts[c], v)
		}
	}
	args := []any{ids}
	for c := range texts {
		args = append(args, texts[c])
	}
	b.Queue(insertPeople, append(args, details, tokens, now)...)
	return nil
}

// Insert adds one person in tx.
func Insert(ctx context.Context, tx pgx.Tx, p Person, now time.Time) error {
	b := &pgx.Batch{}
	if err := QueueInsert(b, []Person{p}, now); err != nil {
		return err
	}
	return tx.SendBatch(ctx, b).Close()
}

// Erased says that a person's data is gone.
type Erased struct {
	Person uuid.UUID `json:"person"`
}

// Events are the event types of this package.
func Events() []event.Def {
	return []event.Def{
		// The row itself is a source: blanked by the command, taken as given by a rebuild.
		event.On("personal.erased", 1, func(*pgx.Batch, []event.Of[Erased]) {}),
	}
}

const blank = `
	update personal set name = '', email = '', phone = '', recipient_name = '', recipient_phone = '', address = '',
		landmark = '', city = null, state = null, zip = null, delivery_notes = '', notes = '', card_message = '',
		card_signature = '', details = null, token = null, erased_at = $2
	where id = $1`

// Forget erases everything kept of a person, named by e-mail address or by the id of a personal row, with the payments of
// their orders, and ends their sign-ins. It returns how many rows it blanked; fault NotFound when there was none.
func Forget(ctx context.Context, log *event.Log, person string) (int, error) {
	erased := 0
	_, err := log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		ids, err := rowsOf(ctx, tx, person)
		if err != nil {
			return nil, err
		}
		if len(ids) == 0 {
			return nil, fault.NotFoundf("personal data of this person was not found")
		}
		erased = len(ids)
		b := &pgx.Batch{}
		news := make([]event.New, len(ids))
		for i, id := range ids {
			b.Queue(blank, id, tx.Now)
			news[i] = event.New{Stream: "person-" + id.String(), Version: 1, Payload: &Erased{id}}
		}
		b.Queue(`delete from sessions where user_id in (select id from users where personal_id = any($1))`, ids)
		b.Queue(`delete from credentials where user_id in (select id from users where personal_id = any($1))`, ids)
		return news, tx.SendBatch(ctx, b).Close()
	})
	return erased, err
}

// rowsOf locks the rows that belong to a person, except those already erased.
func rowsOf(ctx context.Context, tx pgx.Tx, person string) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, `
		with own as (
			select id from personal where erased_at is null and (lower(email) = lower($1) and email <> '' or id::text = lower($1)))
		select id from personal
		where erased_at is null and (id in (select id from own) or id in (
			select p.personal_id from payments p join orders o on o.id = p.order_id
			where o.personal_id in (select id from own)))
		order by id for update`, person)
	if err != nil {
		return nil, fmt.Errorf("find personal rows: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("find personal rows: %w", err)
	}
	return ids, nil
}
