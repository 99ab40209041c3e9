-- What the portal's pages need beside the tables of the bot. The scripts of f/portal_api work as chatbot_app under
-- row-level security, like the steps. What needs more is a function that checks who asks.

-- Dry runs that were started from the portal. A run's result is shown only to the tenant that started it.
create table portal_runs (
    id                uuid primary key,
    tenant_id         uuid not null references tenants on delete cascade,
    purpose           text not null check (purpose in ('preview', 'before', 'after')),
    question          text not null,
    email             text not null,
    counted           boolean not null default false,     -- whether the month's usage has what it cost
    created_at        timestamptz not null default now()
);
create index portal_runs_by_tenant on portal_runs (tenant_id, created_at);

-- What an unanswered question means, so that the portal can group similar ones.
create table unanswered_questions (
    turn_id           uuid primary key references turns on delete cascade,
    tenant_id         uuid not null references tenants on delete cascade,
    model_id          smallint not null references embedding_models,
    embedding         vector not null,
    settled_at        timestamptz                         -- when somebody added an answer, or set the question aside
);
create index unanswered_questions_by_tenant on unanswered_questions (tenant_id);

-- Charts read sums by the hour, not the logs: an hour is the largest piece that the days of nearly every time zone
-- are made of.
create table insight_hours (
    tenant_id         uuid not null references tenants on delete cascade,
    hour              timestamptz not null,
    messages_in       int not null default 0,
    messages_out      int not null default 0,
    answered          int not null default 0,
    unanswered        int not null default 0,
    handoffs         int not null default 0,
    failed            int not null default 0,
    response_s        double precision not null default 0,  -- sum over the turns, from the first message to the close
    responses         int not null default 0,
    cost_usd          numeric(14, 6) not null default 0,
    primary key (tenant_id, hour)
);

select isolate('portal_runs'), isolate('unanswered_questions'), isolate('insight_hours');
grant select on portal_runs to chatbot_app;
grant select, insert, update on unanswered_questions to chatbot_app;
grant select on insight_hours to chatbot_app;
