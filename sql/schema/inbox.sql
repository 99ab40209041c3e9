-- The durable inbox, and the files that came with messages.

-- One row for each event that Meta sent. The ingress inserts it before it answers 200; the primary key makes a
-- redelivery harmless. The ingress does not know the tenant: a row belongs to the tenant that its phone_number_id
-- belongs to.
create table inbound_messages (
    phone_number_id   text not null,
    message_id        text not null,
    kind              text not null check (kind in ('message', 'status', 'echo', 'past', 'other')),
    sender            text,
    payload           text not null,
    seq               bigint generated always as identity, -- receive order; Meta's timestamps have whole seconds only
    received_at       timestamptz not null default now(),
    -- received      stored; somebody still has to hand it over (message) or to apply it (status, echo)
    -- dispatched   a run exists for it
    -- waiting       its run found another active turn, or left the message to a newer run
    -- in_turn       a turn is answering it
    -- answered      a turn has answered it
    -- ended         closed without an answer; `reason` says why
    -- dead          given up; an operator may hand it over again
    state             text not null default 'received'
                      check (state in ('received', 'dispatched', 'waiting', 'in_turn', 'answered', 'ended', 'dead')),
    reason            text,
    dispatch_no          int not null default 0,             -- generation: each new one has a new job id
    dispatch_errors   int not null default 0,
    -- nobody claims it before; a claim moves it to the end of its lease
    due_at            timestamptz not null default now(),
    -- why it is not due yet while it is `received`: functions/dispatch.sql
    hold              text check (hold in ('claimed', 'merging', 'retrying')),
    run_id            uuid,
    contact_id        uuid references contacts on delete set null,
    turn_id           uuid,
    primary key (phone_number_id, message_id)
) with (fillfactor = 70);                                  -- leaves room for the updates of the state
-- By number, so that a claim finds each number's oldest messages however many another one has.
create index inbound_to_dispatch on inbound_messages (phone_number_id, seq)
    where state = 'received' and kind = 'message';
-- No new message is in either: the claims look into both, and the storing pays for neither.
create index inbound_held on inbound_messages (due_at) where state = 'received' and hold is not null;
create index inbound_dispatched on inbound_messages (due_at) where state = 'dispatched';
-- By time due, so that the applier does not look again and again through statuses of messages that others sent from
-- this number.
create index inbound_to_apply on inbound_messages (due_at) where state = 'received' and kind in ('status', 'echo');
create index inbound_past on inbound_messages (seq) where state = 'received' and kind = 'past';
create index inbound_account_events on inbound_messages (seq) where state = 'received' and kind = 'other';
create index inbound_open on inbound_messages (phone_number_id, sender)
    where kind = 'message' and state in ('received', 'dispatched', 'waiting', 'in_turn');
-- For the age of what is unanswered (functions/metrics.sql). The storing doesn't pay for this one, either.
create index inbound_at_work on inbound_messages (phone_number_id, seq)
    where kind = 'message' and state in ('dispatched', 'waiting', 'in_turn');
create index inbound_given_up on inbound_messages (seq) where state = 'dead';
create index inbound_dead on inbound_messages (received_at) where state = 'dead';
create index inbound_by_time on inbound_messages using brin (received_at);
create index inbound_by_turn on inbound_messages (turn_id) where turn_id is not null;
create index inbound_by_contact on inbound_messages (contact_id) where contact_id is not null;
-- What clean_inbox looks for, and nothing else. The index by time alone would give it everything older than a week,
-- each minute.
create index inbound_to_clean on inbound_messages (kind, received_at)
    where kind = 'other' or state in ('answered', 'ended', 'dead');

-- The inbox has no tenant column, so its policy goes through the chatbot, which row-level security shows or hides.
alter table inbound_messages owner to chatbot_owner;
alter table inbound_messages enable row level security;
alter table inbound_messages force row level security;
create policy owner_functions on inbound_messages to chatbot_owner using (true) with check (true);
create policy own_tenant on inbound_messages to chatbot_app
    using (exists (select from chatbots c where c.phone_number_id = inbound_messages.phone_number_id))
    with check (exists (select from chatbots c where c.phone_number_id = inbound_messages.phone_number_id));
create policy ingress_inserts on inbound_messages for insert to chatbot_ingress with check (state = 'received');
grant select on inbound_messages to chatbot_app;
grant insert (phone_number_id, message_id, kind, sender, payload) on inbound_messages to chatbot_ingress;

-- What came with a message. The bytes leave this table for a model's request, and sealed for a page of the staff.
create table media (
    id                uuid not null unique default gen_random_uuid(),  -- as the portal names it
    phone_number_id   text not null,
    message_id        text not null,
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid references contacts on delete cascade,
    kind              text not null,                      -- image, audio, video, document, sticker
    mime_type         text,
    filename          text,
    content           bytea,
    size_bytes        int,                                -- of the content, also when that is gone; null: never fetched
    words             text,                               -- a voice note's transcript, a document's text
    -- why it is of no use: too_large, wrong_type, unreachable, no_words
    problem           text,
    -- when it is fetched for the staff; null: it was, or it is given up
    fetch_at          timestamptz,
    tries             int not null default 0,
    created_at        timestamptz not null default now(),
    primary key (phone_number_id, message_id)
);
create index media_by_contact on media (contact_id, created_at);
alter table media alter column content set storage external;  -- compressed already, and read piece by piece
create index media_to_fetch on media (fetch_at) where fetch_at is not null;
create index media_by_time on media using brin (created_at);
select isolate('media');
grant select, insert, update, delete on media to chatbot_app;

-- How many runs of our messages Windmill may have at once; the others wait here. One row. apply.py puts
-- TURNS_IN_FLIGHT there.
create table dispatch_settings (
    only_row          boolean primary key default true check (only_row),
    turns_in_flight   int not null default 6 check (turns_in_flight between 1 and 10000)
);
insert into dispatch_settings default values;
alter table dispatch_settings owner to chatbot_owner;

-- When recovery last ran, and what it saw of Windmill's workers: {tag: {"has_worker": bool, "queued": jobs or null}},
-- for the metrics; and how far it has sent the traces of turns. One row. tags_at: when Windmill last answered.
create table recovery_report (
    only_row          boolean primary key default true check (only_row),
    ran_at            timestamptz,
    tags              jsonb not null default '{}',
    tags_at           timestamptz,
    traced_until      timestamptz                         -- the newest closed turn whose trace was sent
);
insert into recovery_report default values;
alter table recovery_report owner to chatbot_owner;
