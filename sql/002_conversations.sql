-- Conversations: contacts, the durable inbox, turns, the outbox and the log of both sides.

create table contacts (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    phone             text,                               -- digits as Meta sends them; absent for people who show none
    user_id           text,                               -- business-scoped user id, 'CC.<alphanumerics>'
    name              text,
    username          text,
    language          text,
    lead              jsonb not null default '{}',        -- fields that the tenant asked to collect
    blocked           boolean not null default false,
    paused_until      timestamptz,                        -- a human talks until then; 'infinity': until resumed
    opted_out_at      timestamptz,
    last_seen_at      timestamptz,
    limit_told_at     timestamptz,                        -- when the limit was last told to this person
    created_at        timestamptz not null default now(),
    unique (tenant_id, phone),
    unique (tenant_id, user_id),
    check (phone is not null or user_id is not null)
);

-- What Meta sent, a row an event. The ingress inserts it before it answers 200; the primary key makes a redelivery harmless.
-- The tenant is not known at that moment: a row belongs to whom its phone_number_id belongs to.
create table inbound_messages (
    phone_number_id   text not null,
    message_id        text not null,
    kind              text not null check (kind in ('message', 'status', 'echo', 'other')),
    sender            text,
    payload           text not null,
    seq               bigint generated always as identity, -- receive order; Meta's timestamps have whole seconds only
    received_at       timestamptz not null default now(),
    -- received: stored, to be dispatched (message) or applied (status, echo)   dispatched: a run exists
    -- waiting: its run found another turn active, or left it to a newer one      in_turn: being answered
    -- answered | ended: closed without an answer, see reason | dead: given up, an operator may hand it over again
    state             text not null default 'received'
                      check (state in ('received', 'dispatched', 'waiting', 'in_turn', 'answered', 'ended', 'dead')),
    reason            text,
    dispatch_no          int not null default 0,             -- generation: a new one has a new job id
    dispatch_errors   int not null default 0,
    due_at            timestamptz not null default now(), -- not to be claimed before; a claim moves it to its lease's end
    run_id            uuid,
    contact_id        uuid references contacts on delete set null,
    turn_id           uuid,
    primary key (phone_number_id, message_id)
) with (fillfactor = 70);                                  -- room for the state's updates
create index inbound_to_dispatch on inbound_messages (seq) where state = 'received' and kind = 'message';
-- By time due: statuses of messages that others sent from the same number must not be looked through again and again.
create index inbound_to_apply on inbound_messages (due_at) where state = 'received' and kind in ('status', 'echo');
create index inbound_open on inbound_messages (phone_number_id, sender)
    where kind = 'message' and state in ('received', 'dispatched', 'waiting', 'in_turn');
create index inbound_given_up on inbound_messages (seq) where state = 'dead';
create index inbound_by_time on inbound_messages using brin (received_at);
create index inbound_by_turn on inbound_messages (turn_id) where turn_id is not null;
create index inbound_by_contact on inbound_messages (contact_id) where contact_id is not null;

create table turns (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid not null references contacts on delete cascade,
    phone_number_id   text not null references chatbots on delete cascade,
    state             text not null default 'active' check (state in ('active', 'done', 'failed')),
    run_id            uuid not null,                      -- the flow job that works on it
    epoch             int not null default 1,             -- the attempt: a step's writes name it and are refused when it is not the newest
    step              int not null default 0,             -- how far the run has come: an older step can't begin again
    takeovers         int not null default 0,
    lease_until       timestamptz not null,
    opened_at         timestamptz not null default now(),
    closed_at         timestamptz,
    outcome           text,                               -- answered | unanswered | not_sent | failed | lost
    error             text,
    question          text,
    trace             jsonb,                              -- tool calls with their times
    usage             jsonb,                              -- tokens and cost
    say               text                                -- these words are the reply; nothing is thought about
);
-- One turn at a time a conversation: PostgreSQL decides, whatever the number of workers.
create unique index turns_one_active on turns (contact_id) where state = 'active';
create index turns_by_contact on turns (contact_id, opened_at);
create index turns_by_run on turns (run_id);
create index turns_by_tenant on turns (tenant_id, opened_at);
create index turns_leases on turns (lease_until) where state = 'active';

create table outbound_messages (
    turn_id           uuid not null references turns on delete cascade,
    part              int not null,
    tenant_id         uuid not null references tenants on delete cascade,
    send_id           uuid not null unique default gen_random_uuid(),  -- goes out as biz_opaque_callback_data; statuses echo it
    content           jsonb not null,                     -- the message as the Graph API takes it, without the addressee
    -- pending: not tried   sending: a request is on its way   unknown: its outcome was lost; a status may tell
    state             text not null default 'pending'
                      check (state in ('pending', 'sending', 'unknown', 'sent', 'delivered', 'read', 'played', 'failed', 'cancelled')),
    message_id        text,                               -- Meta's, once known
    sending_epoch     int,
    sending_since     timestamptz,
    attempts          int not null default 0,
    error_code        int,
    error             text,
    sent_at           timestamptz,
    updated_at        timestamptz not null default now(),
    resend_of         uuid,                               -- the part that a person had sent again, and the run that did it
    resend_run        uuid,
    primary key (turn_id, part),
    constraint outbound_resent_once unique (resend_of, resend_run)
);
create index outbound_by_message on outbound_messages (message_id) where message_id is not null;

create table conversation_logs (
    id                bigint generated always as identity primary key,
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid not null references contacts on delete cascade,
    phone_number_id   text not null,
    turn_id           uuid references turns on delete cascade,
    direction         text not null check (direction in ('in', 'out')),
    message_id        text,
    send_id           uuid,
    body              text not null,
    citations         jsonb,
    model             text,
    status            text,
    created_at        timestamptz not null default now()
);
create unique index conversation_logs_in on conversation_logs (phone_number_id, message_id) where direction = 'in';
create unique index conversation_logs_out on conversation_logs (send_id) where direction = 'out';
create index conversation_logs_by_contact on conversation_logs (tenant_id, contact_id, id);

create table usage_months (
    tenant_id         uuid not null references tenants on delete cascade,
    month             date not null,                      -- its first day, UTC
    turns             int not null default 0,
    input_tokens      bigint not null default 0,
    output_tokens     bigint not null default 0,
    cost_usd          numeric(14, 6) not null default 0,
    primary key (tenant_id, month)
);

select isolate('contacts'), isolate('turns'), isolate('outbound_messages'), isolate('conversation_logs'), isolate('usage_months');

-- The inbox has no tenant column (see above): the app role sees a row through its chatbot, which row-level security shows or hides.
alter table inbound_messages owner to chatbot_owner;
alter table inbound_messages enable row level security;
alter table inbound_messages force row level security;
create policy owner_functions on inbound_messages to chatbot_owner using (true) with check (true);
create policy own_tenant on inbound_messages to chatbot_app
    using (exists (select from chatbots c where c.phone_number_id = inbound_messages.phone_number_id))
    with check (exists (select from chatbots c where c.phone_number_id = inbound_messages.phone_number_id));
create policy ingress_inserts on inbound_messages for insert to chatbot_ingress with check (state = 'received');

grant select on inbound_messages, turns, outbound_messages, conversation_logs, usage_months, contacts to chatbot_app;
grant insert (phone_number_id, message_id, kind, sender, payload) on inbound_messages to chatbot_ingress;
