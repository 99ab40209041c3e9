-- What may be sent now, and what each of Meta's errors asks for, whether it comes in a response or, hours later, in a
-- status. The table send_errors lists the errors.

-- What an error code asks for: {"action", "waits", "meaning"}. A code that is not in the table is not tried again,
-- and the tenant is told.
create or replace function send_error(p_code int) returns jsonb
    language sql stable security definer set search_path = public, pg_temp
    return coalesce((select jsonb_build_object('action', e.action, 'waits', to_jsonb(e.waits), 'meaning', e.meaning)
                     from send_errors e where p_code between e.first_code and e.last_code),
                    jsonb_build_object('action', 'ours', 'waits', '[]'::jsonb,
                                       'meaning', 'send_unknown'));
select own_functions('send_error');
grant execute on function send_error to chatbot_app;

-- The files that a chatbot may send to customers: ready, allowed by the tenant, of a kind that Meta takes. None
-- unless the chatbot may send documents at all.
create or replace function sendable_documents(p_phone_number_id text)
    returns table (id uuid, title text, filename text, mime_type text)
    language sql stable as $$
    -- Meta takes no other type of text than text/plain.
    select d.id, d.title, d.filename, case when d.media_type like 'text/%' then 'text/plain' else d.media_type end
    from documents d join chatbots b on b.tenant_id = d.tenant_id
    where b.phone_number_id = p_phone_number_id and b.send_documents and d.sendable and d.state = 'ready'
      and (d.media_type in ('image/jpeg', 'image/png') and d.size_bytes <= 5 << 20
           or (d.media_type ~ '^(text/.*|application/pdf)$'
               or d.media_type like 'application/vnd.openxmlformats-officedocument.%')
              and d.size_bytes <= 100 << 20)
    order by d.title, d.created_at desc
$$;
select own_functions('sendable_documents');
grant execute on function sendable_documents to chatbot_app;

-- Takes a place in a token bucket: one message every p_every, p_burst of them at once. Returns the seconds to wait;
-- 0: the place is taken.
create or replace function take_place(p_tenant uuid, p_name text, p_every interval, p_burst int)
    returns double precision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    r send_rates;
    free_at timestamptz;
begin
    insert into send_rates (tenant_id, name) values (p_tenant, p_name) on conflict do nothing;
    select * into r from send_rates where tenant_id = p_tenant and name = p_name for update;
    free_at := greatest(r.next_at - p_every * (p_burst - 1), r.blocked_until);
    if free_at > clock_timestamp() then
        return extract(epoch from free_at - clock_timestamp());
    end if;
    update send_rates set next_at = greatest(r.next_at, clock_timestamp()) + p_every where tenant_id = p_tenant
        and name = p_name;
    return 0;
end $$;
select own_functions('take_place');

-- Whether a part may go out now, by the tenant's stop, the 24 hours and both rates: {"do": "go"} | {"do": "wait",
-- "seconds"} | {"do": "stop", "reason", "code"?} | {"do": "hold", "reason"}: words about a person's decision wait for
-- the customer to write. Outside the 24 hours the chatbot's template takes another reply's place, if there is one.
create or replace function judge_send(p_part outbound_messages, p_turn turns) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    written_at timestamptz := (select coalesce(last_message_at, last_seen_at) from contacts
                               where id = p_turn.contact_id);
    stop send_stops;
    seconds double precision;
begin
    select * into bot from chatbots b where b.phone_number_id = p_turn.phone_number_id;
    select * into stop from send_stops where tenant_id = p_turn.tenant_id for update;
    if stop.until > now() then
        return jsonb_build_object('do', 'stop', 'reason', 'this business can not send at the moment: ' || stop.reason);
    end if;
    if (written_at < now() - interval '24 hours' or p_part.error_code is not distinct from 131047)
        and p_part.content ->> 'type' <> 'template' and has_decision(p_turn.id) then
        return jsonb_build_object('do', 'hold', 'reason', 'it waits for the customer to write: 24 hours are over');
    elsif (written_at < now() - interval '24 hours' or p_part.error_code is not distinct from 131047)
        and p_part.content ->> 'type' <> 'template'
       and not put_template(p_turn.id, p_part.part) then
        return jsonb_build_object('do', 'stop', 'code', 131047,
                                  'reason', 'the customer''s last message is over 24 hours old, '
                                            'and the chatbot has no template for that');
    end if;
    seconds := take_place(p_turn.tenant_id, 'pair ' || p_turn.phone_number_id || ' ' || p_turn.contact_id,
                          interval '6 seconds', 45);
    if seconds = 0 then
        seconds := take_place(p_turn.tenant_id, 'number ' || p_turn.phone_number_id,
                              make_interval(secs => 1 / bot.sends_per_s),
                              greatest(1, bot.sends_per_s::int));
    end if;
    if seconds > 0 then
        return jsonb_build_object('do', 'wait', 'seconds', seconds);
    end if;
    -- This message tries whether sending works again; the others wait for its outcome.
    if stop.tenant_id is not null then
        update send_stops set until = now() + interval '1 minute' where tenant_id = p_turn.tenant_id;
    end if;
    return '{"do": "go"}';
