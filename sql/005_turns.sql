-- Turns: who may answer whom, once, in order. A turn is opened by load_context's run, named with its epoch by every later write, and closed by persist.
--
-- Guarantee 0: a step may run twice, even at once. begin_step raises the epoch; an older copy's writes are then refused.
-- Refusals have the SQLSTATE 'CB001' and a sentence.
-- What a message says (message_words) stands in 009_whatsapp.sql, who wrote it (find_contact) in 014_whatsapp_people.sql.
-- Locks are taken in one order everywhere, so that nothing deadlocks: the contact, then its inbox rows, then its turn, then the outbox.

-- Writes the reply's parts to the outbox. The first writer wins: a second copy of the step sends what the first one wrote.
create function queue_parts(p_turn uuid, p_epoch int, p_contents jsonb) returns int
    language plpgsql as $$
begin
    perform hold_turn(p_turn, p_epoch);
    if not exists (select from outbound_messages where turn_id = p_turn) then
        insert into outbound_messages (turn_id, part, tenant_id, content)
            select p_turn, ordinality, current_tenant(), value from jsonb_array_elements(p_contents) with ordinality;
    end if;
    return (select count(*) from outbound_messages where turn_id = p_turn);
end $$;

-- A stored payload as JSON without NULs, which PostgreSQL can't keep; null when it is not JSON at all.
create function payload_json(p_payload text) returns jsonb
    language plpgsql immutable as $$
begin
    return regexp_replace(p_payload, '(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g')::jsonb;
exception when others then
    return null;
end $$;

