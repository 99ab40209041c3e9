-- Whether numbers may send, as Meta says: asked four times a day, told where something is wrong.

-- Numbers that are due, each with its tenant. Nobody else gets them for half an hour.
create or replace function claim_health_checks(p_limit int) returns table (phone_number_id text, tenant_id uuid)
    language sql security definer set search_path = public, pg_temp as $$
    insert into number_health (phone_number_id, tenant_id)
        select b.phone_number_id, b.tenant_id from chatbots b join tenants t on t.id = b.tenant_id
        where t.status = 'active' and t.whatsapp_token is not null
        on conflict do nothing;
    update number_health h set due_at = now() + interval '30 minutes'
        where h.phone_number_id in (
            select d.phone_number_id from number_health d join tenants t on t.id = d.tenant_id
            where d.due_at <= now() and t.status = 'active' and t.whatsapp_token is not null
            order by d.due_at limit p_limit for update of d skip locked)
        returning h.phone_number_id, h.tenant_id
$$;
select own_functions('claim_health_checks');
grant execute on function claim_health_checks to chatbot_app;

-- Keeps what Meta has said of a number of the current tenant. The bell tells what is newly wrong, and that it is over.
create or replace function keep_health(p_phone_number_id text, p_can_send text, p_troubles jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    was number_health;
    number_name text;
    trouble jsonb;
    unpaid bool := p_troubles @> '[{"code": 141006}]';  -- the account has no valid payment method
begin
    select * into was from number_health
        where phone_number_id = p_phone_number_id and tenant_id = current_tenant() for update;
    if not found then
        return;
    end if;
    select name into number_name from chatbots where phone_number_id = p_phone_number_id;
    update number_health set can_send = p_can_send, troubles = p_troubles, checked_at = now(),
            due_at = now() + interval '6 hours'
        where phone_number_id = p_phone_number_id;
    if not unpaid then
        perform settle_subject(was.tenant_id, 'payment_missing', p_phone_number_id);
    end if;
    if p_troubles = '[]' then
        perform settle_subject(was.tenant_id, 'number_trouble', p_phone_number_id);
    end if;
    for trouble in
        select x from jsonb_array_elements(p_troubles) x
        where not was.troubles @> jsonb_build_array(jsonb_build_object('code', x -> 'code'))
    loop
        perform notify(was.tenant_id,
                       case trouble ->> 'code' when '141006' then 'payment_missing' else 'number_trouble' end,
                       case when unpaid or p_can_send = 'BLOCKED' then 'critical' else 'warning' end,
                       'WhatsApp has a trouble with the number ' || number_name || ': ' || (trouble ->> 'problem'),
                       p_phone_number_id, trouble || jsonb_build_object('number', number_name));
    end loop;
end $$;
select own_functions('keep_health');
grant execute on function keep_health to chatbot_app;

-- Keeps what the doctor found of a number of the current tenant. The bell tells what is newly red, and that it is over;
-- a missing payment method is told by keep_health. What is not known settles nothing.
create or replace function keep_findings(p_phone_number_id text, p_findings jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    was jsonb;
    finding jsonb;
begin
    select * into bot from chatbots where phone_number_id = p_phone_number_id and tenant_id = current_tenant();
    if not found then
        return;
    end if;
    insert into number_health (phone_number_id, tenant_id) values (p_phone_number_id, bot.tenant_id)
        on conflict do nothing;
    select findings into was from number_health where phone_number_id = p_phone_number_id for update;
    update number_health set findings = p_findings, examined_at = now() where phone_number_id = p_phone_number_id;
    for finding in select x from jsonb_array_elements(p_findings) x where x ->> 'check' <> 'payment' loop
        if finding ->> 'state' = 'green' then
            perform settle_subject(bot.tenant_id, 'number_finding', p_phone_number_id || ' ' || (finding ->> 'check'));
        elsif finding ->> 'state' = 'red'
              and not was @> jsonb_build_array(jsonb_build_object('check', finding -> 'check', 'state', 'red')) then
            perform notify(bot.tenant_id, 'number_finding', 'warning', bot.name || ': ' || (finding ->> 'words'),
                           p_phone_number_id || ' ' || (finding ->> 'check'),
                           jsonb_build_object('number', bot.name, 'problem', finding -> 'message'));
        end if;
    end loop;
end $$;
select own_functions('keep_findings');
grant execute on function keep_findings to chatbot_app;

-- What the doctor last found of a number of any business, for operators: {findings, examined_at}. Raises no_data_found
-- where the business does not have the number.
create or replace function operator_findings(p_email text, p_tenant uuid, p_phone_number_id text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    said jsonb;
begin
    perform check_operator(p_email);
    select jsonb_build_object('findings', coalesce(h.findings, '[]'), 'examined_at', h.examined_at) into strict said
        from chatbots b left join number_health h using (phone_number_id)
        where b.tenant_id = p_tenant and b.phone_number_id = p_phone_number_id;
    return said;
end $$;
select own_functions('operator_findings');
grant execute on function operator_findings to chatbot_app;
