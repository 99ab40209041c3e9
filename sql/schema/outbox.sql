-- The outbox: the parts of a reply, the throttles, and what each of Meta's errors asks for.

create table outbound_messages (
    turn_id           uuid not null references turns on delete cascade,
    part              int not null,
    tenant_id         uuid not null references tenants on delete cascade,
    -- sent as biz_opaque_callback_data; statuses echo it
    send_id           uuid not null unique default gen_random_uuid(),
    -- the message as the Graph API takes it, without the addressee
    content           jsonb not null,
    -- waiting     a person's words or those about a decision, after 24 hours: they become pending when the customer
    --             writes again
    -- pending     nobody has tried to send it
    -- sending     a request is on its way
    -- unknown     the request's outcome was lost; a status may still tell it
    -- sent, delivered, read, played   Meta has said so
    -- failed      Meta refused it, or could not deliver it; retry_at says whether it goes out again
    -- cancelled   the turn ended, or a human took over, before it was sent
    state             text not null default 'pending'
                      check (state in ('waiting', 'pending', 'sending', 'unknown', 'sent', 'delivered', 'read',
                                       'played', 'failed', 'cancelled')),
    message_id        text,                               -- Meta's, once known
    sending_epoch     int,
    sending_since     timestamptz,
    attempts          int not null default 0,
    error_code        int,
    error             text,
    sent_at           timestamptz,
    updated_at        timestamptz not null default now(),
    resend_of         uuid,                               -- the send_id of the part that a person had sent again
    resend_run        uuid,                               -- the run that did so
    retry_at          timestamptz,                        -- when a failed part goes out again; null: it does not
    retry_run         uuid,                               -- the run that sends it again after its turn was closed
    primary key (turn_id, part),
    constraint outbound_resent_once unique (resend_of, resend_run)
);
create index outbound_by_message on outbound_messages (message_id) where message_id is not null;
create index outbound_in_trouble on outbound_messages (updated_at) where state in ('unknown', 'failed');
create index outbound_to_retry on outbound_messages (retry_at) where retry_at is not null;
create index outbound_waiting on outbound_messages (turn_id) where state = 'waiting';
create index outbound_retrying on outbound_messages (sending_since)
    where retry_run is not null and state in ('sending', 'unknown');

-- Files that staff send: a part's content names one, and each request brings it to Meta anew.
create table staff_files (
    id                uuid primary key,                   -- the reply's, from the page
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid not null references contacts on delete cascade,
    kind              text not null check (kind in ('image', 'video', 'audio', 'document')),
    mime_type         text not null,
    filename          text not null,
    content           bytea,                              -- null: older than files are kept
    size_bytes        int not null,
    created_at        timestamptz not null default now()
);
alter table staff_files alter column content set storage external;
create index staff_files_by_contact on staff_files (contact_id, created_at);
create index staff_files_by_time on staff_files using brin (created_at);

-- Requests that failed before their part went out again: late statuses name them, and say nothing of the newer request.
create table failed_sends (
    send_id           uuid primary key,
    tenant_id         uuid not null references tenants on delete cascade,
    turn_id           uuid not null,
    part              int not null,
    message_id        text,
    error_code        int,
    error             text,
    failed_at         timestamptz not null default now(),
    foreign key (turn_id, part) references outbound_messages on delete cascade
);
create index failed_sends_by_message on failed_sends (message_id) where message_id is not null;
create index failed_sends_by_part on failed_sends (turn_id, part);

-- Throttles, which all workers share.
create table send_rates (
    tenant_id         uuid not null references tenants on delete cascade,
    name              text not null,                      -- 'number <id>' or 'pair <id> <contact>'
    next_at           timestamptz not null default '-infinity',  -- a token bucket in one timestamp
    blocked_until     timestamptz not null default '-infinity',  -- what Meta has asked for
    strikes           int not null default 0,
    primary key (tenant_id, name)
);

-- A tenant whose token, account or payment Meta refuses: nothing is sent until then. Afterwards one message tries
-- again.
create table send_stops (
    tenant_id         uuid primary key references tenants on delete cascade,
    code              int not null,
    reason            text not null,
    since             timestamptz not null default now(),
    until             timestamptz not null,
    times             int not null default 1
);

