-- The door to the portal (portal/): who is signed in at it, what one request may do, and codes on their way. Whatever a
-- browser or a job holds is here as its SHA-256 only. A person is an e-mail address, or a telephone number with its
-- plus; tenant_members and operators know them by the same. Only invitations are of one tenant; the other
-- tables have the owner's policy alone. functions/door.sql, passkeys.sql and invitations.sql read and write them.

create table door_sessions (
    id                uuid primary key default gen_random_uuid(),  -- names it in lists; opens nothing
    token_digest      bytea not null unique,              -- of what the browser's cookie holds
    person            text not null check (person = lower(person)),
    how               text not null check (how in ('email', 'whatsapp', 'passkey', 'provider')),
    browser           text not null,                      -- what it calls itself, for the person to know it by
    -- The business at whose own address it was opened: whoever owns that address could read its cookie, so it is good
    -- there only, and for that business only. Null: opened at the platform's own.
    tenant_id         uuid references tenants on delete cascade,
    made_at           timestamptz not null default now(),
    seen_at           timestamptz not null default now(),
    expires_at        timestamptz not null default now() + interval '14 days'
);
create index door_sessions_by_person on door_sessions (person);
create index door_sessions_by_tenant on door_sessions (tenant_id) where tenant_id is not null;

-- One request of one session or of one key: the job that Windmill runs under this id may act as the session's person,
-- or for the key's business with the key's scopes.
create table door_tickets (
    job_digest        bytea primary key,                  -- of the job's id, which nobody else can give to a job
    session_id        uuid references door_sessions on delete cascade,
    key_id            uuid references api_keys on delete cascade,
    request_digest    bytea not null,
    made_at           timestamptz not null default now(),
    redeemed_at       timestamptz,
    check (num_nonnulls(session_id, key_id) = 1)
);
create index door_tickets_by_session on door_tickets (session_id);
create index door_tickets_by_key on door_tickets (key_id);
create index door_tickets_by_age on door_tickets (made_at);

-- A code that somebody has asked for. Whether they are known here makes no difference to the row.
create table door_codes (
    attempt_digest    bytea primary key,                  -- of what the asking browser's cookie holds
    person            text not null,
    code_digest       bytea not null,                     -- of the attempt and the code: one alone is worth nothing
    padded            text not null,                      -- the code under a pad that only the sending job gets
    job_digest        bytea not null unique,              -- of the job that sends it
    invitation        bytea,                              -- digest of the link that the browser came by
    tenant_id         uuid references tenants on delete cascade,  -- as a session's
    host              text not null,                      -- where it was asked for, as its mail says
    expires_at        timestamptz not null default now() + interval '10 minutes'
);
create index door_codes_by_person on door_codes (person);

-- A link that lets one person become a member, once, if they prove that they are that person. Tenants see their own.
create table door_invitations (
    token_digest      bytea primary key,                  -- of what stands in the link
    tenant_id         uuid not null references tenants on delete cascade,
    person            text not null check (person = lower(person)),
    role              text not null check (role in ('owner', 'editor', 'agent', 'viewer')),
    invited_by        text not null,
    made_at           timestamptz not null default now(),
    expires_at        timestamptz not null default now() + interval '7 days',
    unique (tenant_id, person)
);
select isolate('door_invitations');
grant select (tenant_id, person, role, invited_by, made_at, expires_at) on door_invitations to chatbot_app;

-- What a sign-in that is under way has to match, once: a provider's state, a passkey's challenge.
create table door_challenges (
    token_digest      bytea primary key,                  -- of what the browser's cookie holds
    content           text not null,
    expires_at        timestamptz not null default now() + interval '10 minutes'
);

create table door_passkeys (
    credential        bytea primary key,                  -- the id that the authenticator gave it
    person            text not null check (person = lower(person)),
    -- As that of the session in which it was made: it opens sessions at that business's addresses only (null: at the
    -- platform's). Browsers see to it, too, but a credential may be in no browser.
    tenant_id         uuid references tenants on delete cascade,
    public_key        bytea not null,
    sign_count        bigint not null,
    name              text not null,                      -- the browser in which it was made
    made_at           timestamptz not null default now(),
    used_at           timestamptz
);
create index door_passkeys_by_person on door_passkeys (person);
create index door_passkeys_by_tenant on door_passkeys (tenant_id) where tenant_id is not null;

-- How often something was tried since when, and until when it is locked: by the digest of an account or an address.
create table door_counts (
    subject           bytea primary key,
    since             timestamptz not null default now(),
    count             int not null default 0,
    locked_until      timestamptz
);

do $$
declare door_table regclass;
begin
    foreach door_table in array array['door_sessions', 'door_tickets', 'door_codes', 'door_counts', 'door_challenges',
                                     'door_passkeys']::regclass[] loop
        execute format('alter table %s owner to chatbot_owner', door_table);
        execute format('alter table %s enable row level security', door_table);
        execute format('alter table %s force row level security', door_table);
        execute format('create policy owner_functions on %s to chatbot_owner using (true) with check (true)',
                       door_table);
    end loop;
end $$;
