package settings

import (
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
)

// The events of a setting, each in its stream "setting-KEY".
type (
	// Created begins a setting.
	Created struct {
		ID          int    `json:"id"`
		Key         string `json:"key"`
		Value       string `json:"value"`
		Description string `json:"description,omitzero"`
		Type        string `json:"type"`
		Public      bool   `json:"public"`
	}
	// Set gives it a value.
	Set struct {
		ID    int    `json:"id"`
		Value string `json:"value"`
	}
	// Described says what it is, how it reads and who sees it.
	Described struct {
		ID          int    `json:"id"`
		Description string `json:"description,omitzero"`
		Type        string `json:"type"`
		Public      bool   `json:"public"`
	}
	// Deactivated hides it from everybody.
	Deactivated struct {
		ID int `json:"id"`
	}
)

// Events are the event types of settings.
func Events() []event.Def {
	return []event.Def{
		event.On("settings.created", 1, applyCreated),
		event.On("settings.set", 1, applySet),
		event.On("settings.described", 1, applyDescribed),
		event.On("settings.deactivated", 1, applyDeactivated),
	}
}

func applyCreated(b *pgx.Batch, run []event.Of[Created]) {
	var (
		ids, versions                    []int
		keys, values, descriptions, kind []string
		public                           []bool
		ats                              []time.Time
	)
	for _, e := range run {
		ids, versions, ats = append(ids, e.Data.ID), append(versions, e.Version), append(ats, e.At)
		keys, values = append(keys, e.Data.Key), append(values, e.Data.Value)
		descriptions, kind, public = append(descriptions, e.Data.Description), append(kind, e.Data.Type), append(public, e.Data.Public)
	}
	b.Queue(`
		insert into settings (id, key, value, description, type, is_public, version, created_at, updated_at)
		select id, key, value, nullif(description, ''), type, is_public, version, at, at
		from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::int[], $8::timestamptz[])
			as e (id, key, value, description, type, is_public, version, at)`,
		ids, keys, values, descriptions, kind, public, versions, ats)
}

func applySet(b *pgx.Batch, run []event.Of[Set]) {
	for round := range event.Rounds(run) {
		var (
			ids, versions []int
			values        []string
			ats           []time.Time
		)
		for _, e := range round {
			ids, versions, values, ats = append(ids, e.Data.ID), append(versions, e.Version), append(values, e.Data.Value), append(ats, e.At)
		}
		b.Queue(`
			update settings s set value = e.value, version = e.version, updated_at = e.at
			from unnest($1::int[], $2::int[], $3::text[], $4::timestamptz[]) as e (id, version, value, at) where s.id = e.id`,
			ids, versions, values, ats)
	}
}

func applyDescribed(b *pgx.Batch, run []event.Of[Described]) {
	for round := range event.Rounds(run) {
		var (
			ids, versions      []int
			descriptions, kind []string
			public             []bool
			ats                []time.Time
		)
		for _, e := range round {
			ids, versions, ats = append(ids, e.Data.ID), append(versions, e.Version), append(ats, e.At)
			descriptions, kind, public = append(descriptions, e.Data.Description), append(kind, e.Data.Type), append(public, e.Data.Public)
		}
		b.Queue(`
			update settings s set description = nullif(e.description, ''), type = e.type, is_public = e.is_public,
				version = e.version, updated_at = e.at
			from unnest($1::int[], $2::int[], $3::text[], $4::text[], $5::bool[], $6::timestamptz[])
				as e (id, version, description, type, is_public, at) where s.id = e.id`,
			ids, versions, descriptions, kind, public, ats)
	}
}

func applyDeactivated(b *pgx.Batch, run []event.Of[Deactivated]) {
	for _, e := range run {
		b.Queue(`update settings set active = false, version = $2, updated_at = $3 where id = $1`, e.Data.ID, e.Version, e.At)
	}
}
