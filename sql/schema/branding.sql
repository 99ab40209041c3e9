-- How the portal looks, by what name, and at which addresses: the platform's own row, and one of each business that
-- has looks of its own. What a row leaves empty is inherited (functions/branding.sql). None of it is about a customer.

create table brandings (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid references tenants on delete cascade,  -- null: the platform's
    name              text check (length(name) between 1 and 60),
    short_name        text check (length(short_name) between 1 and 20),  -- below an icon on a telephone
    accent            text check (accent ~ '^#[0-9a-f]{6}$'),
    palette           jsonb,                              -- what follows from the accent: f/portal_api/branding_colours
    logo              bytea,                              -- PNG, as f/portal_api/branding_pictures has drawn it again
    icon              bytea,
    logo_hash         text generated always as (encode(sha256(logo), 'hex')) stored,  -- its name at the door
    icon_hash         text generated always as (encode(sha256(icon), 'hex')) stored,
    sender_name       text check (length(sender_name) between 1 and 60),
    sender_address    text,
    support           text,                               -- an e-mail address or a page
    privacy_url       text,
    names_product     boolean,                            -- whether the product's own name is said
    check ((accent is null) = (palette is null))
);
create unique index brandings_once on brandings (coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'));
create index brandings_by_logo on brandings (logo_hash);
create index brandings_by_icon on brandings (icon_hash);

-- Addresses at which a business has the portal for itself. Any may be asked for; only one business's can be verified.
create table branding_domains (
    tenant_id         uuid not null references tenants on delete cascade,
    domain            text not null check (domain = lower(domain) and domain ~ '^[a-z0-9.-]{4,253}$'),
    proof             text not null,                      -- what a file on that host must hold
    added_by          text not null,
    added_at          timestamptz not null default now(),
    verified_at       timestamptz,
    verified_by       text,                               -- an operator; null: the file was there
    served_at         timestamptz,                        -- when somebody signed in first had the portal there
    primary key (tenant_id, domain)
);
create unique index branding_domains_verified on branding_domains (domain) where verified_at is not null;

select isolate('brandings'), isolate('branding_domains');
grant select on brandings, branding_domains to chatbot_app;
