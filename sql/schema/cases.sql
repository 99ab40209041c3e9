-- Cases: a business's own tests of its bot. Each is a question with what its answer must be; f/cases asks them in dry
-- runs before the draft is published, after documents or tools have changed, and at night.

create table bot_cases (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    phone_number_id   text not null references chatbots on delete cascade,
    title             text not null,
    history           jsonb not null default '[]',        -- what was said before: [{role, text}], oldest first
    question          text not null,
    -- {must_say: [words], must_not_say: [words], source, tool, outcome}: f/cases/expected
    expected          jsonb not null,
    origin            text not null check (origin in ('mark', 'correction', 'hand', 'import')),
    enabled           boolean not null default true,
    -- Whose words these are, until somebody of the staff has written them anew: a case goes with its customer.
    contact_id        uuid references contacts on delete cascade,
    turn_id           uuid references turns on delete set null,  -- the answer that it was made of
    -- red when somebody published all the same: it stops nobody again before it was green
    known_red         boolean not null default false,
    person            text,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now()
);
create unique index bot_cases_title on bot_cases (phone_number_id, md5(lower(title)));
create index bot_cases_by_tenant on bot_cases (tenant_id);
create index bot_cases_by_contact on bot_cases (contact_id);
create index bot_cases_by_turn on bot_cases (turn_id);

-- All enabled cases of a chatbot, asked once.
create table case_runs (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    phone_number_id   text not null references chatbots on delete cascade,
    why               text not null check (why in ('publish', 'change', 'nightly', 'hand')),
    version           text not null default '',           -- whose settings: '' live, 'draft', 'draft:<names>'
    draft             jsonb not null default '{}',        -- those of the draft, as they were when the run began
    -- running   green: nothing stops a publication   red: a case does   cancelled: a newer run has taken its place
    state             text not null default 'running' check (state in ('running', 'green', 'red', 'cancelled')),
    -- asked first, then, of red ones, what changes the answer
    phase             int not null default 1,
    pass              int not null default 0,             -- slices so far: of two that were begun only one goes on
    person            text,
    started_at        timestamptz not null default now(),
    seen_at           timestamptz not null default now(), -- when a slice last worked on it
    ended_at          timestamptz
);
create index case_runs_by_number on case_runs (phone_number_id, started_at);
create index case_runs_by_tenant on case_runs (tenant_id);
create index case_runs_running on case_runs (seen_at) where state = 'running';

create table case_results (
    run_id            uuid not null references case_runs on delete cascade,
    case_id           uuid not null references bot_cases on delete cascade,
    -- '' what is live, 'draft', or 'draft:<setting>': what is live with one setting of the draft
    version           text not null,
    tenant_id         uuid not null references tenants on delete cascade,
    -- waiting   running: `job` asks   green, red   error: there was no answer
    state             text not null default 'waiting' check (state in ('waiting', 'running', 'green', 'red', 'error')),
    job               uuid,
    asked_at          timestamptz,
    tries             int not null default 0,
    answer            jsonb,                              -- f/cases/asking: reply, citations, tools, outcome, …
    findings          jsonb not null default '[]',        -- why it is red, as messages; of a green one, what is noted
    cause             jsonb,                              -- which change did it: f/cases/causes
    counted           boolean not null default false,     -- whether the month's usage has what it cost
    ended_at          timestamptz,
    primary key (run_id, case_id, version)
);
create index case_results_by_case on case_results (case_id, ended_at);
create index case_results_by_job on case_results (job);
create index case_results_by_tenant on case_results (tenant_id);

-- When a chatbot's cases are to be asked by themselves.
create table case_schedules (
    phone_number_id   text primary key references chatbots on delete cascade,
    tenant_id         uuid not null references tenants on delete cascade,
    due_at            timestamptz,                        -- something has changed; null: nothing has
    changed_at        timestamptz,                        -- the first change since the last run
    last_change_at    timestamptz,
    nightly_at        timestamptz not null default now()  -- of the last nightly run
);
create index case_schedules_by_tenant on case_schedules (tenant_id);

select isolate('bot_cases'), isolate('case_runs'), isolate('case_results'), isolate('case_schedules');
grant select, insert, update, delete on bot_cases to chatbot_app;
grant select on case_runs, case_results, case_schedules to chatbot_app;
