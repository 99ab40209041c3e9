-- A business's own people and the platform's operators: added and removed in the portal, never down to nobody.

-- An owner lets a person in with a role, changes the role, or with p_role null ends the membership. A business keeps an owner.
-- Returns 'ok', 'last_owner' or 'not_found'. SQLSTATE CB403 when p_by is no owner: the script asks first, the database asks again.
create function put_member(p_by text, p_email text, p_role text) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tenant uuid := current_tenant();
begin
    perform 1 from tenants where id = tenant for update;  -- two owners who remove each other at once: one of them stays
    if not exists (select from tenant_members where tenant_id = tenant and email = lower(p_by) and role = 'owner') then
        raise exception 'this is for the owners of the business' using errcode = 'CB403';
    end if;
    if p_role is distinct from 'owner'
       and exists (select from tenant_members where tenant_id = tenant and email = lower(p_email) and role = 'owner')
       and not exists (select from tenant_members where tenant_id = tenant and email <> lower(p_email) and role = 'owner') then
        return 'last_owner';
    end if;
    if p_role is null then
        delete from tenant_members where tenant_id = tenant and email = lower(p_email);
        return case when found then 'ok' else 'not_found' end;
    end if;
    insert into tenant_members (tenant_id, email, role) values (tenant, lower(p_email), p_role)
        on conflict (tenant_id, email) do update set role = excluded.role;
    return 'ok';
end $$;

-- The same for operators; the first one comes from the environment of the deployment (OPERATOR_EMAILS, sql/apply.py).
create function operator_put_operator(p_email text, p_operator text, p_stays boolean) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    lock table operators in share row exclusive mode;
    if p_stays then
        insert into operators (email) values (lower(p_operator)) on conflict do nothing;
        return 'ok';
    end if;
    if not exists (select from operators where email <> lower(p_operator)) then
        return 'last_operator';
    end if;
    delete from operators where email = lower(p_operator);
    return case when found then 'ok' else 'not_found' end;
end $$;

select own_functions('put_member', 'operator_put_operator');
grant execute on function put_member, operator_put_operator to chatbot_app;
