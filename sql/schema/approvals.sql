-- Calls of tools to which a person must agree before they are made (tenant_tools.approvals says which).

-- A request of the model: written down once in a turn, decided once, and made at most once. The decision goes through
-- the conversation's own queue, as a row of inbound_messages that nobody at Meta sent; its turn makes the call, by the
-- ledger tool_calls, whose row has this id as its digest.
create table tool_approvals (
    id                uuid primary key default gen_random_uuid(),  -- nobody can guess it: a tap on WhatsApp names it
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid not null references contacts on delete cascade,  -- who wants it
    phone_number_id   text not null references chatbots on delete cascade,
    turn_id           uuid not null references turns on delete cascade,     -- in which the model asked for it
    server            text not null,                      -- tenant_tools.name
    tool              text not null,                      -- as that server names it
    arguments         json not null,                      -- of the call, exactly; they hold no key
    digest            bytea not null,                     -- approval_digest() of the three
    state             text not null default 'waiting' check (state in ('waiting', 'approved', 'declined', 'expired')),
    created_at        timestamptz not null default now(),
    expires_at        timestamptz not null,
    decided_at        timestamptz,
    decided_by        text,                               -- an e-mail address, or a phone with its plus; null: nobody
    decided_message   text,                               -- the tap on WhatsApp that decided it
    -- What became of an approved call. done: made. refused: made, and the tool said that it can't. not_called: it was
    -- not made, and is not any more. unsure: begun, and its outcome was lost. Null: not made yet, or not heard of yet.
    result            text check (result in ('done', 'refused', 'not_called', 'unsure')),
    outcome           text,                               -- the tool's words, cut, without a key; or why not (yet)
    ended_at          timestamptz,
    -- Turns of an approved call that ended without an outcome: a later one makes it, or asks what became of it,
    -- functions/approved_calls.sql.
    turns_lost        int not null default 0,
    -- Whom WhatsApp asked: nobody else's tap counts. notified: what became of asking: sent, no_phone, own_number,
    -- window_closed, or a sentence. tell_at: when they are asked (again); null: never, or they were.
    notified_phone    text,
    notified          text,
    tell_at           timestamptz,
    tries             int not null default 0,
    unique (turn_id, digest)
);
create index tool_approvals_by_contact on tool_approvals (contact_id, created_at);
create index tool_approvals_by_tenant on tool_approvals (tenant_id, created_at);
create index tool_approvals_waiting on tool_approvals (expires_at) where state = 'waiting';
create index tool_approvals_to_tell on tool_approvals (tell_at) where tell_at is not null;

select isolate('tool_approvals');
grant select on tool_approvals to chatbot_app;
