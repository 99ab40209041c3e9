-- The API for developers: a business's keys, and how often they were used in this minute. functions/api.sql decides
-- with them.

-- A key is random, so its SHA-256 is enough. The key itself is shown once, in the page of the owner who made it.
create table api_keys (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    name              text not null check (name <> '' and length(name) <= 100),
    digest            bytea not null unique,
    start             text not null,                      -- its first letters, for people to know it by
    scopes            text[] not null check (cardinality(scopes) > 0 and scopes <@ array[
                          'conversations:read', 'messages:send', 'handoffs:write', 'contacts:read', 'contacts:write',
                          'knowledge:read', 'knowledge:write', 'tests:run', 'statement:read', 'events:read',
                          'events:replay']),
    made_by           text not null,
    made_at           timestamptz not null default now(),
    expires_at        timestamptz not null,
    revoked_at        timestamptz,
    used_at           timestamptz                         -- to the minute
);
create index api_keys_by_tenant on api_keys (tenant_id, made_at);

-- The calls of a business in the minute that is being counted. Its workers are shared by all of its keys, so the limit
-- is, too.
create table api_minutes (
    tenant_id         uuid primary key references tenants on delete cascade,
    minute            timestamptz not null,               -- when it began: with the first call after the last one
    calls             int not null
);

select isolate('api_keys'), isolate('api_minutes');
grant select (id, tenant_id, name, start, scopes, made_by, made_at, expires_at, revoked_at, used_at) on api_keys
    to chatbot_app;
grant insert (tenant_id, name, digest, start, scopes, made_by, expires_at) on api_keys to chatbot_app;
grant update (revoked_at) on api_keys to chatbot_app;
