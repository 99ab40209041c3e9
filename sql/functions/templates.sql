-- The message templates of WhatsApp accounts: read from Meta, kept fresh by its events, and refused when they can't be
-- sent.

-- Accounts whose templates are due to be read, each with its tenant: once an hour, and soon after an event. Nobody else
-- gets them for five minutes.
create or replace function claim_template_readings(p_limit int)
    returns table (tenant_id uuid, waba_id text, begun_at timestamptz)
    language sql security definer set search_path = public, pg_temp as $$
    insert into template_readings (tenant_id, waba_id)
        select distinct b.tenant_id, b.waba_id from chatbots b join tenants t on t.id = b.tenant_id
        where b.waba_id is not null and t.status = 'active' and t.whatsapp_token is not null
        on conflict do nothing;
    update template_readings r set due_at = now() + interval '5 minutes'
        where (r.tenant_id, r.waba_id) in (
            select d.tenant_id, d.waba_id from template_readings d
            where d.due_at <= now() and exists (select from chatbots b where b.tenant_id = d.tenant_id
                                                and b.waba_id = d.waba_id)
            order by d.due_at limit p_limit for update skip locked)
        returning r.tenant_id, r.waba_id, clock_timestamp()
$$;
select own_functions('claim_template_readings');
grant execute on function claim_template_readings to chatbot_app;

-- Keeps what Meta lists of an account: [{name, language, status, category, parameter_format, components,
-- rejected_reason}]. What it lists no more goes. An event that came during the reading knows better.
create or replace function keep_templates(p_waba text, p_templates jsonb, p_begun timestamptz) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from templates t where t.tenant_id = current_tenant() and t.waba_id = p_waba
        and coalesce(t.event_at < p_begun, true)
        and not exists (select from jsonb_array_elements(p_templates) n
                        where n ->> 'name' = t.name and n ->> 'language' = t.language);
    insert into templates as t (tenant_id, waba_id, name, language, status, category, parameter_format, components,
                                reason)
        select distinct on (n ->> 'name', n ->> 'language') current_tenant(), p_waba, n ->> 'name', n ->> 'language',
               coalesce(n ->> 'status', 'UNKNOWN'), n ->> 'category',
               coalesce(n ->> 'parameter_format', 'POSITIONAL'), coalesce(n -> 'components', '[]'),
               nullif(n ->> 'rejected_reason', 'NONE')
        from jsonb_array_elements(p_templates) n where n ->> 'name' is not null and n ->> 'language' is not null
        on conflict (tenant_id, waba_id, name, language) do update set
            status = case when t.event_at >= p_begun then t.status else excluded.status end,
            -- An event may have told more than the list's one word.
            reason = case when t.event_at >= p_begun then t.reason
                when t.status = excluded.status then coalesce(t.reason, excluded.reason) else excluded.reason end,
            category = excluded.category, parameter_format = excluded.parameter_format,
            components = excluded.components;
    -- A verdict whose event was lost is there ten minutes later.
    update template_readings set read_at = now(), error = null, due_at = now() + case
            when exists (select from templates where tenant_id = current_tenant() and waba_id = p_waba
                         and status in ('PENDING', 'IN_APPEAL')) then interval '10 minutes' else interval '1 hour' end
        where tenant_id = current_tenant() and waba_id = p_waba;
    return (select count(*) from templates where tenant_id = current_tenant() and waba_id = p_waba);
end $$;
select own_functions('keep_templates');
grant execute on function keep_templates to chatbot_app;

-- Writes down a template that was created since p_begun, as Meta lists it. A list that was begun before does not delete
-- it, and an event that came meanwhile knows better.
create or replace function insert_template(p_waba text, p_template jsonb, p_begun timestamptz) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into templates as t (tenant_id, waba_id, name, language, status, category, parameter_format, components,
                                reason, event_at)
        values (current_tenant(), p_waba, p_template ->> 'name', p_template ->> 'language', p_template ->> 'status',
                p_template ->> 'category', coalesce(p_template ->> 'parameter_format', 'POSITIONAL'),
                p_template -> 'components', nullif(p_template ->> 'rejected_reason', 'NONE'), clock_timestamp())
        on conflict (tenant_id, waba_id, name, language) do update set components = excluded.components,
            category = excluded.category, event_at = excluded.event_at,
            status = case when t.event_at >= p_begun then t.status else excluded.status end,
            reason = case when t.event_at >= p_begun then t.reason else excluded.reason end;
    insert into template_readings (tenant_id, waba_id, due_at)
        values (current_tenant(), p_waba, now() + interval '10 minutes')
        on conflict (tenant_id, waba_id) do update set due_at = least(template_readings.due_at, excluded.due_at);
$$;
select own_functions('insert_template');
grant execute on function insert_template to chatbot_app;

