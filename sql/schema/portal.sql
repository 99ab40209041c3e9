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

-- What a question means, so that the portal can group similar ones.
create table question_vectors (
    turn_id           uuid primary key references turns on delete cascade,
    tenant_id         uuid not null references tenants on delete cascade,
    model_id          smallint not null references embedding_models,
    embedding         vector not null,
    -- when somebody added an answer to an unanswered one, or set it aside
    settled_at        timestamptz
);
create index question_vectors_by_tenant on question_vectors (tenant_id);

-- Charts read sums by the hour, not the logs: an hour is the largest piece that the days of nearly every time zone
-- are made of.
create table insight_hours (
    tenant_id         uuid not null references tenants on delete cascade,
    -- no reference: figures of a number that is gone stay; '': what no number's turn has cost, such as vectors
    phone_number_id   text not null,
    hour              timestamptz not null,
    messages_in       int not null default 0,
    messages_out      int not null default 0,
    answered          int not null default 0,
    unanswered        int not null default 0,
    handoffs         int not null default 0,
    failed            int not null default 0,
    response_s        double precision not null default 0,  -- sum over the turns, from the first message to the close
    responses         int not null default 0,
    cost_usd          numeric(14, 6) not null default 0,  -- of models
    meta_usd          numeric(14, 6) not null default 0,  -- of messages
    primary key (tenant_id, hour, phone_number_id)
);

-- How many replies took how long, for medians and percentiles of any span of hours: exact times of a million replies
-- would have to be sorted. A bucket's replies took 2 ^ (bucket / 8) seconds, give or take 5 %.
create table insight_replies (
    tenant_id         uuid not null references tenants on delete cascade,
    phone_number_id   text not null,
    hour              timestamptz not null,
    bucket            smallint not null,
    replies           int not null,
    primary key (tenant_id, hour, phone_number_id, bucket)
);

select isolate('portal_runs'), isolate('question_vectors'), isolate('insight_hours'),
    isolate('insight_replies');
grant select on portal_runs to chatbot_app;
grant select, insert, update on question_vectors to chatbot_app;
grant select on insight_hours, insight_replies to chatbot_app;
