-- What a tenant should know: templates, quality, account, sends that stopped, documents that could not be read.
-- While a notification is unread, the same event again only raises its count.
create table notifications (
    id                bigint generated always as identity primary key,
    tenant_id         uuid not null references tenants on delete cascade,
    kind              text not null,
    severity          text not null check (severity in ('info', 'warning', 'critical')),
    title             text not null,
    detail            jsonb not null default '{}',
    subject           text not null,                      -- what it is about: with kind and title the key while unread
    count             int not null default 1,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    read_at           timestamptz,
    settled_at        timestamptz,                        -- when its cause was gone; then it counts as read
    -- when the chatbot's webhook is told; null: never, or it was told
    tell_at           timestamptz,
    notified          jsonb                               -- what became of that: {"webhook", "tries"}
);
create index notifications_to_tell on notifications (tell_at) where tell_at is not null;
create unique index notifications_unread on notifications (tenant_id, kind, subject, title) where read_at is null;
create index notifications_by_tenant on notifications (tenant_id, updated_at desc);

select isolate('notifications');
grant select on notifications to chatbot_app;
grant update (read_at) on notifications to chatbot_app;
