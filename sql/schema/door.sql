-- The door to the portal (portal/): who is signed in at it, what one request may do, and codes on their way. Whatever a
-- browser or a job holds is here as its SHA-256 only. A person is an e-mail address, or a telephone number with its
-- plus; tenant_members and operators know them by the same. Nothing here is of one tenant, so every table has the
-- owner's policy alone; functions/door.sql reads and writes them.

create table door_sessions (
    id                uuid primary key default gen_random_uuid(),  -- names it in lists; opens nothing
    token_digest      bytea not null unique,              -- of what the browser's cookie holds
    person            text not null check (person = lower(person)),
    how               text not null check (how in ('email', 'whatsapp', 'passkey', 'provider')),
    browser           text not null,                      -- what it calls itself, for the person to know it by
    made_at           timestamptz not null default now(),
    seen_at           timestamptz not null default now(),
    expires_at        timestamptz not null default now() + interval '14 days'
);
create index door_sessions_by_person on door_sessions (person);

-- One request of one session: the job that Windmill runs under this id may act as the session's person.
create table door_tickets (
    job_digest        bytea primary key,                  -- of the job's id, which nobody else can give to a job
    session_id        uuid not null references door_sessions on delete cascade,
    request_digest    bytea not null,
    made_at           timestamptz not null default now(),
    redeemed_at       timestamptz
);
create index door_tickets_by_session on door_tickets (session_id);
create index door_tickets_by_age on door_tickets (made_at);

-- A code that somebody has asked for. Whether they are known here makes no difference to the row.
create table door_codes (
    attempt_digest    bytea primary key,                  -- of what the asking browser's cookie holds
    person            text not null,
    code_digest       bytea not null,                     -- of the attempt and the code: one alone is worth nothing
    padded            text not null,                      -- the code under a pad that only the sending job gets
    job_digest        bytea not null unique,              -- of the job that sends it
    expires_at        timestamptz not null default now() + interval '10 minutes'
);
create index door_codes_by_person on door_codes (person);

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
    foreach door_table in array array['door_sessions', 'door_tickets', 'door_codes', 'door_counts']::regclass[] loop
        execute format('alter table %s owner to chatbot_owner', door_table);
        execute format('alter table %s enable row level security', door_table);
        execute format('alter table %s force row level security', door_table);
        execute format('create policy owner_functions on %s to chatbot_owner using (true) with check (true)',
                       door_table);
    end loop;
end $$;
