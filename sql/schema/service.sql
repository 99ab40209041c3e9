-- What a service statement rests on: a chain of facts of each number, and where it ends.

-- One fact each, written in the transaction that makes it true: triggers and functions of functions/service_records.sql
-- write them, and only where the product itself acts. It holds ids, digests and figures, no words and no phone number,
-- so it stays when people are forgotten. Meta's ids of messages hold the phone number: `subject` is a digest of them.
create table service_records (
    id                bigint generated always as identity primary key,
    tenant_id         uuid not null references tenants on delete cascade,
    phone_number_id   text not null,                      -- '': what belongs to all numbers of the business
    -- came    a message: {n: its place in the inbox}
    -- ended   its end, or that it is open again: {state, reason, turn, who: a digest of the contact}
    -- turn    one that is closed: {state, outcome, usd, seconds: from the first message to the close}
    -- part    of a turn's reply: {part, state, message: digest of Meta's id}
    -- charge  a delivered message: {category, type, billable, usd}
    -- cost    of a model outside a turn: {part: model | speech | embeddings | pictures, usd}
    -- gone    what was deleted as it should: {what: message | turn | charge, why, before: all that is older}
    kind              text not null check (kind in ('came', 'ended', 'turn', 'part', 'charge', 'cost', 'gone')),
    subject           uuid not null,                      -- the message's digest, the turn
    at                timestamptz not null,               -- when it happened: by that it belongs to a month
    facts             jsonb not null,
    seq               bigint,                             -- its place in the chain; null: not in it yet
    hash              bytea                               -- of the hash before and of this record
);
create unique index service_records_chain on service_records (tenant_id, phone_number_id, seq);
create index service_records_by_time on service_records (tenant_id, phone_number_id, at);
create index service_records_by_subject on service_records (subject);
create index service_records_to_chain on service_records (tenant_id, phone_number_id, id) where seq is null;

-- Where each chain ends.
create table service_chains (
    tenant_id         uuid not null references tenants on delete cascade,
    phone_number_id   text not null,
    seq               bigint not null default 0,
    hash              bytea not null default '',
    chained_at        timestamptz,
    primary key (tenant_id, phone_number_id)
);

select isolate('service_records'), isolate('service_chains');
grant select on service_records, service_chains to chatbot_app;
