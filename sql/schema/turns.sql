-- Turns: the answers to conversations; the passing on to humans; the log of both sides.

create table turns (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid not null references contacts on delete cascade,
    phone_number_id   text not null references chatbots on delete cascade,
    -- active   a run works on it, until lease_until at least
    -- done     closed with an outcome   failed: closed because its runs died
    state             text not null default 'active' check (state in ('active', 'done', 'failed')),
    run_id            uuid not null,                      -- the flow job that works on it
    -- the attempt: the database refuses a step's write that names an older one
    epoch             int not null default 1,
    step              int not null default 0,             -- how far the run has come: an older step can't begin again
    takeovers         int not null default 0,             -- by runs that found its lease ended, whatever the reason
    deaths            int not null default 0,             -- runs that worked on it and are over, or hang
    lease_until       timestamptz not null,
    opened_at         timestamptz not null default now(),
    closed_at         timestamptz,
    -- answered | unanswered | handed_off | not_sent | failed | lost; human | wait_notice | rating: words that no run
    -- thought up; acted: it has made a call to which a person agreed, and said nothing
    outcome           text,
    error             text,
    question          text,
    trace             jsonb,                              -- tool calls with their times
    usage             jsonb,                              -- tokens and cost
    version           int,                                -- of the chatbot's settings, with which it was answered
    pairs_version     int,                                -- of the Q&A pairs that it searched; null: it searched none
    -- the reply, when the words are known before any model is asked
    say               text,                       -- the setting whose words are the reply; null: the model replies
    -- It makes a call to which a person agreed, and says nothing: somebody has the conversation, or wants no words.
    silent            boolean not null default false
);
-- One active turn for each conversation: PostgreSQL enforces it, whatever the number of workers.
create unique index turns_one_active on turns (contact_id) where state = 'active';
create index turns_by_contact on turns (contact_id, opened_at);
create index turns_by_run on turns (run_id);
create index turns_by_tenant on turns (tenant_id, opened_at);
create index turns_leases on turns (lease_until) where state = 'active';
create index turns_by_close on turns (closed_at) where closed_at is not null;
create index turns_by_humans on turns (contact_id, opened_at) where outcome = 'human';
create index turns_unanswered on turns (tenant_id, closed_at) where outcome = 'unanswered';

-- Who passed whom on to a human, when and why. A turn has at most one row: a step that runs twice notifies once.
create table handoffs (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid not null references contacts on delete cascade,
    turn_id           uuid unique references turns on delete cascade,
    source            text not null check (source in ('model', 'keyword', 'customer', 'failure', 'operator', 'hours',
                                                      'program')),
    reason            text,
    paused_until      timestamptz not null,
    resumed_at        timestamptz,
    notified          jsonb,                              -- what became of the notifications, in words
    answered_at       timestamptz,                        -- when a person first wrote, from the portal or a phone's app
    tell_at           timestamptz,                        -- when people are told again; null: never
    tries             int not null default 0,             -- how often it was tried, at this level
    -- 0: the chatbot's own addresses; 1: the same again; from 2 on handoff_next, one after the other
    level             int not null default 0,
    again_at          timestamptz,                        -- when the next level begins, if nobody writes; null: never
    created_at        timestamptz not null default now()
);
create index handoffs_to_tell on handoffs (tell_at) where tell_at is not null;
create index handoffs_again on handoffs (again_at) where again_at is not null;
create index handoffs_open on handoffs (tenant_id, created_at) where resumed_at is null;
create index handoffs_waiting on handoffs (created_at) where resumed_at is null;
create index handoffs_by_tenant on handoffs (tenant_id, created_at);
create index handoffs_by_contact on handoffs (contact_id, created_at);

create table conversation_logs (
    id                bigint generated always as identity primary key,
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid not null references contacts on delete cascade,
    phone_number_id   text not null,
    turn_id           uuid references turns on delete cascade,
    direction         text not null check (direction in ('in', 'out')),
    message_id        text,
    send_id           uuid,
    body              text not null,
    citations         jsonb,
    model             text,
    status            text,
    created_at        timestamptz not null default now()
);
create unique index conversation_logs_in on conversation_logs (phone_number_id, message_id) where direction = 'in';
create unique index conversation_logs_out on conversation_logs (send_id) where direction = 'out';
create index conversation_logs_by_contact on conversation_logs (tenant_id, contact_id, id);
-- For a message that answers another one, for an echo, and for a contact that is erased or merged.
create index conversation_logs_by_message on conversation_logs (phone_number_id, message_id);
create index conversation_logs_by_turn on conversation_logs (turn_id);
create index conversation_logs_by_person on conversation_logs (contact_id);
create index conversation_logs_by_humans on conversation_logs (contact_id, created_at) where model = 'human';

select isolate('turns'), isolate('handoffs'), isolate('conversation_logs');
grant select, update on turns to chatbot_app;
grant select on handoffs to chatbot_app;
grant select on conversation_logs to chatbot_app;
