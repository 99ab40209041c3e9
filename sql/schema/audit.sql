-- Who changed what. Rows are only added: no role that the product connects as may change or delete one.

create table audit_log (
    id                bigint generated always as identity primary key,
    tenant_id         uuid,                               -- null: the platform's own; the rows go with their tenant
    at                timestamptz not null default now(),
    person            text not null,                      -- an e-mail address, or 'database: <role>' for work by hand
    action            text not null,                      -- '<table>.<insert|update|delete>', or record_audit's
    subject           text,                               -- the name of what was changed, for people
    contact_id        uuid,                               -- whom it was about; null: nobody, or somebody who was erased
    before            jsonb,                              -- of an update only what was changed; a key is only 'changed'
    after             jsonb
);
create index audit_log_by_tenant on audit_log (tenant_id, id);
create index audit_log_by_contact on audit_log (contact_id) where contact_id is not null;

select isolate('audit_log');
grant select on audit_log to chatbot_app;
