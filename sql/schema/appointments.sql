-- The appointment book: an example of a tool on tables of its own (windmill/f/tenant_tools/shared/book_appointment.py
-- and its neighbours).

create table appointment_calendars (
    tenant_id         uuid not null references tenants on delete cascade,
    name              text not null check (name ~ '^[a-z][a-z0-9_]{0,30}$'),
    title             text not null,                      -- as customers know it, such as "Blood test"
    time_zone         text not null,
    slot_minutes      int not null default 30 check (slot_minutes between 5 and 480),
    -- When it is open: {"mon": [["09:00", "13:00"], ["15:00", "18:00"]]}; a day that is absent is closed.
    hours             jsonb not null check (jsonb_typeof(hours) = 'object'),
    notice            interval not null default '1 hour', -- how long before its beginning a time can be booked
    horizon_days      int not null default 60 check (horizon_days between 1 and 366),
    most_at_once      int not null default 3 check (most_at_once between 1 and 100),  -- of one customer, still to come
    primary key (tenant_id, name)
);

create table appointments (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    number            int not null,                       -- what customers call it: A-1001
    calendar          text not null,
    contact_id        uuid not null references contacts on delete cascade,  -- whose it is; nobody else sees or moves it
    starts_at         timestamptz not null,
    ends_at           timestamptz not null check (ends_at > starts_at),
    cancelled_at      timestamptz,
    created_at        timestamptz not null default now(),
    unique (tenant_id, number),
    foreign key (tenant_id, calendar) references appointment_calendars on delete cascade
);
-- No two at one time. The functions look for overlaps, too, while they hold the calendar; this holds whoever writes.
create unique index appointments_at on appointments (tenant_id, calendar, starts_at) where cancelled_at is null;
create index appointments_by_contact on appointments (contact_id);

-- What a job did: a job that Windmill runs a second time hears it, and does nothing more.
create table appointment_jobs (
    job_id            uuid primary key,
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid not null references contacts on delete cascade,
    result            jsonb not null,
    done_at           timestamptz not null default now()
);
create index appointment_jobs_by_contact on appointment_jobs (contact_id);

select isolate('appointment_calendars'), isolate('appointments'), isolate('appointment_jobs');
grant select, insert, update, delete on appointment_calendars to chatbot_app;
grant select on appointments to chatbot_app;
