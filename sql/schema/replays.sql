-- Replays: turns of a chatbot taken again with a draft or a version, side by side with what was answered: past ones, or
-- (shadow) those that come. f/cases asks in dry runs, so that nothing is sent and nothing of a customer's is changed.

create table replays (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    phone_number_id   text not null references chatbots on delete cascade,
    version           text not null,                      -- whose settings: 'draft:<names>', or a version's number
    draft             jsonb not null default '{}',        -- those of the draft, as they were when the replay began
    from_at           timestamptz not null,
    to_at             timestamptz not null,
    of_turns          int not null,                       -- how many answers there were in that time
    turns             int not null,                       -- how many of them are taken again; shadow: at most
    -- It takes turns again as they are closed, from from_at until to_at.
    shadow            boolean not null default false,
    estimated_usd     numeric(14, 6) not null,            -- as it was shown before
    most_usd          numeric(14, 6) not null,            -- where it stops
    spent_usd         numeric(14, 6) not null default 0,
    -- running   done: all were taken again   stopped: `why`
    state             text not null default 'running' check (state in ('running', 'done', 'stopped')),
    -- person   cost: the bound is reached   month: the plan's   draft: it is another one   late: it took too long
    -- quiet: nobody wrote in the time of a shadow
    why               text check (why in ('person', 'cost', 'month', 'draft', 'late', 'quiet')),
    pass              int not null default 0,             -- slices so far: of two that were begun only one goes on
    person            text,
    started_at        timestamptz not null default now(),
    seen_at           timestamptz not null default now(), -- when a slice last worked on it
    ended_at          timestamptz
);
-- One at a time for each chatbot, whoever begins them.
create unique index replays_running on replays (phone_number_id) where state = 'running';
create index replays_by_number on replays (phone_number_id, started_at);
create index replays_by_tenant on replays (tenant_id);

-- A turn of a replay. What was answered then stands in the turn and its log alone: it goes with these.
create table replay_results (
    replay_id         uuid not null references replays on delete cascade,
    turn_id           uuid not null references turns on delete cascade,
    tenant_id         uuid not null references tenants on delete cascade,
    state             text not null default 'waiting' check (state in ('waiting', 'running', 'done')),
    job               uuid,
    asked_at          timestamptz,
    tries             int not null default 0,
    answer            jsonb,                              -- f/cases/replays: reply, citations, calls, usage, …
    kinds             text[] not null default '{}',       -- in what it is otherwise: f/cases/comparison
    reasons           text[] not null default '{}',       -- of 'changed': by what
    usd               jsonb not null default '{}',        -- {model, meta, model_then, meta_then}
    counted           boolean not null default false,     -- whether the month's usage has what it cost
    ended_at          timestamptz,
    primary key (replay_id, turn_id)
);
create index replay_results_by_turn on replay_results (turn_id);
create index replay_results_by_job on replay_results (job);
create index replay_results_by_tenant on replay_results (tenant_id);
create index replay_results_running on replay_results (tenant_id) where state = 'running';

select isolate('replays'), isolate('replay_results');
grant select on replays, replay_results to chatbot_app;