end $$;
select own_functions('judge_send');

-- The same for a step that holds the turn. A part that may not be sent gets a mark with the reason. {"do": "first",
-- "part"}: an earlier part of the reply has failed meanwhile and goes out again before this one.
create or replace function may_send(p_turn uuid, p_epoch int, p_part int) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    t turns;
    o outbound_messages;
    earlier int;
    verdict jsonb;
begin
    perform hold_turn(p_turn, p_epoch);
    select * into t from turns where id = p_turn and tenant_id = current_tenant();
    select * into o from outbound_messages where turn_id = p_turn and part = p_part;
    select min(part) into earlier from outbound_messages where turn_id = p_turn and part < p_part and state = 'failed'
        and retry_at is not null;
    if earlier is not null and o.state = 'pending' then
        return jsonb_build_object('do', 'first', 'part', earlier);
    end if;
    if o.state = 'failed' and o.retry_at > clock_timestamp() then
        return jsonb_build_object('do', 'wait', 'seconds', extract(epoch from o.retry_at - clock_timestamp()));
    elsif o.state = 'failed' and o.retry_at is not null then
        perform set_free(o);
        o.state := 'pending';
    end if;
    if o.state is distinct from 'pending' then
        return '{"do": "go"}';  -- claim_part knows what to do with it
    end if;
    verdict := judge_send(o, t);
    if verdict ->> 'do' = 'stop' then
        update outbound_messages set state = 'failed', error_code = (verdict ->> 'code')::int,
            error = verdict ->> 'reason', updated_at = now()
            where turn_id = p_turn and part >= p_part and state = 'pending';
    elsif verdict ->> 'do' = 'hold' then
        update outbound_messages set state = 'waiting', updated_at = now()
            where turn_id = p_turn and part >= p_part and state = 'pending';
        verdict := verdict || '{"do": "stop"}';
    end if;
    return verdict;
end $$;
select own_functions('may_send');
grant execute on function may_send to chatbot_app;

-- Puts the chatbot's template in the reply's place; false: it has none. Only the first part becomes a template, and a
-- human's words and a rating's never do.
create or replace function put_template(p_turn uuid, p_part int) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    template jsonb := (select b.window_template from chatbots b join turns t using (phone_number_id)
                       where t.id = p_turn and coalesce(t.outcome, '') not in ('human', 'rating'));
    parameters jsonb;
begin
    if said(template -> 'name') is null or p_part > 1 then
        return false;
    end if;
    select jsonb_agg(jsonb_build_object('type', 'text', 'text', said(p))) into parameters
        from items(template -> 'parameters') p;
    update outbound_messages set state = 'pending', error = null, error_code = null,
        content = jsonb_build_object('type', 'template', 'template',
            jsonb_build_object('name', said(template -> 'name'),
                               'language', jsonb_build_object('code', coalesce(said(template -> 'language'), 'en')))
            || case when parameters is null then '{}' else jsonb_build_object('components', jsonb_build_array(
                   jsonb_build_object('type', 'body', 'parameters', parameters))) end)
        where turn_id = p_turn and part = p_part and state in ('pending', 'failed')
            and content ->> 'type' <> 'template';
    if not found then
        return false;
    end if;
    update outbound_messages set state = 'cancelled', error = 'a template was sent instead' where turn_id = p_turn
        and part > p_part and state = 'pending';
    return true;
end $$;
select own_functions('put_template');

-- The same for a step that holds the turn.
create or replace function use_template(p_turn uuid, p_epoch int, p_part int) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform hold_turn(p_turn, p_epoch);
    return exists (select from turns where id = p_turn and tenant_id = current_tenant())
        and put_template(p_turn, p_part);
end $$;
select own_functions('use_template');
grant execute on function use_template to chatbot_app;

-- Applies what an error or a success means beyond the one message, whether it came in a response or in a status.
create or replace function learn_from_send() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    t turns;
    what jsonb;
    wait real;
