-- Delivery under faults: turns that dead, slow and doubled runs can't spoil, caps, statuses that only move forward, giving up in words, cleaning up.
--
-- Locks are taken in one order everywhere, so that nothing deadlocks: the contact, then its inbox rows, then its turn, then the outbox.

alter table chatbots
    add column stale_after_s int not null default 86400 check (stale_after_s > 0),    -- an older message is logged, not answered
    add column max_replies_per_hour int not null default 60 check (max_replies_per_hour > 0),  -- to one contact: two bots that talk to each other stop here
    add column limit_message jsonb not null default '{
        "en": "We can''t answer automatically at the moment. A colleague will get back to you.",
        "es": "Ahora mismo no podemos responder automáticamente. Una persona del equipo le escribirá.",
        "de": "Wir können gerade nicht automatisch antworten. Jemand aus dem Team meldet sich.",
        "fr": "Nous ne pouvons pas répondre automatiquement pour le moment. Un collègue vous écrira.",
        "pt": "De momento não podemos responder automaticamente. Um colega irá contactá-lo.",
        "it": "Al momento non possiamo rispondere automaticamente. Un collega la contatterà."}';
alter table contacts add column limit_told_at timestamptz;                   -- when the limit was last told to this person
alter table turns add column say text;                                       -- these words are the reply; nothing is thought about
alter table outbound_messages
    add column resend_of  uuid,                                              -- the part that a person had sent again, and the run that did it
    add column resend_run uuid,
    add constraint outbound_resent_once unique (resend_of, resend_run);
create index turns_by_tenant on turns (tenant_id, opened_at);
-- By time due: statuses of messages that others sent from the same number must not be looked through again and again.
drop index inbound_to_apply;
create index inbound_to_apply on inbound_messages (due_at) where state = 'received' and kind in ('status', 'echo');
create index inbound_given_up on inbound_messages (seq) where state = 'dead';
create index inbound_by_time on inbound_messages using brin (received_at);

