-- What forgetting needs to remember.

-- Jobs of the runner whose arguments, results and logs hold words of people or files: f/chatbot/clean_data blanks them.
create table job_data (
    job_id            uuid primary key,
    tenant_id         uuid,                               -- null: an operator's. The row outlives its tenant
    due_at            timestamptz not null                -- when the job is blanked; a claim moves it
);
create index job_data_due on job_data (due_at);

-- Messages of people who were forgotten. A run of theirs may still be queued, and Meta delivers again for a week: by
-- this row neither brings them back. Meta's ids hold the phone number, so only a digest is kept, for a month.
create table erased_messages (
    digest            bytea primary key,
    erased_at         timestamptz not null default now()
);

select isolate('job_data');
alter table erased_messages owner to chatbot_owner;
alter table erased_messages enable row level security;
alter table erased_messages force row level security;
create policy owner_functions on erased_messages to chatbot_owner using (true) with check (true);
