-- Whose looks count where. A business's own come first, then the platform's, then the product's.

-- The looks of a business, or of the platform (null): {name, short_name, accent, palette, logo, icon (hashes, or null),
-- sender_name, sender_address, support, privacy_url, product (null where its name is not said), domain}. Links have a
-- domain only once somebody signed in had the portal there, as it may be for mails alone or lead nowhere yet; of
-- several the one that was verified first, and that of the sender last. A name of one's own stands beside no picture
-- and no sender's address of the platform's: nobody writes from there as their customers' bank.
create or replace function branding_of(p_tenant uuid) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_build_object(
        'name', coalesce(o.name, p.name, product, t.name, 'Portal'),
        'short_name', coalesce(o.short_name, left(o.name, 20), p.short_name,
                               left(coalesce(p.name, product, t.name, 'Portal'), 20)),
        'accent', coalesce(o.accent, p.accent), 'palette', coalesce(o.palette, p.palette),
        'logo', coalesce(o.logo_hash, case when o.name is null then p.logo_hash end),
        'icon', coalesce(o.icon_hash, case when o.name is null then p.icon_hash end),
        'sender_name', case when sends then coalesce(o.sender_name, o.name, p.sender_name, p.name)
                       else coalesce(p.sender_name, p.name) end,
        'sender_address', case when sends then o.sender_address else p.sender_address end,
        'support', coalesce(o.support, p.support), 'privacy_url', coalesce(o.privacy_url, p.privacy_url),
        'product', product,
        'domain', (select d.domain from branding_domains d
                   where d.tenant_id = p_tenant and d.verified_at is not null and d.served_at is not null
                   order by d.domain = split_part(lower(o.sender_address), '@', 2), d.verified_at, d.domain limit 1))
    from (select) only_row
    left join tenants t on t.id = p_tenant
    left join brandings o on o.tenant_id = p_tenant
    left join brandings p on p.tenant_id is null
    cross join lateral (
        select case when coalesce(o.names_product, p.names_product, true) then 'Chatmill' end as product,
               may_send_as(p_tenant, o.sender_address) as sends) s
$$;
select own_functions('branding_of');
grant execute on function branding_of to chatbot_app;

-- Whether a business may write mails from this address: its domain is one of the business's verified ones.
create or replace function may_send_as(p_tenant uuid, p_address text) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return exists (select from branding_domains where tenant_id = p_tenant and verified_at is not null
                   and domain = lower(split_part(p_address, '@', 2)));
select own_functions('may_send_as');
grant execute on function may_send_as to chatbot_app;

-- What the door shows at an address, with the `tenant` whose it is, and whether links may lead there
-- (`served`); null where no active business has verified it. '': at the platform's own.
create or replace function door_branding(p_domain text) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select branding_of(null) || '{"tenant": null, "served": true}' where p_domain = ''
    union all
    select branding_of(t.id) || jsonb_build_object('tenant', t.id, 'served', d.served_at is not null)
    from branding_domains d join tenants t on t.id = d.tenant_id
    where d.domain = p_domain and d.verified_at is not null and t.status = 'active'
$$;
select own_functions('door_branding');
grant execute on function door_branding to chatbot_door;