-- How old a message is by Meta's own clock: a delivery can be days late, and an operator can replay a run of last month.
create function message_age(p_message inbound_messages) returns interval
    language sql stable
    return (select now() - least(p_message.received_at, case when stamp ~ '^[0-9]{9,11}$' then to_timestamp(stamp::bigint) end)
            from (select replace(p_message.payload, '\u0000', '')::jsonb #>> '{entry,0,changes,0,value,messages,0,timestamp}') as payload(stamp));

-- Why a message gets no answer; null: it gets one. In one place, so that every reason is seen beside the others.
create or replace function reason_not_to_answer(p_bot chatbots, p_contact contacts, p_message inbound_messages) returns text
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
    update inbound_messages i set state = 'received', handover = i.handover + 1, due_at = now()
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
           or i.sender in (p_contact.phone, p_contact.user_id) and i.state in ('received', 'handed_over', 'waiting')
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
        update inbound_messages i set state = 'received', handover = i.handover + 1, due_at = now()
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
        where i.turn_id = p_turn.id and i.state in ('received', 'handed_over', 'waiting', 'in_turn');
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
create or replace function open_turn(p_phone_number_id text, p_message_id text, p_run uuid, p_phone text, p_user_id text, p_name text,
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
    -- A run that an operator starts by hand has no row yet; one that the ingress handed over has.
    insert into inbound_messages (phone_number_id, message_id, kind, sender, payload, state)
        values (p_phone_number_id, p_message_id, 'message', coalesce(p_user_id, p_phone), p_payload, 'handed_over')
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
                     and i.seq > message.seq and i.state in ('received', 'handed_over')
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
create or replace function begin_step(p_turn uuid, p_run uuid, p_step int, p_lease interval default '5 minutes') returns int
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
create or replace function hold_turn(p_turn uuid, p_epoch int, p_lease interval default '5 minutes') returns void
    language plpgsql as $$
begin
    update turns set lease_until = greatest(lease_until, now() + p_lease) where id = p_turn and epoch = p_epoch and state = 'active';
    if not found then
        raise exception 'turn % is no longer in attempt %: a newer one has begun or it is closed', p_turn, p_epoch using errcode = 'CB001';
    end if;
end $$;

-- Why a part must not go out any more, judged right before it is sent; null: it may.
create function reason_not_to_send(p_turn uuid) returns text
    language sql stable as $$
    select case
        when c.paused_until > now() or c.opted_out_at is not null or c.blocked then 'a human took over, or the contact opted out'
        when not b.enabled then 'the chatbot is switched off'
        when n.status <> 'active' then 'the tenant is suspended'
    end
    from turns t join contacts c on c.id = t.contact_id join chatbots b on b.phone_number_id = t.phone_number_id
         join tenants n on n.id = t.tenant_id
    where t.id = p_turn
$$;

-- What to do with a part now: {"do": "send", send_id, content} | {"do": "done"} | {"do": "wait"} | {"do": "cancelled", "reason"}.
-- A request whose outcome was lost is waited for (a status may echo its id), and sent again only after p_unknown_wait, three times at most.
create or replace function claim_part(p_turn uuid, p_epoch int, p_part int, p_unknown_wait interval) returns jsonb
    language plpgsql as $$
declare
    o outbound_messages;
    reason text;
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
    if o.state <> 'pending' and o.attempts >= 4 then
        update outbound_messages set state = 'failed', error = 'no answer to ' || o.attempts || ' requests, and no status', updated_at = now()
            where turn_id = p_turn and part = p_part;
        return jsonb_build_object('do', 'done', 'state', 'failed');
    end if;
    -- A human may have taken over while the model was thinking.
    reason := reason_not_to_send(p_turn);
    if reason is not null then
        update outbound_messages set state = 'cancelled', error = reason, updated_at = now() where turn_id = p_turn and state = 'pending';
        return jsonb_build_object('do', 'cancelled', 'reason', reason);
    end if;
    update outbound_messages set state = 'sending', sending_epoch = p_epoch, sending_since = now(), attempts = attempts + 1, updated_at = now()
        where turn_id = p_turn and part = p_part returning * into o;
    return jsonb_build_object('do', 'send', 'send_id', o.send_id, 'content', o.content, 'attempt', o.attempts);
end $$;

-- Records the outcome of a request: 'sent' with Meta's id, 'failed' or 'pending' (to be tried again) with the error, 'unknown'.
-- A status that came first has moved the part further: it stays there. An attempt that was overtaken may still say that its own request
-- was accepted, as long as nobody has sent the part again: that is knowledge, and saves the customer a second copy. Nothing else of it counts.
create or replace function record_part(p_turn uuid, p_epoch int, p_part int, p_state text, p_message_id text, p_error_code int, p_error text)
    returns void
    language plpgsql as $$
begin
    if p_state = 'sent' then
        perform 1 from outbound_messages where turn_id = p_turn and part = p_part and sending_epoch = p_epoch for update;
    end if;
    if p_state <> 'sent' or not found then
        perform hold_turn(p_turn, p_epoch);
    end if;
    update outbound_messages
    set state = case when state in ('sending', 'unknown') then p_state else state end,
        message_id = coalesce(message_id, p_message_id),
        error_code = case when state in ('sending', 'unknown') then p_error_code else coalesce(error_code, p_error_code) end,
        error = case when state in ('sending', 'unknown') then left(p_error, 500) else coalesce(error, left(p_error, 500)) end,
        sent_at = case when p_state = 'sent' then coalesce(sent_at, now()) else sent_at end, updated_at = now()
    where turn_id = p_turn and part = p_part;
end $$;

-- Closes a turn: logs both sides, marks what it answered, counts its usage, and makes what arrived meanwhile ready for the next turn.
-- Returns whether something is pending. All of it or nothing: a step that died in the middle does it again.
create or replace function close_turn(p_turn uuid, p_epoch int, p_state text, p_outcome text, p_summary jsonb) returns boolean
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

-- Prepares what is stranded for another hand-over; the caller has made sure that the runs named are not alive, so their turns' leases end.
-- After six runs a message is given up: recovery says so to the customer (give_up).
create or replace function requeue_messages(p_keys text[][]) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    requeued int;
begin
    perform 1 from contacts c
        where c.id in (select m.contact_id from inbound_messages m join generate_subscripts(p_keys, 1) k
                       on m.phone_number_id = p_keys[k][1] and m.message_id = p_keys[k][2])
        order by c.id for update;
    update inbound_messages m
    set handover = m.handover + 1, due_at = now(),
        state = case when m.handover >= 5 then 'dead' else 'received' end,
        reason = case when m.handover >= 5 then 'given up after ' || m.handover + 1 || ' runs' end
    from generate_subscripts(p_keys, 1) k
    where m.phone_number_id = p_keys[k][1] and m.message_id = p_keys[k][2] and m.state in ('handed_over', 'waiting', 'in_turn');
    get diagnostics requeued = row_count;
    update turns t set lease_until = least(t.lease_until, now() - interval '1 millisecond'),
                       takeovers = case when m.state = 'dead' then greatest(t.takeovers, 3) else t.takeovers end
    from inbound_messages m join generate_subscripts(p_keys, 1) k on m.phone_number_id = p_keys[k][1] and m.message_id = p_keys[k][2]
    where t.id = m.turn_id and t.state = 'active';
    return requeued;
end $$;

-- The same for a turn whose run is over although another copy of one of its steps may be alive: a new run takes it.
create function requeue_turn(p_turn uuid) returns int
    language sql security definer set search_path = public, pg_temp as $$
    select requeue_messages(array[array[n.phone_number_id, n.message_id]])
    from inbound_messages n where n.turn_id = p_turn and n.state = 'in_turn' order by n.seq desc limit 1
$$;

-- Messages that perhaps nobody works on although somebody should: the newest one of each conversation, whose run then answers all.
--   handed over, but untouched by its run   waiting, but no turn is active   in a turn that nobody has touched for two minutes
-- Each is given out once in two minutes; the caller asks Windmill whether the run lives. overdue: the lease ended long ago, whatever Windmill says.
drop function stranded_messages(int);
create function stranded_messages(p_limit int)
    returns table (phone_number_id text, message_id text, handover int, run_id uuid, state text, overdue boolean)
    language sql security definer set search_path = public, pg_temp as $$
    with found as (
        select distinct on (m.phone_number_id, m.sender) m.phone_number_id, m.message_id, t.run_id as turn_run,
               coalesce(t.lease_until < now() - interval '10 minutes', false) as overdue
        from inbound_messages m left join turns t on t.contact_id = m.contact_id and t.state = 'active'
        where m.kind = 'message' and m.due_at <= now()
          and (m.state = 'handed_over'
               or m.state = 'waiting' and t.id is null
               or m.state = 'in_turn' and t.id = m.turn_id and t.lease_until < now() + interval '3 minutes')
        order by m.phone_number_id, m.sender, m.seq desc
        limit p_limit)
    update inbound_messages i set due_at = now() + interval '2 minutes'
    from found f
    where i.phone_number_id = f.phone_number_id and i.message_id = f.message_id and i.due_at <= now()
    returning i.phone_number_id, i.message_id, i.handover, coalesce(f.turn_run, i.run_id), i.state, f.overdue
$$;

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
drop function lose_turn(uuid, text);

-- Hands a message that was given up over once more, when an operator asks for it.
create function revive_message(p_phone_number_id text, p_message_id text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update inbound_messages i set state = 'received', handover = i.handover + 1, due_at = now(), reason = null
        where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id and i.state = 'dead'
          and not exists (select from turns t where t.id = i.turn_id and t.state = 'active');
    return found;
end $$;

-- How far a status is on the way; a part only moves forward. Accepted and then failed is failed; what was delivered stays delivered,
-- and the failure's code is kept beside it.
create or replace function status_rank(p_state text) returns int
    language sql immutable parallel safe
    return array_position(array['pending', 'cancelled', 'sending', 'unknown', 'sent', 'failed', 'delivered', 'read', 'played'], p_state);

-- Applies one stored status to the part it speaks of. False: no such part is known (yet).
create or replace function apply_status(p_status jsonb) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    echoed text := p_status ->> 'biz_opaque_callback_data';
    code text := p_status #>> '{errors,0,code}';
    echoed_send_id uuid;
    part outbound_messages;
    new_state text := p_status ->> 'status';
begin
    if echoed is json object and (echoed::json ->> 'send_id') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
        echoed_send_id := (echoed::json ->> 'send_id')::uuid;
    end if;
    select * into part from outbound_messages o
        where o.send_id = echoed_send_id or o.message_id = p_status ->> 'id'
        order by o.send_id = echoed_send_id desc nulls last limit 1 for update;
    if not found then  -- or it speaks of a request that failed, whose part has gone out again since
        return exists (select from failed_sends f where f.send_id = echoed_send_id or f.message_id = p_status ->> 'id');
    end if;
    if new_state not in ('sent', 'delivered', 'read', 'played', 'failed') then
        return true;
    end if;
    update outbound_messages o
    set message_id = coalesce(o.message_id, p_status ->> 'id'),
        sent_at = coalesce(o.sent_at, case when new_state <> 'failed' then now() end),
        state = case when status_rank(new_state) > status_rank(o.state) then new_state else o.state end,
        error_code = case when new_state = 'failed' then case when code ~ '^[0-9]{1,9}$' then code::int end else o.error_code end,
        error = case when new_state = 'failed'
                     then left(coalesce(p_status #>> '{errors,0,title}', p_status #>> '{errors,0,message}'), 500) else o.error end,
        updated_at = now()
    where o.turn_id = part.turn_id and o.part = part.part
    returning o.* into part;
    update conversation_logs set status = part.state, message_id = part.message_id
        where send_id = part.send_id and direction = 'out';
    return true;
end $$;

-- Applies stored statuses and echoes that are due; returns how many rows it settled. One applier at a time, and it gives way to a step that
-- holds a part: so it can't deadlock with anybody.
-- A status may come before its part has Meta's id: it stays for an hour, asked again at growing intervals.
create or replace function apply_events(p_batch int) returns int
    language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '200ms' as $$
declare
    event inbound_messages;
    what jsonb;
    looked int;
    settled int := 0;
    verdict text;
    why text;
begin
    if not pg_try_advisory_xact_lock(7202611006) then
        return 0;
    end if;
    for round in 1..20 loop  -- a batch of nothing but unknown statuses must not hide what is behind it
        looked := 0;
        for event in
            select * from inbound_messages where state = 'received' and kind in ('status', 'echo') and due_at <= now()
            order by due_at limit p_batch for update skip locked
        loop
            looked := looked + 1;
            why := null;
            begin
                what := event.payload::jsonb #> '{entry,0,changes,0,value}';
                if event.kind = 'echo' then
                    perform apply_echo(event.phone_number_id, what #> '{message_echoes,0}');
                    verdict := 'answered';
                elsif apply_status(what #> '{statuses,0}') then
                    verdict := 'answered';
                elsif event.received_at < now() - interval '1 hour' then
                    verdict := 'ended';
                    why := 'no message with this id was sent from here';
                else
                    verdict := 'received';
                end if;
            exception
                when lock_not_available or deadlock_detected then
                    verdict := 'received';
                when data_exception or integrity_constraint_violation then
                    -- hostile or unheard-of content settles itself; the others go on
                    verdict := 'ended';
                    why := 'not understood: ' || left(sqlerrm, 200);
                when others then  -- whatever it is, it must not hold up the others; it is tried again for an hour
                    verdict := case when event.received_at < now() - interval '1 hour' then 'ended' else 'received' end;
                    why := 'not applied: ' || left(sqlerrm, 200);
            end;
            update inbound_messages
                set state = verdict, reason = why,
                    due_at = case when verdict = 'received' then now() + greatest(interval '1 second', now() - received_at) else due_at end
                where phone_number_id = event.phone_number_id and message_id = event.message_id;
            settled := settled + (verdict <> 'received')::int;
        end loop;
        exit when settled > 0 or looked < p_batch;
    end loop;
    return settled;
end $$;

-- A part that a person wants sent again: a new row with its own send id, once a run, whatever became of the first.
-- Returns {tenant_id, contact_id, phone_number_id, send_id, content, is_new}; null: no such part.
create function resend_part(p_send_id uuid, p_run uuid) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    first outbound_messages;
    turn turns;
    again outbound_messages;
    is_new boolean;
begin
    select * into first from outbound_messages where send_id = p_send_id;
    if not found then
        return null;
    end if;
    select * into turn from turns where id = first.turn_id for update;
    if turn.state = 'active' then
        raise exception 'the turn of this part is still being answered';
    end if;
    insert into outbound_messages (turn_id, part, tenant_id, content, state, sending_since, attempts, resend_of, resend_run)
        select first.turn_id, max(o.part) + 1, first.tenant_id, first.content, 'sending', now(), 1, p_send_id, p_run
        from outbound_messages o where o.turn_id = first.turn_id
        on conflict on constraint outbound_resent_once do nothing;
    is_new := found;
    select * into again from outbound_messages where resend_of = p_send_id and resend_run = p_run;
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, send_id, body, status)
        values (turn.tenant_id, turn.contact_id, turn.phone_number_id, turn.id, 'out', again.send_id,
                coalesce(again.content #>> '{text,body}', again.content::text), again.state)
        on conflict do nothing;
    return jsonb_build_object('tenant_id', turn.tenant_id, 'contact_id', turn.contact_id, 'phone_number_id', turn.phone_number_id,
                              'send_id', again.send_id, 'content', again.content, 'state', again.state, 'is_new', is_new);
end $$;

-- Records what became of a part that was sent again on purpose. A status that came first has moved it further: it stays there.
create function record_resend(p_send_id uuid, p_state text, p_message_id text, p_error_code int, p_error text) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    o outbound_messages;
begin
    update outbound_messages
    set state = case when state = 'sending' then p_state else state end, message_id = coalesce(message_id, p_message_id),
        error_code = coalesce(p_error_code, error_code), error = coalesce(left(p_error, 500), error),
        sent_at = case when p_state = 'sent' then coalesce(sent_at, now()) end, updated_at = now()
    where send_id = p_send_id and resend_of is not null returning * into o;
    update conversation_logs set status = o.state, message_id = o.message_id where send_id = p_send_id and direction = 'out';
    return o.state;
end $$;

-- Deletes what nobody needs any more. Meta redelivers for seven days, so keys are kept for eight at least; what is open is never deleted.
create function clean_inbox(p_keep_messages interval default '30 days', p_limit int default 20000) returns int
    language sql security definer set search_path = public, pg_temp as $$
    with deleted as (
        delete from inbound_messages where ctid = any (array(
            select i.ctid from inbound_messages i
            where i.received_at < now() - interval '8 days'
              and (i.kind = 'other'
                   or i.kind in ('status', 'echo') and i.state <> 'received'
                   or i.kind = 'message' and i.state in ('answered', 'ended', 'dead')
                      and i.received_at < now() - greatest(p_keep_messages, interval '8 days'))
            limit p_limit))
        returning 1)
    select count(*)::int from deleted
$$;

do $$
declare f text;
begin
    foreach f in array array['message_age', 'cap_reached', 'wake_waiting', 'fill_turn', 'leave_message', 'take_over', 'limit_words',
                             'reason_not_to_send', 'requeue_turn', 'stranded_messages', 'give_up', 'revive_message', 'resend_part', 'record_resend',
                             'clean_inbox'] loop
        execute format('alter function %I owner to chatbot_owner', f);
        execute format('revoke execute on function %I from public', f);
    end loop;
end $$;
grant execute on function reason_not_to_send, requeue_turn, stranded_messages, give_up, revive_message, resend_part, record_resend, clean_inbox to chatbot_app;
