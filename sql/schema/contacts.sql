-- The people who write to a chatbot.

create table contacts (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    phone             text,                               -- digits as Meta sends them; null for people who hide theirs
    user_id           text,                               -- business-scoped user id, 'CC.<alphanumerics>'
    name              text,
    username          text,
    language          text,
    lead              jsonb not null default '{}',        -- fields that the tenant asked to collect
    blocked           boolean not null default false,
    paused_until      timestamptz,                        -- a human talks until then; 'infinity': until resumed
    opted_out_at      timestamptz,
    last_seen_at      timestamptz,
    last_message_at   timestamptz,                        -- by Meta's clock: opens 24 hours of free-form replies
    limit_told_at     timestamptz,                        -- when the bot last told this person that a limit is reached
    -- when the bot last told this person that the business is closed
    closed_told_at    timestamptz,
    -- when the bot last told this person that an answer takes long
    waiting_told_at   timestamptz,
    -- when the bot last told this person that it can't read something
    preface_at         timestamptz,
    preface_for        text,                               -- the message that the preface answered
    -- why Meta does not deliver to this person; null: nothing is known
    send_error_code   int,
    send_error_at     timestamptz,
    created_at        timestamptz not null default now(),
    unique (tenant_id, phone),
    unique (tenant_id, user_id),
    check (phone is not null or user_id is not null)
);

-- A number in another form is the same person.
create unique index contacts_by_phone on contacts (tenant_id, phone_key(phone));

-- Former phones and user ids of a person, so that a changed number does not make a second contact.
create table contact_aliases (
    tenant_id         uuid not null references tenants on delete cascade,
    alias             text not null,
    contact_id        uuid not null references contacts on delete cascade,
    created_at        timestamptz not null default now(),
    primary key (tenant_id, alias)
);
create index contact_aliases_by_key on contact_aliases (tenant_id, phone_key(alias));
create index contact_aliases_by_contact on contact_aliases (contact_id);

select isolate('contacts'), isolate('contact_aliases');
grant select on contacts, contact_aliases to chatbot_app;
grant update (paused_until, blocked) on contacts to chatbot_app;
