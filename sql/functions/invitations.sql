-- Invitations to a business by a link, which is worth nothing to anybody but the person that it names.

-- Whether this link invites this person still: whoever made it is an owner yet. It is worth nothing to anybody else,
-- nor at another business's address.
create or replace function is_invited(p_person text, p_invitation bytea, p_tenant uuid default null) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select from door_invitations i join tenants t on t.id = i.tenant_id
            join tenant_members o on o.tenant_id = i.tenant_id and o.email = i.invited_by and o.role = 'owner'
        where i.token_digest = p_invitation and i.person = p_person and i.expires_at > now() and t.status = 'active'
          and (p_tenant is null or t.id = p_tenant))
$$;
select own_functions('is_invited');

-- Makes the person whom a link invites a member, once. Call it when they have proved who they are.
create or replace function accept_invitation(p_person text, p_invitation bytea, p_tenant uuid default null) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    accepted door_invitations;
begin
    if is_invited(p_person, p_invitation, p_tenant) then
        delete from door_invitations where token_digest = p_invitation returning * into accepted;
        perform set_config('app.person', p_person, true);
        insert into tenant_members (tenant_id, email, role) values (accepted.tenant_id, p_person, accepted.role)
            on conflict do nothing;
    end if;
end $$;
select own_functions('accept_invitation');

-- An owner invites somebody to the current tenant by a link, which replaces an earlier one of the same person: 'ok',
-- 'member', or 'slow': a business makes 50 a day, because each may send a mail to whomever an owner names. p_token null
-- takes the invitation back: 'ok' or 'not_found'. Raises SQLSTATE CB403 as put_member does.
create or replace function put_invitation(p_by text, p_person text, p_role text, p_token bytea) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tenant uuid := current_tenant();
begin
    perform check_owner(p_by);
    if exists (select from tenant_members where tenant_id = tenant and email = p_person) then
        return 'member';
    end if;
    if p_token is not null and not count_try(count_subject('invitations of', tenant::text), 50, '1 day') then
        return 'slow';
    end if;
    delete from door_invitations where tenant_id = tenant and person = p_person;
    if p_token is null then
        return case when found then 'ok' else 'not_found' end;
    end if;
    insert into door_invitations (token_digest, tenant_id, person, role, invited_by)
        values (p_token, tenant, p_person, p_role, lower(p_by));
    return 'ok';
end $$;
select own_functions('put_invitation');
grant execute on function put_invitation to chatbot_app;
