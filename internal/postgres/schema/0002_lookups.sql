-- +goose Up

-- What is asked under a lock or with every page of the back office, and would else read a whole table.
create index payments_reference_folded on payments (lower(reference_number));
drop index payments_reference;
create index sagas_troubled on sagas (updated_at) where last_error is not null;
create index saga_steps_stuck on saga_steps (at desc) where outcome = 'stuck';
create index notifications_lost on notifications (created_at desc) where status in ('refused', 'given_up');
create index orders_owed on orders (id) where paid_usd > 0 and (status = 'cancelled' or paid_usd > total_amount_usd);
create index orders_user on orders (user_id) where user_id is not null;

-- +goose Down
drop index payments_reference_folded, sagas_troubled, saga_steps_stuck, notifications_lost, orders_owed, orders_user;
create index payments_reference on payments (reference_number);
