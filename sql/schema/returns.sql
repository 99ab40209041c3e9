-- The returns desk: an example of a tool on tables of its own (windmill/f/tenant_tools/shared/check_return.py and its
-- neighbours).

-- Orders that were delivered; the business's own system writes them here.
create table delivered_orders (
    tenant_id         uuid not null references tenants on delete cascade,
    order_id          text not null check (order_id ~ '^\S{1,40}$'),
    phone             text not null,                      -- whose it is: digits, as WhatsApp writes numbers
    items             text[] not null,
    delivered_on      date not null,
    return_days       int not null default 30 check (return_days between 0 and 3650),
    primary key (tenant_id, order_id)
);

create table returns (
    tenant_id         uuid not null references tenants on delete cascade,
    number            int not null,                       -- what customers call it: R-501
    order_id          text not null,
    contact_id        uuid not null references contacts on delete cascade,
    items             text[] not null,
    reason            text,
    state             text not null default 'open' check (state in ('open', 'received', 'refunded', 'refused')),
    job_id            uuid not null unique,               -- which opened it: run again, it opens no second one
    opened_at         timestamptz not null default now(),
    primary key (tenant_id, number),
    foreign key (tenant_id, order_id) references delivered_orders on delete cascade
);
create index returns_by_contact on returns (contact_id);

select isolate('delivered_orders'), isolate('returns');
grant select, insert, update, delete on delivered_orders to chatbot_app;
grant select, update (state) on returns to chatbot_app;
