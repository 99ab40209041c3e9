-- A business's own people. An owner adds and removes them in the portal, but a business never loses its last owner.

-- The memberships of a person, before a tenant is chosen. The e-mail address comes from Windmill's session, see
-- f/common/portal_request.py.
create or replace function memberships(p_email text) returns table (tenant_id uuid, role text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select m.tenant_id, m.role from tenant_members m join tenants t on t.id = m.tenant_id
    where m.email = lower(p_email) and t.status = 'active' order by t.name
$$;
select own_functions('memberships');
grant execute on function memberships to chatbot_app;

-- The memberships of a person with the businesses' names, for the choice at the portal's top.
create or replace function my_businesses(p_email text) returns table (tenant_id uuid, name text, role text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select m.tenant_id, t.name, m.role from tenant_members m join tenants t on t.id = m.tenant_id
    where m.email = lower(p_email) and t.status = 'active' order by t.name, m.tenant_id
$$;
select own_functions('my_businesses');
grant execute on function my_businesses to chatbot_app;

-- Raises SQLSTATE CB403 for whoever is no owner of the current tenant: the script checks it first.
create or replace function check_owner(p_by text) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from tenant_members where tenant_id = current_tenant() and email = lower(p_by)
                   and role = 'owner') then
        raise exception 'this is for the owners of the business' using errcode = 'CB403';
    end if;
end $$;
select own_functions('check_owner');

-- An owner adds a person with a role, changes the role, or ends the membership (p_role null). A business keeps at
-- least one owner. Returns 'ok', 'last_owner' or 'not_found'. Raises SQLSTATE CB403 when p_by is no owner: the script
-- checks it first, and the database checks it again.
create or replace function put_member(p_by text, p_email text, p_role text) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tenant uuid := current_tenant();
    was_there boolean;
begin
    perform 1 from tenants where id = tenant for update;  -- so that two owners can't remove each other at once
    perform check_owner(p_by);
    if p_role is distinct from 'owner'
       and exists (select from tenant_members where tenant_id = tenant and email = lower(p_email) and role = 'owner')
       and not exists (select from tenant_members where tenant_id = tenant and email <> lower(p_email)
                       and role = 'owner') then
        return 'last_owner';
    end if;
    if p_role is null then
        delete from tenant_members where tenant_id = tenant and email = lower(p_email);
        was_there := found;
        update contacts set assignee = null where tenant_id = tenant and assignee = lower(p_email);
        delete from conversation_reads where tenant_id = tenant and email = lower(p_email);
        return case when was_there then 'ok' else 'not_found' end;
    end if;
    if p_role = 'viewer' then
        update contacts set assignee = null where tenant_id = tenant and assignee = lower(p_email);
    end if;
    insert into tenant_members (tenant_id, email, role) values (tenant, lower(p_email), p_role)
        on conflict (tenant_id, email) do update set role = excluded.role;
    return 'ok';
end $$;
select own_functions('put_member');
grant execute on function put_member to chatbot_app;
