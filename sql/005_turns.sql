-- Turns: who may answer whom, once, in order. A turn is opened by load_context's run, named with its epoch by every later write, and closed by persist.
--
-- Guarantee 0: a step may run twice, even at once. begin_step raises the epoch; an older copy's writes are then refused.
-- Refusals have the SQLSTATE 'CB001' and a sentence.

-- The words of a stored message, for the log; its type in brackets where it has none.
create function message_words(p_payload text) returns text
    language sql immutable
    return (select coalesce(m #>> '{text,body}', m #>> '{button,text}', m #>> '{interactive,button_reply,title}',
                            m #>> '{interactive,list_reply,title}', '[' || coalesce(m ->> 'type', 'unknown') || ']')
            from (select replace(p_payload, '\u0000', '')::jsonb #> '{entry,0,changes,0,value,messages,0}') as payload(m));

-- A contact is found by user id or by phone, whichever is there, and learns the other when both come.
create function find_contact(p_tenant uuid, p_phone text, p_user_id text, p_name text) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    found_id uuid;
begin
    if p_phone is null and p_user_id is null then
        return null;
    end if;
    for attempt in 1..3 loop
        select id into found_id from contacts
            where tenant_id = p_tenant and (user_id = p_user_id or phone = p_phone)
            order by user_id = p_user_id desc nulls last limit 1 for update;
        if found then
            update contacts c
            set name = coalesce(p_name, c.name), last_seen_at = now(),
                phone = coalesce(c.phone, case when not exists (select from contacts o where o.tenant_id = p_tenant and o.phone = p_phone)
                                               then p_phone end),
                user_id = coalesce(c.user_id, case when not exists (select from contacts o where o.tenant_id = p_tenant and o.user_id = p_user_id)
                                                   then p_user_id end)
            where c.id = found_id;
            return found_id;
        end if;
        begin
            insert into contacts (tenant_id, phone, user_id, name, last_seen_at) values (p_tenant, p_phone, p_user_id, p_name, now())
                returning id into found_id;
            return found_id;
        exception when unique_violation then
            null;  -- another run made the same contact in this moment: look again
        end;
    end loop;
    raise exception 'the contact could not be stored';
end $$;

-- Opens the turn that answers a message, or says why there is none to open. p_run is the flow's job id.
-- Returns {"status": "opened", tenant_id, contact_id, turn_id, epoch} or {"status": "ended", "reason": …, tenant_id?, contact_id?}.
create function open_turn(p_phone_number_id text, p_message_id text, p_run uuid, p_phone text, p_user_id text, p_name text,
                          p_payload text, p_lease interval default '2 minutes') returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    contact contacts;
    message inbound_messages;
    turn turns;
    ended text;
begin
    -- A run that an operator starts by hand has no row yet; one that the ingress handed over has.
    insert into inbound_messages (phone_number_id, message_id, kind, sender, payload, state)
        values (p_phone_number_id, p_message_id, 'message', coalesce(p_user_id, p_phone), p_payload, 'handed_over')
        on conflict do nothing;
    select b.* into bot from chatbots b where b.phone_number_id = p_phone_number_id;
    if not found then
        return end_message(p_phone_number_id, p_message_id, p_run, 'no chatbot has this phone_number_id');
    end if;
    contact.id := find_contact(bot.tenant_id, p_phone, p_user_id, p_name);
    if contact.id is null then
        return end_message(p_phone_number_id, p_message_id, p_run, 'the message names no sender');
    end if;
    -- From here on everything about this conversation is serialised by the contact's row, here and in close_turn.
    select * into contact from contacts where id = contact.id for update;
    select * into message from inbound_messages i
        where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id for update;
    if message.state in ('answered', 'ended', 'dead') then
        return jsonb_build_object('status', 'ended', 'reason', coalesce(message.reason, 'already answered'), 'tenant_id', bot.tenant_id,
                                  'contact_id', contact.id, 'turn_id', message.turn_id);
    end if;

    select * into turn from turns t where t.contact_id = contact.id and t.state = 'active' for update;
    if found then
        if turn.run_id <> p_run and turn.lease_until >= now() then
            update inbound_messages i set state = case when i.turn_id = turn.id then 'in_turn' else 'waiting' end,
                    contact_id = contact.id, run_id = p_run, due_at = now()
                where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id;
            return jsonb_build_object('status', 'ended', 'reason', 'another turn is active; it hands this message over when it closes',
                                      'tenant_id', bot.tenant_id, 'contact_id', contact.id, 'turn_id', turn.id);
        end if;
        -- The same run again (its worker was lost in this step), or the turn of a run that died.
        update turns t set epoch = t.epoch + 1, step = 1, lease_until = now() + p_lease, run_id = p_run,
                takeovers = t.takeovers + case when t.run_id = p_run then 0 else 1 end
            where t.id = turn.id returning t.* into turn;
        if turn.takeovers > 3 then
            return lose_turn(turn.id, 'given up: four runs died while they answered this');
        end if;
    else
        ended := reason_not_to_answer(bot, contact, message);
        if ended is not null then
            return end_message(p_phone_number_id, p_message_id, p_run, ended);
        end if;
        if exists (select from inbound_messages i
                   where i.phone_number_id = p_phone_number_id and i.sender in (contact.phone, contact.user_id) and i.kind = 'message'
                     and i.seq > message.seq and i.state in ('received', 'handed_over')
                     and i.received_at > now() - make_interval(secs => bot.merge_window_s))
           and message.received_at > now() - 4 * make_interval(secs => bot.merge_window_s) then
            update inbound_messages i set state = 'waiting', contact_id = contact.id, run_id = p_run, due_at = now() + interval '1 minute'
                where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id;
            return jsonb_build_object('status', 'ended', 'reason', 'more is being written; the run of the newest message answers all',
                                      'tenant_id', bot.tenant_id, 'contact_id', contact.id);
        end if;
        insert into turns (tenant_id, contact_id, phone_number_id, run_id, step, lease_until)
            values (bot.tenant_id, contact.id, p_phone_number_id, p_run, 1, now() + p_lease) returning * into turn;
    end if;

    update inbound_messages i set state = 'in_turn', turn_id = turn.id, contact_id = contact.id, run_id = p_run
        where i.phone_number_id = turn.phone_number_id and i.kind = 'message'
          and (i.sender in (contact.phone, contact.user_id) and i.state in ('received', 'handed_over', 'waiting') and turn.epoch = 1
               or i.turn_id = turn.id and i.state in ('received', 'in_turn'));
    return jsonb_build_object('status', 'opened', 'tenant_id', bot.tenant_id, 'contact_id', contact.id, 'turn_id', turn.id, 'epoch', turn.epoch);
end $$;

-- Whose conversation it would be, for a dry run: nothing is written, no contact is made.
create function find_conversation(p_phone_number_id text, p_senders text[]) returns jsonb
    language sql stable security definer set search_path = public, pg_temp
    return coalesce(
        (select jsonb_build_object('status', 'opened', 'tenant_id', b.tenant_id, 'contact_id',
                    (select c.id from contacts c where c.tenant_id = b.tenant_id and (c.user_id = any(p_senders) or c.phone = any(p_senders)) limit 1))
         from chatbots b where b.phone_number_id = p_phone_number_id),
        jsonb_build_object('status', 'ended', 'reason', 'no chatbot has this phone_number_id'));

-- Why a message gets no answer; null: it gets one. In one place, so that every reason is seen beside the others.
create function reason_not_to_answer(p_bot chatbots, p_contact contacts, p_message inbound_messages) returns text
    language sql stable security definer set search_path = public, pg_temp
    return case
        when not p_bot.enabled then 'the chatbot is switched off'
        when (select status from tenants where id = p_bot.tenant_id) <> 'active' then 'the tenant is suspended'
        when p_contact.blocked then 'the contact is blocked'
        when p_contact.opted_out_at is not null then 'the contact has opted out'
        when p_contact.paused_until > now() then 'the contact is with a human'
    end;

-- Closes a message without a turn. Its conversation log is written all the same: a human may be reading along.
create function end_message(p_phone_number_id text, p_message_id text, p_run uuid, p_reason text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    message inbound_messages;
    bot chatbots;
    contact_id uuid;
begin
    update inbound_messages i set state = 'ended', reason = p_reason, run_id = p_run
        where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id and i.state not in ('answered', 'ended', 'dead')
        returning * into message;
    select b.* into bot from chatbots b where b.phone_number_id = p_phone_number_id;
    if message.message_id is not null and bot.tenant_id is not null then
        select c.id into contact_id from contacts c
            where c.tenant_id = bot.tenant_id and message.sender in (c.phone, c.user_id);
        update inbound_messages i set contact_id = end_message.contact_id
            where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id;
        if contact_id is not null then
            insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, message_id, body, status, created_at)
                values (bot.tenant_id, contact_id, p_phone_number_id, 'in', p_message_id, message_words(message.payload), 'not answered', message.received_at)
                on conflict do nothing;
        end if;
    end if;
    return jsonb_build_object('status', 'ended', 'reason', p_reason, 'tenant_id', bot.tenant_id, 'contact_id', contact_id);
exception when untranslatable_character then
    raise exception 'the message holds characters that can not be stored';
end $$;

-- Begins a step for a turn, and shuts out every older copy of it. Raises CB001 when the turn is not this run's any more.
create function begin_step(p_turn uuid, p_run uuid, p_step int, p_lease interval default '2 minutes') returns int
    language plpgsql as $$
declare
    new_epoch int;
begin
    update turns set epoch = epoch + 1, step = p_step, lease_until = now() + p_lease
        where id = p_turn and run_id = p_run and state = 'active' and step <= p_step returning epoch into new_epoch;
    if not found then
        raise exception 'turn % is closed, or another run has taken it over', p_turn using errcode = 'CB001';
    end if;
    return new_epoch;
end $$;

-- Keeps the turn for p_lease more; raises CB001 when a newer copy has begun. Every write of a step calls it first, in its own transaction.
create function hold_turn(p_turn uuid, p_epoch int, p_lease interval default '2 minutes') returns void
    language plpgsql as $$
begin
    update turns set lease_until = greatest(lease_until, now() + p_lease) where id = p_turn and epoch = p_epoch and state = 'active';
    if not found then
        raise exception 'turn % is no longer in attempt %: a newer one has begun or it is closed', p_turn, p_epoch using errcode = 'CB001';
    end if;
end $$;

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

-- What to do with a part now: {"do": "send", send_id, content} | {"do": "done"} | {"do": "wait"} | {"do": "cancelled", "reason"}.
-- A request whose outcome was lost is waited for (a status may echo its id), and sent again only after p_unknown_wait.
create function claim_part(p_turn uuid, p_epoch int, p_part int, p_unknown_wait interval) returns jsonb
    language plpgsql as $$
declare
    o outbound_messages;
begin
    perform hold_turn(p_turn, p_epoch);
    select * into o from outbound_messages where turn_id = p_turn and part = p_part for update;
    if not found or o.state not in ('pending', 'sending', 'unknown') then
        return jsonb_build_object('do', 'done', 'state', o.state);
    end if;
    if o.state = 'sending' and o.sending_epoch = p_epoch then
        raise exception 'part % of turn % is being sent by this very step', p_part, p_turn;
    end if;
    if o.state <> 'pending' and o.sending_since > now() - p_unknown_wait then
        update outbound_messages set state = 'unknown', updated_at = now() where turn_id = p_turn and part = p_part;
        return jsonb_build_object('do', 'wait');
    end if;
    -- A human may have taken over while the model was thinking.
    if exists (select from contacts c join turns t on t.contact_id = c.id
               where t.id = p_turn and (c.paused_until > now() or c.opted_out_at is not null or c.blocked)) then
        update outbound_messages set state = 'cancelled', error = 'a human took over, or the contact opted out', updated_at = now()
            where turn_id = p_turn and state = 'pending';
        return jsonb_build_object('do', 'cancelled', 'reason', 'a human took over, or the contact opted out');
    end if;
    update outbound_messages set state = 'sending', sending_epoch = p_epoch, sending_since = now(), attempts = attempts + 1, updated_at = now()
        where turn_id = p_turn and part = p_part returning * into o;
    return jsonb_build_object('do', 'send', 'send_id', o.send_id, 'content', o.content, 'attempt', o.attempts);
end $$;

-- Records the outcome of a request: 'sent' with Meta's id, 'failed' or 'pending' (to be tried again) with the error, 'unknown'.
-- A status that came first has moved the part further: it stays there.
create function record_part(p_turn uuid, p_epoch int, p_part int, p_state text, p_message_id text, p_error_code int, p_error text) returns void
    language plpgsql as $$
begin
    perform hold_turn(p_turn, p_epoch);
    update outbound_messages
    set state = case when state in ('sending', 'unknown') then p_state else state end,
        message_id = coalesce(message_id, p_message_id), error_code = p_error_code, error = left(p_error, 500),
        sent_at = case when p_state = 'sent' then coalesce(sent_at, now()) else sent_at end, updated_at = now()
    where turn_id = p_turn and part = p_part;
end $$;

-- Closes a turn: logs both sides, marks what it answered, counts its usage, and makes what arrived meanwhile ready for the next turn.
-- Returns whether something is pending. All of it or nothing: a step that died in the middle does it again.
create function close_turn(p_turn uuid, p_epoch int, p_state text, p_outcome text, p_summary jsonb) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    turn turns;
    again boolean;
begin
    select * into turn from turns where id = p_turn and tenant_id = current_tenant();
    perform 1 from contacts where id = turn.contact_id for update;
    perform hold_turn(p_turn, p_epoch);
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
    update inbound_messages set state = 'answered', reason = case when p_outcome <> 'answered' then p_outcome end where turn_id = p_turn;
    insert into usage_months (tenant_id, month, turns, input_tokens, output_tokens, cost_usd)
        values (turn.tenant_id, date_trunc('month', now() at time zone 'utc')::date, 1,
                coalesce((p_summary #>> '{usage,input_tokens}')::bigint, 0), coalesce((p_summary #>> '{usage,output_tokens}')::bigint, 0),
                coalesce((p_summary #>> '{usage,cost_usd}')::numeric, 0))
        on conflict (tenant_id, month) do update set turns = usage_months.turns + 1,
            input_tokens = usage_months.input_tokens + excluded.input_tokens,
            output_tokens = usage_months.output_tokens + excluded.output_tokens,
            cost_usd = usage_months.cost_usd + excluded.cost_usd;
    -- The newest of what is waiting gets a run of its own; that run answers the others with it.
    update inbound_messages i set state = 'received', handover = i.handover + 1, due_at = now()
        where (i.phone_number_id, i.message_id) in (
            select distinct on (w.phone_number_id) w.phone_number_id, w.message_id from inbound_messages w
            where w.contact_id = turn.contact_id and w.state = 'waiting' order by w.phone_number_id, w.seq desc);
    again := found;
    return again;
end $$;

-- A turn that killed every run that tried it is closed, so that the conversation can go on.
create function lose_turn(p_turn uuid, p_reason text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    turn turns;
begin
    update turns set state = 'failed', outcome = 'lost', error = p_reason, closed_at = now() where id = p_turn returning * into turn;
    update inbound_messages set state = 'dead', reason = p_reason where turn_id = p_turn;
    update inbound_messages set state = 'received', handover = handover + 1, due_at = now()
        where contact_id = turn.contact_id and state = 'waiting';
    return jsonb_build_object('status', 'ended', 'reason', p_reason, 'tenant_id', turn.tenant_id, 'contact_id', turn.contact_id, 'turn_id', p_turn);
end $$;

do $$
declare f text;
begin
    foreach f in array array['find_contact', 'find_conversation', 'open_turn', 'reason_not_to_answer', 'end_message', 'message_words', 'begin_step', 'hold_turn',
                             'queue_parts', 'claim_part', 'record_part', 'close_turn', 'lose_turn'] loop
        execute format('alter function %I owner to chatbot_owner', f);
        execute format('revoke execute on function %I from public', f);
    end loop;
end $$;
grant execute on function open_turn, find_conversation, begin_step, hold_turn, queue_parts, claim_part, record_part, close_turn, message_words to chatbot_app;
grant update on turns to chatbot_app;
grant insert, update on outbound_messages to chatbot_app;
