-- Connecting a number: an owner of the business does it, or an operator of the platform. Whoever calls has shown with
-- an access token that Meta lets the business use the number.

-- Which of these numbers other businesses here have.
create or replace function taken_numbers(p_numbers text[]) returns text[]
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(array_agg(phone_number_id), '{}') from chatbots
        where phone_number_id = any(p_numbers) and tenant_id is distinct from current_tenant()
$$;
select own_functions('taken_numbers');
grant execute on function taken_numbers to chatbot_app;

-- Gives the tenant a number, and the access token for all of its numbers, in one. p_usable: the numbers that the token
-- may use. Returns ok; taken: another business has the number; others: the token would take theirs from the tenant's
-- other numbers. A number that is there keeps its bot. Raises SQLSTATE CB403 when p_by may not do this.
create or replace function connect_number(p_by text, p_phone_number_id text, p_name text, p_sealed_token bytea,
    p_usable text[]) returns text language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tenant uuid := current_tenant();
begin
    if is_operator(p_by) is not true then
        perform check_owner(p_by);
    end if;
    perform from tenants where id = tenant for update;  -- so that two tokens can't be stored at once
    if exists (select from chatbots where tenant_id = tenant and phone_number_id <> all (p_usable))
       and exists (select from tenants where id = tenant and whatsapp_token is not null) then
        return 'others';
    end if;
    insert into chatbots (phone_number_id, tenant_id, name) values (p_phone_number_id, tenant, p_name)
        on conflict (phone_number_id) do nothing;
    if not exists (select from chatbots where phone_number_id = p_phone_number_id and tenant_id = tenant) then
        return 'taken';
    end if;
    update tenants set whatsapp_token = p_sealed_token where id = tenant;
    return 'ok';
end $$;
select own_functions('connect_number');
grant execute on function connect_number to chatbot_app;