-- How old a message is by Meta's own clock: a delivery can be days late, and an operator can replay a run of last month.
create function message_age(p_message inbound_messages) returns interval
    language sql stable
    return (select now() - least(p_message.received_at, case when stamp ~ '^[0-9]{9,11}$' then to_timestamp(stamp::bigint) end)
            from (select payload_json(p_message.payload) #>> '{entry,0,changes,0,value,messages,0,timestamp}') as payload(stamp));

-- Why a message gets no answer; null: it gets one. In one place, so that every reason is seen beside the others.
create function reason_not_to_answer(p_bot chatbots, p_contact contacts, p_message inbound_messages) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case
        when not p_bot.enabled then 'the chatbot is switched off'
        when (select status from tenants where id = p_bot.tenant_id) <> 'active' then 'the tenant is suspended'
        when p_contact.blocked then 'the contact is blocked'
        when p_contact.opted_out_at is not null then 'the contact has opted out'
        when p_contact.paused_until > now() then 'the contact is with a human'
        when message_age(p_message) > make_interval(secs => p_bot.stale_after_s) then 'the message is too old to answer'
    end
$$;

-- Which cap on replies is reached, in words; null: none. A tenant's is tenants.limits ->> 'replies_per_hour'.
create function cap_reached(p_bot chatbots, p_contact uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case
        when (select count(*) from turns t where t.contact_id = p_contact and t.opened_at > now() - interval '1 hour') >= p_bot.max_replies_per_hour
            then format('the contact has had %s replies within an hour; it may be a machine', p_bot.max_replies_per_hour)
        when (select count(*) from turns t where t.tenant_id = p_bot.tenant_id and t.opened_at > now() - interval '1 hour') >= plan.replies
            then format('the tenant has given %s replies within an hour', plan.replies)
    end
    from (select coalesce((limits ->> 'replies_per_hour')::int, 5000) as replies from tenants where id = p_bot.tenant_id) as plan
$$;

-- The newest of what waits for a contact gets a run of its own; that run answers the others with it. The caller holds the contact's lock.
create function wake_waiting(p_contact uuid) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update inbound_messages i set state = 'received', dispatch_no = i.dispatch_no + 1, due_at = now()
        where (i.phone_number_id, i.message_id) in (
            select distinct on (w.phone_number_id) w.phone_number_id, w.message_id from inbound_messages w
            where w.contact_id = p_contact and w.state = 'waiting' order by w.phone_number_id, w.seq desc);
    return found;
end $$;

-- Gives a turn what is pending of its conversation, and in any case the message that its run came with.
create function fill_turn(p_turn turns, p_contact contacts, p_message_id text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update inbound_messages i
    set state = 'in_turn', turn_id = p_turn.id, contact_id = p_contact.id, run_id = p_turn.run_id, due_at = now() + interval '2 minutes'
    where i.phone_number_id = p_turn.phone_number_id and i.kind = 'message'
      and (i.message_id = p_message_id
           or i.sender in (p_contact.phone, p_contact.user_id) and i.state in ('received', 'dispatched', 'waiting')
              and (i.turn_id is null or i.turn_id = p_turn.id))
$$;

-- Leaves a message to another run; p_due: when recovery is to look whether that run came.
create function leave_message(p_message inbound_messages, p_contact contacts, p_run uuid, p_due interval, p_reason text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update inbound_messages i set state = 'waiting', contact_id = p_contact.id, run_id = p_run, due_at = now() + p_due
        where i.phone_number_id = p_message.phone_number_id and i.message_id = p_message.message_id and i.state <> 'in_turn';
    return jsonb_build_object('status', 'ended', 'reason', p_reason, 'tenant_id', p_contact.tenant_id, 'contact_id', p_contact.id);
end $$;

-- What to do about a turn that another run has open: wait for it while its lease runs, else take it over. Null: it is p_run's now.
create function take_over(p_turn turns, p_contact contacts, p_message inbound_messages, p_run uuid, p_lease interval) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    taken turns;
begin
    if p_turn.lease_until >= now() then
        return leave_message(p_message, p_contact, p_run, '0', 'another turn is active; it hands this message over when it closes');
    end if;
    if p_turn.takeovers >= 3 then  -- recovery tells the customer and closes it
        return leave_message(p_message, p_contact, p_run, '0', 'given up: four runs died while they answered the message before this one');
    end if;
    if p_turn.phone_number_id <> p_message.phone_number_id then  -- another chatbot's: a run of that one has to take it
        update inbound_messages i set state = 'received', dispatch_no = i.dispatch_no + 1, due_at = now()
            where (i.phone_number_id, i.message_id) = (select n.phone_number_id, n.message_id from inbound_messages n
                                                       where n.turn_id = p_turn.id and n.state = 'in_turn' order by n.seq desc limit 1);
        return leave_message(p_message, p_contact, p_run, '0', 'a turn on the tenant''s other number comes first');
    end if;
    update turns t set epoch = t.epoch + 1, step = 1, lease_until = now() + p_lease, run_id = p_run, takeovers = t.takeovers + 1
        where t.id = p_turn.id returning t.* into taken;
    if not exists (select from outbound_messages where turn_id = p_turn.id) then
        perform fill_turn(taken, p_contact, p_message.message_id);
    elsif p_message.turn_id is distinct from p_turn.id then  -- the reply is written already, without this message
        perform leave_message(p_message, p_contact, p_run, '0', '');
    end if;
    update inbound_messages i set state = 'in_turn', run_id = p_run, due_at = now() + interval '2 minutes'
        where i.turn_id = p_turn.id and i.state in ('received', 'dispatched', 'waiting', 'in_turn');
    return null;
end $$;

-- The words for a cap that is reached, once an hour; null: they were said already.
create function limit_words(p_bot chatbots, p_contact contacts) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if p_contact.limit_told_at > now() - interval '1 hour' then
        return null;
    end if;
    update contacts set limit_told_at = now() where id = p_contact.id;
    return coalesce(p_bot.limit_message ->> p_contact.language, p_bot.limit_message ->> p_bot.languages[1],
                    (select value from jsonb_each_text(p_bot.limit_message) limit 1));
end $$;

-- Opens the turn that answers a message, or says why there is none to open. p_run is the flow's job id.
-- Returns {"status": "opened", tenant_id, contact_id, turn_id, epoch, say?} or {"status": "ended", "reason": …, tenant_id?, contact_id?}.
create function open_turn(p_phone_number_id text, p_message_id text, p_run uuid, p_phone text, p_user_id text, p_name text,
                                     p_payload text, p_lease interval default '5 minutes') returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    contact contacts;
    message inbound_messages;
    turn turns;
    words text;
    result jsonb;
    is_new boolean;
begin
    -- A run that an operator starts by hand has no row yet; one that the ingress dispatched has.
    insert into inbound_messages (phone_number_id, message_id, kind, sender, payload, state)
        values (p_phone_number_id, p_message_id, 'message', coalesce(p_user_id, p_phone), p_payload, 'dispatched')
        on conflict do nothing;
    is_new := found;
    select b.* into bot from chatbots b where b.phone_number_id = p_phone_number_id;
    if not found then
        return end_message(p_phone_number_id, p_message_id, p_run, 'no chatbot has this phone_number_id');
    end if;
    contact.id := find_contact(bot.tenant_id, p_phone, p_user_id, p_name);
    if contact.id is null then
        return end_message(p_phone_number_id, p_message_id, p_run, 'the message names no sender');
    end if;
    -- From here on everything about this conversation is serialised by the contact's row, here and wherever a turn is closed.
    select * into contact from contacts where id = contact.id for update;
    select * into message from inbound_messages i
        where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id for update;
    if message.state in ('answered', 'ended', 'dead') then
        return jsonb_build_object('status', 'ended', 'reason', coalesce(message.reason, 'already answered'), 'tenant_id', bot.tenant_id,
                                  'contact_id', contact.id, 'turn_id', message.turn_id);
    end if;
    if is_new and exists (select from conversation_logs l
                          where l.direction = 'in' and l.phone_number_id = p_phone_number_id and l.message_id = p_message_id) then
        return end_message(p_phone_number_id, p_message_id, p_run, 'already answered; its row in the inbox was cleaned up since');
    end if;

    select * into turn from turns t where t.contact_id = contact.id and t.state = 'active' for update;
    if found and turn.run_id <> p_run then
        result := take_over(turn, contact, message, p_run, p_lease);
        if result is not null then
            return result;
        end if;
        select * into turn from turns t where t.id = turn.id;
    elsif found then
        -- The same run again: its worker was lost in this step, or a copy comes late, when the run has gone on. What it opened stays as it is.
        update turns t set lease_until = greatest(t.lease_until, now() + p_lease) where t.id = turn.id;
    else
        words := reason_not_to_answer(bot, contact, message);
        if words is not null then
            return end_message(p_phone_number_id, p_message_id, p_run, words);
        end if;
        if exists (select from inbound_messages i
                   where i.phone_number_id = p_phone_number_id and i.sender in (contact.phone, contact.user_id) and i.kind = 'message'
                     and i.seq > message.seq and i.state in ('received', 'dispatched')
                     and i.received_at > now() - make_interval(secs => bot.merge_window_s))
           and message.received_at > now() - 4 * make_interval(secs => bot.merge_window_s) then
            return leave_message(message, contact, p_run, '1 minute', 'more is being written; the run of the newest message answers all');
        end if;
        words := cap_reached(bot, contact.id);
        if words is not null then
            turn.say := limit_words(bot, contact);
            if turn.say is null then
                return end_message(p_phone_number_id, p_message_id, p_run, 'a limit is reached: ' || words);
            end if;
        elsif bot.outside_hours = 'close' and not is_open(bot.opening_hours, bot.time_zone, bot.closed_on) then
            turn.say := closed_words(bot, contact);
            if turn.say is null then
                return end_message(p_phone_number_id, p_message_id, p_run, 'the business is closed: noted for a human');
            end if;
        end if;
        insert into turns (tenant_id, contact_id, phone_number_id, run_id, step, lease_until, say)
            values (bot.tenant_id, contact.id, p_phone_number_id, p_run, 1, now() + p_lease, turn.say) returning * into turn;
        perform fill_turn(turn, contact, p_message_id);
    end if;
    return jsonb_build_object('status', 'opened', 'tenant_id', bot.tenant_id, 'contact_id', contact.id, 'turn_id', turn.id,
                              'epoch', turn.epoch) || jsonb_strip_nulls(jsonb_build_object('say', turn.say));
end $$;

-- Begins a step for a turn, and shuts out every older copy of it. Raises CB001 when the turn is not this run's any more.
-- The lease outlasts the longest thinking that the chatbot allows.
create function begin_step(p_turn uuid, p_run uuid, p_step int, p_lease interval default '5 minutes') returns int
    language plpgsql as $$
declare
    new_epoch int;
begin
    update turns t
        set epoch = t.epoch + 1, step = p_step,
            lease_until = now() + greatest(p_lease, (select make_interval(secs => b.max_seconds + 120) from chatbots b
                                                     where b.phone_number_id = t.phone_number_id and p_step = 2))
        where t.id = p_turn and t.run_id = p_run and t.state = 'active' and t.step <= p_step returning t.epoch into new_epoch;
    if not found then
        raise exception 'turn % is closed, or another run has taken it over', p_turn using errcode = 'CB001';
    end if;
    return new_epoch;
end $$;

-- Keeps the turn for p_lease more; raises CB001 when a newer copy has begun. Every write of a step calls it first, in its own transaction.
create function hold_turn(p_turn uuid, p_epoch int, p_lease interval default '5 minutes') returns void
    language plpgsql as $$
begin
    update turns set lease_until = greatest(lease_until, now() + p_lease) where id = p_turn and epoch = p_epoch and state = 'active';
    if not found then
        raise exception 'turn % is no longer in attempt %: a newer one has begun or it is closed', p_turn, p_epoch using errcode = 'CB001';
    end if;
end $$;

-- Closes a turn: logs both sides, marks what it answered, counts its usage, and makes what arrived meanwhile ready for the next turn.
-- Returns whether something is pending. All of it or nothing: a step that died in the middle does it again.
create function close_turn(p_turn uuid, p_epoch int, p_state text, p_outcome text, p_summary jsonb) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    turn turns;
begin
    select * into turn from turns where id = p_turn and tenant_id = current_tenant();
    perform 1 from contacts where id = turn.contact_id for update;
    perform hold_turn(p_turn, p_epoch);
    -- Locked before they are read: a status that is applied in this moment must find the log's row, or be in it.
    perform 1 from outbound_messages where turn_id = p_turn order by part for update;
    update outbound_messages set state = 'cancelled', error = coalesce(error, 'the turn ended before it was sent'), updated_at = now()
        where turn_id = p_turn and state = 'pending';
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, message_id, body, created_at)
        select turn.tenant_id, turn.contact_id, turn.phone_number_id, p_turn, 'in', i.message_id, message_words(i.payload), i.received_at
        from inbound_messages i where i.turn_id = p_turn order by i.seq
        on conflict do nothing;
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, message_id, send_id, body, citations, model, status)
        select turn.tenant_id, turn.contact_id, turn.phone_number_id, p_turn, 'out', o.message_id, o.send_id,
               coalesce(o.content #>> '{text,body}', o.content::text), case when o.part = 1 then p_summary -> 'citations' end,
               p_summary ->> 'model', o.state
        from outbound_messages o where o.turn_id = p_turn order by o.part
        on conflict do nothing;
    update turns set state = p_state, outcome = p_outcome, closed_at = now(), question = left(p_summary ->> 'question', 4000),
            trace = p_summary -> 'trace', usage = p_summary -> 'usage', error = left(p_summary ->> 'error', 2000)
        where id = p_turn;
    update inbound_messages set state = 'answered', reason = case when p_outcome <> 'answered' then p_outcome end
        where turn_id = p_turn and state <> 'dead';
    insert into usage_months (tenant_id, month, turns, input_tokens, output_tokens, cost_usd)
        values (turn.tenant_id, date_trunc('month', now() at time zone 'utc')::date, 1,
                coalesce((p_summary #>> '{usage,input_tokens}')::bigint, 0), coalesce((p_summary #>> '{usage,output_tokens}')::bigint, 0),
                coalesce((p_summary #>> '{usage,cost_usd}')::numeric, 0))
        on conflict (tenant_id, month) do update set turns = usage_months.turns + 1,
            input_tokens = usage_months.input_tokens + excluded.input_tokens,
            output_tokens = usage_months.output_tokens + excluded.output_tokens,
            cost_usd = usage_months.cost_usd + excluded.cost_usd;
    return wake_waiting(turn.contact_id);
end $$;

-- Takes one conversation that is given up, for p_run to tell the customer and to close the turn; find_turn(p_run) says who it is.
-- Null: there is none. A turn that outlives even this is closed without words.
create function give_up(p_run uuid) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    turn turns;
    message inbound_messages;
    bot chatbots;
    contact contacts;
begin
    for turn in select * from turns t where t.state = 'active' and t.takeovers >= 3 and t.lease_until < now() order by t.lease_until limit 20 loop
        perform 1 from contacts c where c.id = turn.contact_id for update skip locked;
        continue when not found;
        update turns t set run_id = p_run, epoch = t.epoch + 1, step = 9, takeovers = t.takeovers + 1, lease_until = now() + interval '5 minutes',
                           state = case when t.takeovers > 5 then 'failed' else 'active' end,
                           outcome = case when t.takeovers > 5 then 'lost' end, closed_at = case when t.takeovers > 5 then now() end
            where t.id = turn.id and t.state = 'active' and t.lease_until < now() returning t.* into turn;
        continue when not found;
        update inbound_messages i set state = 'dead', reason = coalesce(i.reason, 'given up: every run that tried to answer died')
            where i.turn_id = turn.id;
        if turn.state = 'failed' then
            perform wake_waiting(turn.contact_id);
            continue;
        end if;
        return turn.id;
    end loop;
    for message in select * from inbound_messages i where i.state = 'dead' and i.turn_id is null and i.due_at < 'infinity' order by i.seq limit 20
    loop
        update inbound_messages i set due_at = 'infinity'  -- looked at once
            where i.phone_number_id = message.phone_number_id and i.message_id = message.message_id and i.due_at < 'infinity';
        continue when not found;
        select b.* into bot from chatbots b where b.phone_number_id = message.phone_number_id;
        continue when not found or message.sender is null;
        contact.id := case when message.sender ~ '^[+]?[0-9]+$' then find_contact(bot.tenant_id, message.sender, null, null)
                           else find_contact(bot.tenant_id, null, message.sender, null) end;
        select * into contact from contacts c where c.id = contact.id for update;
        continue when reason_not_to_answer(bot, contact, message) is not null
            or exists (select from turns t where t.contact_id = contact.id and t.state = 'active');
        insert into turns (tenant_id, contact_id, phone_number_id, run_id, step, takeovers, lease_until)
            values (bot.tenant_id, contact.id, bot.phone_number_id, p_run, 9, 4, now() + interval '5 minutes') returning * into turn;
        update inbound_messages i set turn_id = turn.id, contact_id = contact.id
            where i.phone_number_id = message.phone_number_id and i.message_id = message.message_id;
        return turn.id;
    end loop;
    return null;
end $$;

select own_functions('queue_parts', 'message_age', 'reason_not_to_answer', 'cap_reached', 'wake_waiting', 'fill_turn', 'leave_message',
                     'take_over', 'limit_words', 'open_turn', 'begin_step', 'hold_turn', 'close_turn', 'give_up');
grant execute on function queue_parts, open_turn, begin_step, hold_turn, close_turn, give_up to chatbot_app;
grant update on turns to chatbot_app;
grant insert, update on outbound_messages to chatbot_app;