begin
    select * into t from turns where id = new.turn_id;
    if new.state in ('sent', 'delivered', 'read', 'played') then
        if old.state not in ('sent', 'delivered', 'read', 'played') then
            update send_rates set strikes = 0
                where tenant_id = new.tenant_id and name in ('pair ' || t.phone_number_id || ' ' || t.contact_id,
                                                             'number ' || t.phone_number_id) and strikes > 0;
            delete from send_stops where tenant_id = new.tenant_id;
            if found then
                perform settle_kind(new.tenant_id, 'sends_stopped');
                perform notify(new.tenant_id, 'sends_resumed', 'info', 'Messages go out again', t.phone_number_id);
            end if;
        end if;
        return null;
    end if;
    if new.error_code is null or (new.error_code = old.error_code and new.attempts = old.attempts
                                  and new.state = old.state) then
        return null;
    end if;
    what := send_error(new.error_code);
    case what ->> 'action'
        when 'throttle_pair', 'throttle_number' then
            wait := coalesce((what -> 'waits' ->> least(new.attempts - 1, 3))::real, 1);
            insert into send_rates (tenant_id, name, blocked_until, strikes)
                values (new.tenant_id, case what ->> 'action' when 'throttle_pair' then 'pair ' || t.phone_number_id
                        || ' ' || t.contact_id
                                       else 'number ' || t.phone_number_id end,
                        -- Jitter, so that the workers do not all come back at the same moment.
                        clock_timestamp() + make_interval(secs => wait * case what ->> 'action' when 'throttle_number'
                                                          then 1 + random() / 2 else 1 end), 1)
                on conflict (tenant_id, name) do update set strikes = send_rates.strikes + 1,
                    blocked_until = greatest(send_rates.blocked_until, excluded.blocked_until);
        when 'contact', 'template', 'by_phone' then
            -- Skipped while somebody else holds the contact: this function has locked the part already, and everybody
            -- else locks the contact before the part.
            update contacts set send_error_code = new.error_code, send_error_at = now()
                where new.content = old.content  -- not where the same goes out in words
                  and id = (select id from contacts where id = t.contact_id for update skip locked);
        when 'stop' then
            insert into send_stops (tenant_id, code, reason, until) values (new.tenant_id, new.error_code,
                what ->> 'meaning', now() + interval '5 minutes')
                on conflict (tenant_id) do update set code = excluded.code, reason = excluded.reason,
                    times = send_stops.times + 1,
                    until = now() + least(interval '4 hours', interval '5 minutes' * 2 ^ least(send_stops.times, 10));
            perform notify(new.tenant_id, 'sends_stopped', 'critical', 'No message goes out', t.phone_number_id,
                           jsonb_build_object('code', new.error_code, 'meaning', problem(what ->> 'meaning'),
                                              'error', new.error));
        when 'ours' then
            perform notify(new.tenant_id, 'send_refused', 'warning', 'A message was refused', new.error_code::text,
                           jsonb_build_object('code', new.error_code, 'meaning', problem(what ->> 'meaning'),
                                              'error', new.error, 'turn_id', new.turn_id));
        else null;
    end case;
    return null;
end $$;
create or replace trigger learn_from_send after update of state, error_code on outbound_messages for each row
    execute function learn_from_send();
select own_functions('learn_from_send');

-- Ends the stop when the tenant has a new access token: it may work.
create or replace function resume_sends() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from send_stops where tenant_id = new.id;
    perform settle_kind(new.id, 'sends_stopped');
    return null;
end $$;
create or replace trigger resume_sends after update of whatsapp_token on tenants for each row
    execute function resume_sends();
select own_functions('resume_sends');

-- Deletes what nobody needs any more: files together with the messages (a plan's keep_media_days may end them sooner,
-- see expire_data), throttles that hold nobody, and notifications that were read long ago. Returns how many rows it
-- touched.
create or replace function clean_whatsapp(p_keep_messages interval default '30 days', p_limit int default 5000)
    returns int
    language sql security definer set search_path = public, pg_temp as $$
    with sent as (
        update staff_files set content = null where id in (
            select f.id from staff_files f where f.created_at < now() - p_keep_messages and f.content is not null
                limit p_limit) returning 1),
    gone as (
        delete from media where (phone_number_id, message_id) in (
            select m.phone_number_id, m.message_id from media m where m.created_at < now() - p_keep_messages
                limit p_limit) returning 1),
    late as (  -- nobody comes back to these sign-ins, and one may hold an access token
        delete from number_sign_ins where expires_at < now() returning 1),
    later as (
        delete from tool_sign_ins where expires_at < now() returning 1),
    idle as (
        delete from send_rates where (tenant_id, name) in (
            select r.tenant_id, r.name from send_rates r
            where r.next_at < now() - interval '1 day' and r.blocked_until < now() - interval '1 day' limit p_limit)
                returning 1),
    seen as (
        delete from notifications where id in (
            select n.id from notifications n where n.read_at < now() - interval '90 days' limit p_limit) returning 1)
    select ((select count(*) from sent) + (select count(*) from gone) + (select count(*) from idle)
            + (select count(*) from late) + (select count(*) from later) + (select count(*) from seen))::int
$$;
select own_functions('clean_whatsapp');
grant execute on function clean_whatsapp to chatbot_app;
