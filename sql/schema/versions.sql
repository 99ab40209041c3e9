-- Versions of a chatbot's settings: what answers, what answered before, and what its editors prepare.

-- Each whole set of settings that has been live; the newest one is. A save by whatever way makes one (see
-- functions/versions.sql), so that the history has no holes.
create table chatbot_versions (
    phone_number_id   text not null references chatbots on delete cascade,
    number            int not null,                       -- 1, 2, 3 … of each chatbot
    tenant_id         uuid not null references tenants on delete cascade,
    settings          jsonb not null,                     -- every setting by its name, as the table chatbots held it
    note              text not null default '',
    person            text,                               -- who published or saved it; null: the product itself
    -- why it was published although cases were red, and which: {reason, red: [case]}
    overruled         jsonb,
    published_at      timestamptz not null default now(),
    primary key (phone_number_id, number)
);

-- What is to be otherwise with the next version, setting by setting: only what differs from what is live.
create table chatbot_drafts (
    phone_number_id   text not null references chatbots on delete cascade,
    setting           text not null,
    tenant_id         uuid not null references tenants on delete cascade,
    value             jsonb not null,                     -- JSON's null where the setting has none
    person            text not null,                      -- who changed it last
    changed_at        timestamptz not null default now(),
    primary key (phone_number_id, setting)
);

select isolate('chatbot_versions'), isolate('chatbot_drafts');
grant select on chatbot_versions to chatbot_app;
grant select, insert, update, delete on chatbot_drafts to chatbot_app;
