-- People who work in the portal: a tenant's own members, and the platform's operators.

create table tenant_members (
    tenant_id         uuid not null references tenants on delete cascade,
    email             text not null check (email = lower(email)),
    role              text not null check (role in ('owner', 'editor', 'agent', 'viewer')),
    created_at        timestamptz not null default now(),
    available         boolean not null default true,      -- whether conversations are assigned in turn
    assigned_at       timestamptz,                        -- when that was last so
    primary key (tenant_id, email)
);
create index tenant_members_by_email on tenant_members (email);
select isolate('tenant_members');
grant select on tenant_members to chatbot_app;
grant update (available) on tenant_members to chatbot_app;

-- An operator belongs to no tenant, so this table has only the owner's policy; functions/operators.sql reads and
-- writes it.
create table operators (
    email             text primary key check (email = lower(email)),
    created_at        timestamptz not null default now()
);
alter table operators owner to chatbot_owner;
alter table operators enable row level security;
alter table operators force row level security;
create policy owner_functions on operators to chatbot_owner using (true) with check (true);