-- Forgets a template that was deleted at Meta. A list that was begun before may bring it back until the next one.
create or replace function delete_template(p_waba text, p_name text, p_language text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    delete from templates where tenant_id = current_tenant() and waba_id = p_waba and name = p_name
        and language = p_language
$$;
select own_functions('delete_template');
grant execute on function delete_template to chatbot_app;

-- Notes why an account's templates could not be read; the next try is in ten minutes.
create or replace function fail_template_reading(p_waba text, p_error text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update template_readings set error = left(p_error, 500), due_at = now() + interval '10 minutes'
        where tenant_id = current_tenant() and waba_id = p_waba
$$;
select own_functions('fail_template_reading');
grant execute on function fail_template_reading to chatbot_app;

-- Applies Meta's event that a template's status has changed, and has the account read again: the event names no
-- components. An event of flagged quality leaves a template as it is. The reason is the most that the event tells.
create or replace function apply_template_event(p_tenant uuid, p_waba text, v jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    event text := said(v -> 'event');
    why text := coalesce(nullif(concat_ws(' ', said(v #> '{rejection_info,reason}'),
                                          said(v #> '{rejection_info,recommendation}')), ''),
                         nullif(said(v -> 'reason'), 'NONE'), said(v #> '{other_info,description}'));
begin
    insert into template_readings as r (tenant_id, waba_id) values (p_tenant, p_waba)
        on conflict (tenant_id, waba_id) do update set due_at = least(r.due_at, now());
    if event is null or said(v -> 'message_template_name') is null or said(v -> 'message_template_language') is null
       or event in ('FLAGGED', 'IN_APPEAL', 'LOCKED', 'UNLOCKED') then
        return;
    elsif event = 'DELETED' then
        delete from templates where tenant_id = p_tenant and waba_id = p_waba
            and name = v ->> 'message_template_name' and language = v ->> 'message_template_language';
        return;
    end if;
    insert into templates as t (tenant_id, waba_id, name, language, status, category, reason, event_at)
        values (p_tenant, p_waba, v ->> 'message_template_name', v ->> 'message_template_language',
                case when event in ('REINSTATED', 'UNARCHIVED') then 'APPROVED' else event end,
                said(v -> 'message_template_category'), left(why, 1000), clock_timestamp())
        on conflict (tenant_id, waba_id, name, language) do update set status = excluded.status,
            reason = excluded.reason, event_at = excluded.event_at;
end $$;
select own_functions('apply_template_event');

-- Meta has refused a template: what is known of the tenant's templates is out of date.
create or replace function doubt_templates() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update template_readings set due_at = least(due_at, now()) where tenant_id = new.tenant_id;
    return null;
end $$;
create or replace trigger doubt_templates after update of error_code on outbound_messages for each row
    when (new.error_code between 132000 and 132999 and new.error_code is distinct from old.error_code)
    execute function doubt_templates();
select own_functions('doubt_templates');

-- The number through which a contact is written to, and its account: that of the last message, else the tenant's first.
create or replace function number_of_contact(p_contact uuid) returns table (phone_number_id text, waba_id text)
    language sql stable as $$
    select b.phone_number_id, b.waba_id from chatbots b
    where b.tenant_id = current_tenant()
    order by b.phone_number_id = (select l.phone_number_id from conversation_logs l
                                  where l.tenant_id = current_tenant() and l.contact_id = p_contact
                                  order by l.id desc limit 1) desc nulls last, b.created_at, b.phone_number_id
    limit 1
$$;
select own_functions('number_of_contact');
grant execute on function number_of_contact to chatbot_app;

-- Makes the words that wait for a customer pending, because the customer has written: the customer's own run or
-- recovery sends them, once (claim_retry). What has waited for longer than two weeks is not said any more. Returns
-- whether there are any.
create or replace function release_words(p_contact uuid) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    released boolean;
begin
    if not exists (select from outbound_messages o join turns t on t.id = o.turn_id
                   where t.contact_id = p_contact and o.state = 'waiting') then
        return false;
    end if;
    update outbound_messages o set state = 'cancelled', error = 'it waited for longer than two weeks',
            updated_at = now()
        from turns t where t.id = o.turn_id and t.contact_id = p_contact and o.state = 'waiting'
            and t.opened_at < now() - interval '14 days';
    update outbound_messages o set state = 'pending', retry_at = now(), updated_at = now()
        from turns t where t.id = o.turn_id and t.contact_id = p_contact and o.state = 'waiting';
    released := found;
    update conversation_logs l set status = o.state
        from outbound_messages o join turns t on t.id = o.turn_id
        where t.contact_id = p_contact and l.send_id = o.send_id and l.direction = 'out'
            and l.status = 'waiting';
    return released;
end $$;
select own_functions('release_words');

-- Takes back words that wait. Returns whether they still waited.
create or replace function withdraw_words(p_turn uuid) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    withdrawn boolean;
begin
    perform lock_contact_of(p_turn);
    update outbound_messages set state = 'cancelled', error = 'taken back', updated_at = now()
        where turn_id = p_turn and tenant_id = current_tenant() and state = 'waiting';
    withdrawn := found;
    update conversation_logs l set status = 'cancelled' from outbound_messages o
        where withdrawn and o.turn_id = p_turn and l.send_id = o.send_id and l.direction = 'out';
    return withdrawn;
end $$;
select own_functions('withdraw_words');
grant execute on function withdraw_words to chatbot_app;
