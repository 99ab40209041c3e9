-- Who owns what: roles, tenants, their chatbots, staff and tools.
--
-- Isolation: every tenant table has row-level security that is enabled AND forced. Two policies a table:
--   chatbot_owner  sees all rows. It can't log in: only the SECURITY DEFINER functions of these files run as it.
--   chatbot_app    sees the rows of the tenant in the transaction's setting app.tenant_id; without one, none.
-- chatbot_ingress has no right on any tenant table. No role here is superuser or may bypass row-level security.

create extension if not exists vector;
create extension if not exists unaccent;

create table tenants (
    id                uuid primary key default gen_random_uuid(),
    name              text not null,
    status            text not null default 'active' check (status in ('active', 'suspended')),
    limits            jsonb not null default '{}',        -- plan limits by name; an absent one has the platform's default
    whatsapp_token    bytea,                              -- AES-GCM, see f/common/secrets.py; null: none stored
    llm_api_key       bytea,                              -- the same; null: the platform's key is used
    embedding_model   text not null default 'multilingual-e5-small',
    created_at        timestamptz not null default now()
);

create table chatbots (
    phone_number_id   text primary key,                   -- Meta's id of the business number: the chatbot's id
    tenant_id         uuid not null references tenants on delete cascade,
    name              text not null,
    enabled           boolean not null default true,
    persona           text not null default '',
    system_prompt     text not null default '',
    provider          text,                               -- 'openai' | 'gemini'; null: the platform's default
    model             text,                               -- null: the platform's default
    languages         text[] not null default '{en}',     -- the first is the default
    dont_know         jsonb not null default '{"en": "I''m sorry, I don''t have that information."}',
    failure_message   jsonb not null default '{"en": "Something went wrong on our side. Please try again in a moment."}',
    show_citations    boolean not null default true,
    merge_window_s    real not null default 1.5 check (merge_window_s between 0 and 30),
    max_rounds        int not null default 6 check (max_rounds between 1 and 20),
    max_seconds       int not null default 60 check (max_seconds between 5 and 600),
    history_tokens    int not null default 2000 check (history_tokens >= 0),
    stale_after_s     int not null default 86400 check (stale_after_s > 0),           -- an older message is logged, not answered
    max_replies_per_hour int not null default 60 check (max_replies_per_hour > 0),    -- to one contact: two bots that talk to each other stop here
    limit_message     jsonb not null default '{
        "en": "We can''t answer automatically at the moment. A colleague will get back to you.",
        "es": "Ahora mismo no podemos responder automáticamente. Una persona del equipo le escribirá.",
        "de": "Wir können gerade nicht automatisch antworten. Jemand aus dem Team meldet sich.",
        "fr": "Nous ne pouvons pas répondre automatiquement pour le moment. Un collègue vous écrira.",
        "pt": "De momento não podemos responder automaticamente. Um colega irá contactá-lo.",
        "it": "Al momento non possiamo rispondere automaticamente. Un collega la contatterà."}',
    created_at        timestamptz not null default now()
);
create index chatbots_by_tenant on chatbots (tenant_id);

create table tenant_members (
    tenant_id         uuid not null references tenants on delete cascade,
    email             text not null check (email = lower(email)),
    role              text not null check (role in ('owner', 'editor', 'agent', 'viewer')),
    created_at        timestamptz not null default now(),
    primary key (tenant_id, email)
);
create index tenant_members_by_email on tenant_members (email);

create table tenant_tools (
    tenant_id         uuid not null references tenants on delete cascade,
    name              text not null check (name ~ '^[a-z][a-z0-9_]{0,30}$'),
    url               text not null,                      -- an MCP server, streamable HTTP
    header_name       text,
    header_value      bytea,                              -- AES-GCM
    allowed_tools     text[] not null default '{}',       -- tools of that server the model may call; nothing is allowed by default
    timeout_s         real not null default 10 check (timeout_s between 1 and 60),
    enabled           boolean not null default true,
    discovered        jsonb,                              -- the server's tool list as last seen; a cache
    discovered_at     timestamptz,
    primary key (tenant_id, name)
);

create function current_tenant() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('app.tenant_id', true), '')::uuid;

-- Puts both policies on a tenant table. Called once a table, here and in later migrations.
create function isolate(tenant_table regclass, tenant_column name default 'tenant_id') returns void
    language plpgsql as $$
begin
    execute format('alter table %s owner to chatbot_owner', tenant_table);
    execute format('alter table %s enable row level security', tenant_table);
    execute format('alter table %s force row level security', tenant_table);
    execute format('create policy owner_functions on %s to chatbot_owner using (true) with check (true)', tenant_table);
    execute format('create policy own_tenant on %s to chatbot_app using (%I = (select current_tenant())) '
                   'with check (%I = (select current_tenant()))', tenant_table, tenant_column, tenant_column);
end $$;

-- The same for functions: the owner's, and nobody's but those to whom it is granted. Names without arguments: none is overloaded.
create function own_functions(variadic names text[]) returns void
    language plpgsql as $$
declare name text;
begin
    foreach name in array names loop
        execute format('alter function %I owner to chatbot_owner', name);
        execute format('revoke execute on function %I from public', name);
    end loop;
end $$;

-- What went wrong, as a code of f/common/problems.py with the values of its sentence.
create function problem(p_code text, p_values jsonb default '{}') returns jsonb
    language sql immutable as $$ select jsonb_build_object('code', p_code, 'values', p_values) $$;

select isolate('tenants', 'id'), isolate('chatbots'), isolate('tenant_members'), isolate('tenant_tools');

grant select on tenants, chatbots, tenant_members, tenant_tools to chatbot_app;
grant update (discovered, discovered_at) on tenant_tools to chatbot_app;

-- The memberships of a person, before a tenant is chosen. The e-mail comes from Windmill's session, see f/common/portal_request.py.
create function memberships(p_email text) returns table (tenant_id uuid, role text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select m.tenant_id, m.role from tenant_members m join tenants t on t.id = m.tenant_id
    where m.email = lower(p_email) and t.status = 'active' order by t.name
$$;
select own_functions('memberships');
grant execute on function memberships to chatbot_app;