select isolate('outbound_messages'), isolate('staff_files'), isolate('failed_sends'), isolate('send_rates'),
       isolate('send_stops');
grant select, insert, update on outbound_messages to chatbot_app;
grant select, insert on staff_files to chatbot_app;
grant select on failed_sends, send_stops to chatbot_app;

-- Meta's error table (autumn 2026): what a code asks for, in a response or, hours later, in a `failed` status.
--   retry             send the same again, after each of these `waits` (seconds)
--   throttle_pair     the same, and everything else to this person waits, too
--   throttle_number   the same, and everything else from this number waits, too
--   template          the 24 hours are over: send the chatbot's template, or mark the part
--   contact           Meta can't reach this person: mark them
--   by_phone          Meta refuses the user id: use the phone, if there is one
--   media             fetch or upload the file once more
--   ours              our own mistake: alert
--   stop              send nothing more for this tenant, and alert
create table send_errors (
    first_code        int primary key,
    last_code         int not null,
    action            text not null check (action in ('retry', 'throttle_pair', 'throttle_number', 'template',
                                                      'contact', 'by_phone', 'media', 'ours', 'stop')),
    waits             real[] not null default '{}',
    meaning           text not null                       -- a code of f/common/problems.py
);
alter table send_errors owner to chatbot_owner;
insert into send_errors (first_code, last_code, action, waits, meaning) values
    (131056, 131056, 'throttle_pair', '{1,4,16,64}', 'send_pair_rate'),
    (130429, 130429, 'throttle_number', '{1,2,4,8}', 'send_number_rate'),
    (4, 4, 'throttle_number', '{1,2,4,8}', 'send_app_rate'),
    (80007, 80007, 'throttle_number', '{1,2,4,8}', 'send_account_rate'),
    (1, 2, 'retry', '{1,3,9}', 'send_meta_trouble'),
    (131000, 131000, 'retry', '{1,3,9}', 'send_meta_trouble'),
    (131016, 131016, 'retry', '{1,3,9}', 'send_meta_overloaded'),
    (133004, 133004, 'retry', '{1,3,9}', 'send_meta_down'),
    (131057, 131057, 'retry', '{60}', 'send_maintenance'),
    (131047, 131047, 'template', '{}', 'send_window'),
    (131026, 131026, 'contact', '{}', 'send_undeliverable'),
    (131021, 131021, 'contact', '{}', 'send_to_itself'),
    (131030, 131030, 'contact', '{}', 'send_not_allowed_recipient'),
    (131050, 131050, 'contact', '{}', 'send_marketing_stopped'),
    (130403, 130403, 'contact', '{}', 'send_person_blocked'),
    (130472, 130472, 'contact', '{}', 'send_experiment'),
    (131049, 131049, 'contact', '{}', 'send_meta_declined'),
    (131062, 131062, 'by_phone', '{}', 'send_user_id'),
    (131051, 131051, 'ours', '{}', 'send_type'),
    (131008, 131009, 'ours', '{}', 'send_parameter_missing'),
    (100, 100, 'ours', '{}', 'send_parameter'),
    (135000, 135000, 'ours', '{}', 'send_request'),
    (131052, 131053, 'media', '{0}', 'send_media'),
    (132000, 132999, 'ours', '{}', 'send_template'),
    (0, 0, 'stop', '{}', 'send_token_invalid'),
    (3, 3, 'stop', '{}', 'send_token_permission'),
    (10, 10, 'stop', '{}', 'send_token_permission'),
    (190, 190, 'stop', '{}', 'send_token_expired'),
    (200, 299, 'stop', '{}', 'send_token_permission'),
    (131005, 131005, 'stop', '{}', 'send_denied'),
    (368, 368, 'stop', '{}', 'send_account_blocked'),
    (131031, 131031, 'stop', '{}', 'send_account_locked'),
    (130497, 130497, 'stop', '{}', 'send_country'),
    (131048, 131048, 'stop', '{}', 'send_spam'),
    (131064, 131064, 'stop', '{}', 'send_account_restricted'),
    (131042, 131042, 'stop', '{}', 'send_payment'),
    (131045, 131045, 'stop', '{}', 'send_not_registered'),
    (133010, 133010, 'stop', '{}', 'send_not_registered'),
    (33, 33, 'stop', '{}', 'send_number_deleted');
