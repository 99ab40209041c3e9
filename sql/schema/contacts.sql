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
    -- when the bot last told this person that it can't read something
    preface_at         timestamptz,
    preface_for        text,                               -- the message that the preface answered
    -- why Meta does not deliver to this person; null: nothing is known
    send_error_code   int,
    send_error_at     timestamptz,
    -- What the staff say of the conversation and of the person.
    -- open     somebody may have to do something
    -- snoozed  open again at snoozed_until, or when the customer writes
    -- solved   open again when the customer writes
    status            text not null default 'open' check (status in ('open', 'snoozed', 'solved')),
    snoozed_until     timestamptz,
    status_at         timestamptz,                        -- when somebody has set the status
    assignee          text,                               -- the e-mail address of the member who takes care
    tags              text[] not null default '{}',
    staff_name        text,                               -- what the staff call the person; name is WhatsApp's
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

create index contacts_by_assignee on contacts (tenant_id, assignee) where assignee is not null;
create index contacts_with_tags on contacts (tenant_id) where tags <> '{}';

-- What the staff write to each other about a person. No model sees it, and nothing of it is sent.
create table contact_notes (
    id                bigint generated always as identity primary key,
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid not null references contacts on delete cascade,
    author            text not null,
    body              text not null,
    created_at        timestamptz not null default now()
);
create index contact_notes_by_contact on contact_notes (contact_id, id);

-- How far a member has read a conversation: the id of a row of conversation_logs.
create table conversation_reads (
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid not null references contacts on delete cascade,
    email             text not null,
    read_id           bigint not null,
    primary key (contact_id, email)
);

-- The message templates of a tenant's WhatsApp accounts, as Meta lists them (f/chatbot/read_templates) and its events
-- change them.
create table templates (
    tenant_id         uuid not null references tenants on delete cascade,
    waba_id           text not null,
    name              text not null,
    language          text not null,
    status            text not null,                      -- APPROVED, PENDING, REJECTED, PAUSED, DISABLED, …
    category          text,                               -- UTILITY, MARKETING, AUTHENTICATION
    parameter_format  text not null default 'POSITIONAL', -- or NAMED
    components        jsonb,                              -- null: an event has named it, and it was not read yet
    reason            text,                               -- why Meta rejected or paused it
    event_at          timestamptz,                        -- when an event last changed the status
    primary key (tenant_id, waba_id, name, language)
);

-- When an account's templates were last read; due at once after an event or a refused template.
create table template_readings (
    tenant_id         uuid not null references tenants on delete cascade,
    waba_id           text not null,
    read_at           timestamptz,
    due_at            timestamptz not null default now(),
    error             text,                               -- why the last reading failed; null: it did not
    primary key (tenant_id, waba_id)
);
create index template_readings_due on template_readings (due_at);

-- Replies that the staff have written once and use again. {{name}} and the like are filled in for each customer.
create table saved_replies (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    shortcut          text not null,
    body              text not null,
    author            text not null,
    updated_at        timestamptz not null default now(),
    unique (tenant_id, shortcut)
);

select isolate('contacts'), isolate('contact_aliases'), isolate('contact_notes'), isolate('conversation_reads'),
       isolate('saved_replies'), isolate('templates'), isolate('template_readings');
grant select on contacts, contact_aliases, contact_notes, conversation_reads, templates, template_readings
    to chatbot_app;
grant update (paused_until, blocked) on contacts to chatbot_app;
grant select, insert, update, delete on saved_replies to chatbot_app;
