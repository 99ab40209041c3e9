-- Events for developers: what happened in a business, and which of its receivers have it. functions/events.sql writes
-- and delivers them. Events hold ids and states only; words are read from their own tables when an event goes out.

-- An address of the business's own that is told.
create table event_endpoints (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    url               text not null check (length(url) <= 2000),
    kinds             text[] not null check (cardinality(kinds) > 0 and kinds <@ array[
                          'message', 'turn', 'handoff', 'status', 'lead', 'document']),
    -- active   it is told
    -- paused   it is not, because it has answered nothing for days or an owner says so; what happens meanwhile waits
    state             text not null default 'active' check (state in ('active', 'paused')),
    failing_since     timestamptz,                        -- nothing was taken since; null: the last try was
    tries             int not null default 0,             -- in a row without one that was taken
    due_at            timestamptz not null default now(), -- nobody tries it before
    lease_until       timestamptz,                        -- until when a run delivers to it
    lease_no          int not null default 0,             -- fences off a run that comes late
    last_words        text,                               -- what became of the newest try
    last_at           timestamptz,
    made_by           text not null,
    made_at           timestamptz not null default now()
);
create index event_endpoints_by_tenant on event_endpoints (tenant_id);
create index event_endpoints_due on event_endpoints (due_at) where state = 'active';

create table events (
    seq               bigint generated always as identity primary key,
    id                uuid not null unique default gen_random_uuid(),  -- stays the same however often it is delivered
    tenant_id         uuid not null references tenants on delete cascade,
    kind              text not null,
    lane              uuid not null,                      -- they are delivered in its order: a contact, a document
    contact_id        uuid references contacts on delete cascade,
    log_id            bigint references conversation_logs on delete cascade,
    facts             jsonb not null default '{}',
    made_at           timestamptz not null default now()
);
create index events_by_tenant on events (tenant_id, seq);
create index events_by_contact on events (contact_id) where contact_id is not null;
create index events_by_log on events (log_id) where log_id is not null;
create index events_by_time on events using brin (made_at);

create table event_deliveries (
    endpoint_id       uuid not null references event_endpoints on delete cascade,
    seq               bigint not null references events on delete cascade,
    tenant_id         uuid not null references tenants on delete cascade,
    lane              uuid not null,
    -- waiting     it was not taken yet; later ones of its lane wait behind it
    -- delivered   the receiver has said so
    -- given_up    refused for days, while others were taken
    state             text not null default 'waiting' check (state in ('waiting', 'delivered', 'given_up')),
    tries             int not null default 0,
    due_at            timestamptz not null default now(),
    first_try_at      timestamptz,
    settled_at        timestamptz,
    primary key (endpoint_id, seq)
);
create index event_deliveries_waiting on event_deliveries (endpoint_id, seq) where state = 'waiting';
create index event_deliveries_failing on event_deliveries (endpoint_id, lane, seq)
    where state = 'waiting' and tries > 0;
create index event_deliveries_by_event on event_deliveries (seq);

select isolate('event_endpoints'), isolate('events'), isolate('event_deliveries');
grant select on event_endpoints, events, event_deliveries to chatbot_app;
grant insert (tenant_id, url, kinds, made_by) on event_endpoints to chatbot_app;
grant delete on event_endpoints to chatbot_app;
