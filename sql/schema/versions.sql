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
    -- Only a share of the customers has had it (version_shares), and it is not what is live.
    shared            boolean not null default false,
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

-- Versions that a share of the customers gets, beside what is live.
create table version_shares (
    phone_number_id   text not null,
    version           int not null,
    tenant_id         uuid not null references tenants on delete cascade,
    draft             jsonb not null,                     -- in what it is otherwise than what is live
    was               jsonb not null,                     -- what was live of that when it began
    percent           int not null check (percent in (5, 10, 25, 50)),
    -- by how many points a rate of the share may exceed that of the others before the share ends by itself
    margin            int not null check (margin between 1 and 100),
    -- running   published: all customers have it   taken_back: by a person, or by itself (`why`)   replaced: something
    -- else was published
    state             text not null default 'running'
                      check (state in ('running', 'published', 'taken_back', 'replaced')),
    steps             jsonb not null,                     -- [{act, percent, person, at}], the oldest first
    why               jsonb,                              -- by itself: its row of share_figures
    started_at        timestamptz not null default now(),
    ended_at          timestamptz,
    looked_at         timestamptz,                        -- when recovery has last read its figures
    primary key (phone_number_id, version),
    foreign key (phone_number_id, version) references chatbot_versions on delete cascade
);
-- One at a time for each chatbot.
create unique index version_shares_running on version_shares (phone_number_id) where state = 'running';
create index version_shares_by_tenant on version_shares (tenant_id);

select isolate('chatbot_versions'), isolate('chatbot_drafts'), isolate('version_shares');
grant select on chatbot_versions, version_shares to chatbot_app;
grant select, insert, update, delete on chatbot_drafts to chatbot_app;