-- Notes that somebody signed in has the portal at an address, so that links may lead there.
create or replace function note_served(p_domain text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update branding_domains set served_at = now()
    where domain = p_domain and verified_at is not null and served_at is null
$$;
select own_functions('note_served');
grant execute on function note_served to chatbot_door;

-- A logo or an icon by its hash, as anybody may load it.
create or replace function branding_picture(p_hash text) returns bytea
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when logo_hash = p_hash then logo else icon end from brandings
    where logo_hash = p_hash or icon_hash = p_hash limit 1
$$;
select own_functions('branding_picture');
grant execute on function branding_picture to chatbot_door;

-- Changes what p_changes names (columns as text; null: inherited again) in the row of a business, or of the platform
-- (null). All or nothing. Whoever calls it has checked who asks.
create or replace function put_branding(p_tenant uuid, p_changes jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into brandings (tenant_id) values (p_tenant) on conflict do nothing;
    update brandings b set (name, short_name, accent, palette, logo, icon, sender_name, sender_address, support,
                            privacy_url, names_product)
        = (select n.name, n.short_name, n.accent, n.palette, n.logo, n.icon, n.sender_name, n.sender_address,
                  n.support, n.privacy_url, n.names_product from jsonb_populate_record(b, p_changes) n)
        where b.tenant_id is not distinct from p_tenant;
end $$;
select own_functions('put_branding');

-- The same of the current tenant, by an owner (check_owner).
create or replace function put_own_branding(p_by text, p_changes jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_owner(p_by);
    perform put_branding(current_tenant(), p_changes);
end $$;
select own_functions('put_own_branding');
grant execute on function put_own_branding to chatbot_app;

-- The same of the platform.
create or replace function operator_put_branding(p_email text, p_changes jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    perform put_branding(null, p_changes);
end $$;
select own_functions('operator_put_branding');
grant execute on function operator_put_branding to chatbot_app;

-- The platform's own row, to edit it, what is shown by it, its pictures (base64), and every address that was asked for:
-- {"own", "shown", "logo", "icon", "domains": [{tenant_id, tenant, domain, added_by, added_at, verified_at, …}]}.
create or replace function operator_branding(p_email text) returns jsonb
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    return jsonb_build_object(
        'own', coalesce((select to_jsonb(b) - '{logo,icon,id,tenant_id}'::text[] from brandings b
                         where tenant_id is null), '{}'),
        'shown', branding_of(null),
        'logo', (select encode(logo, 'base64') from brandings where tenant_id is null),
        'icon', (select encode(icon, 'base64') from brandings where tenant_id is null),
        'domains', (select coalesce(jsonb_agg(jsonb_build_object(
                'tenant_id', d.tenant_id, 'tenant', t.name, 'domain', d.domain, 'added_by', d.added_by,
                'added_at', d.added_at, 'verified_at', d.verified_at, 'verified_by', d.verified_by)
                order by d.verified_at is not null, d.added_at, d.domain, d.tenant_id), '[]')
            from (select * from branding_domains order by added_at desc limit 500) d
            join tenants t on t.id = d.tenant_id));
end $$;
select own_functions('operator_branding');
grant execute on function operator_branding to chatbot_app;

-- An owner asks for an address: 'ok'; 'there'; 'full' (p_most: what the plan allows); 'taken': another business has it.
create or replace function add_domain(p_by text, p_domain text, p_proof text) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    plan jsonb;
begin
    perform check_owner(p_by);
    select limits into plan from tenants where id = current_tenant() for update;  -- so that two can't pass the bound
    if exists (select from branding_domains where tenant_id = current_tenant() and domain = p_domain) then
        return 'there';
    end if;
    if exists (select from branding_domains where domain = p_domain and verified_at is not null) then
        return 'taken';
    end if;
    if (select count(*) from branding_domains where tenant_id = current_tenant()) >= plan_figure(plan, 'own_domains')
    then
        return 'full';
    end if;
    insert into branding_domains (tenant_id, domain, proof, added_by)
        values (current_tenant(), p_domain, p_proof, lower(p_by));
    return 'ok';
end $$;
select own_functions('add_domain');
grant execute on function add_domain to chatbot_app;

-- From now on the address is the business's: 'ok', 'taken' or 'not_found'. p_verified_by null: the file was there.
create or replace function verify_domain(p_tenant uuid, p_domain text, p_verified_by text) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update branding_domains set verified_at = coalesce(verified_at, now()),
        verified_by = case when verified_at is null then p_verified_by else verified_by end
        where tenant_id = p_tenant and domain = p_domain;
    return case when found then 'ok' else 'not_found' end;
exception when unique_violation then
    return 'taken';
end $$;
select own_functions('verify_domain');

-- The same by an owner, once the file was read.
create or replace function verify_own_domain(p_by text, p_domain text) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_owner(p_by);
    return verify_domain(current_tenant(), p_domain, null);
end $$;
select own_functions('verify_own_domain');
grant execute on function verify_own_domain to chatbot_app;

-- The same by an operator, who knows whose it is.
create or replace function operator_verify_domain(p_email text, p_tenant uuid, p_domain text) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    return verify_domain(p_tenant, p_domain, lower(p_email));
end $$;
select own_functions('operator_verify_domain');
grant execute on function operator_verify_domain to chatbot_app;

-- Gives an address up; false: there is none. If it was the business's, the sessions that were opened at its addresses
-- end.
create or replace function give_up_domain(p_tenant uuid, p_domain text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    given_up branding_domains;
begin
    delete from branding_domains where tenant_id = p_tenant and domain = p_domain returning * into given_up;
    if given_up.verified_at is not null then
        delete from door_sessions where tenant_id = p_tenant;
    end if;
    return given_up.domain is not null;
end $$;
select own_functions('give_up_domain');

create or replace function delete_own_domain(p_by text, p_domain text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_owner(p_by);
    return give_up_domain(current_tenant(), p_domain);
end $$;
select own_functions('delete_own_domain');
grant execute on function delete_own_domain to chatbot_app;

create or replace function operator_delete_domain(p_email text, p_tenant uuid, p_domain text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    return give_up_domain(p_tenant, p_domain);
end $$;
select own_functions('operator_delete_domain');
grant execute on function operator_delete_domain to chatbot_app;
