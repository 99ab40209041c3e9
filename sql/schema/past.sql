-- What a number brings along whose phone goes on with WhatsApp's app for businesses (coexistence): its conversations
-- of the last months, and the names in its phone book.

-- Shown above the first message of a conversation. Nobody answered them from here: no count, event or model sees them.
create table past_messages (
    id                bigint generated always as identity primary key,
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid not null references contacts on delete cascade,
    phone_number_id   text not null,
    message_id        text not null,
    direction         text not null check (direction in ('in', 'out')),
    body              text not null,
    written_at        timestamptz not null,               -- by Meta's clock
    unique (phone_number_id, message_id)
);
create index past_messages_by_contact on past_messages (contact_id, written_at, id);
create index past_messages_by_age on past_messages (tenant_id, written_at);

-- A person of it who writes gets the name; who doesn't is no contact.
create table phone_book (
    tenant_id         uuid not null references tenants on delete cascade,
    phone             text not null,                      -- its phone_key
    name              text not null,
    changed_at        timestamptz not null,               -- by Meta's clock
    primary key (tenant_id, phone)
);

select isolate('past_messages'), isolate('phone_book');
grant select on past_messages, phone_book to chatbot_app;
