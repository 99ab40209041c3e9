-- The runner's own tables. Applied on every start, so every statement can be repeated.
-- The queue itself is procrastinate's, in the same schema.

create table if not exists jobs (
    id uuid primary key,
    seq bigint generated always as identity,
    kind text not null check (kind in ('flow', 'script', 'identity')),
    path text not null,
    tag text not null,                  -- which workers take it; a step has its flow's
    args jsonb,                         -- as given: references such as $res:f/x/y stay references
    status text not null default 'queued'
        check (status in ('queued', 'running', 'success', 'failure', 'canceled', 'skipped')),
    result jsonb,
    logs text not null default '',
    flow_value jsonb,                   -- a flow keeps the definition that it was started with
    flow_status jsonb,
    parent_job uuid,
    root_job uuid,
    flow_step_id text,
    schedule_path text,
    email text not null,
    username text not null,
    end_user_email text,
    timeout_s double precision,
    progress int,
    starts int not null default 0,      -- how often a process was started for it: more than 1 after a lost worker
    mem_peak int,
    canceled_by text,
    canceled_reason text,
    deleted boolean not null default false,
    created_at timestamptz not null default now(),
    scheduled_for timestamptz not null default now(),
    started_at timestamptz,
    completed_at timestamptz
);
alter table jobs add column if not exists tag text not null default 'python3';  -- tables of earlier versions
create index if not exists jobs_by_path on jobs (path, seq desc);
create index if not exists jobs_by_parent on jobs (parent_job, seq) where parent_job is not null;
create index if not exists jobs_roots on jobs (seq desc) where parent_job is null;
create index if not exists jobs_open on jobs (seq) where status in ('queued', 'running');

create table if not exists tokens (
    token_hash text primary key,
    prefix text not null default '',
    label text,
    email text not null,
    username text not null,
    scopes text[] not null default '{}',
    created_at timestamptz not null default now()
);
alter table tokens add column if not exists scopes text[] not null default '{}'; -- of a demo that is older
alter table tokens add column if not exists prefix text not null default '';

create table if not exists variables (
    path text primary key,
    value text not null,
    is_secret boolean not null,
    description text not null default ''
);

create table if not exists resource_types (
    name text primary key,
    schema jsonb,
    description text not null default ''
);

create table if not exists resources (
    path text primary key,
    resource_type text not null,
    value jsonb,
    description text not null default ''
);

create table if not exists folders (
    name text primary key
);
