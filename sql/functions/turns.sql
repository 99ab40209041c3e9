-- The opening of a turn: which run may answer whom, once and in order. load_context calls open_turn(); every later
-- write names the turn with its epoch, see turn_steps.sql.
--
-- What a message says stands in words.sql, who wrote it in contacts.sql, the order of locks in locks.sql.

-- Why a message gets no answer; null: it gets one. All reasons that lie in the chatbot, the contact or the message's
-- age stand here. Limits and opening hours are in open_turn(), what asks nothing in receive_message().
create or replace function reason_not_to_answer(p_bot chatbots, p_contact contacts, p_message inbound_messages)
    returns text
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
select own_functions('reason_not_to_answer');

-- Which cap on replies is reached, in words; null: none. A tenant's own cap is tenants.limits ->> 'replies_per_hour'.
-- Words about waiting and ratings are no reply.
create or replace function cap_reached(p_bot chatbots, p_contact uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case
        when (select count(*) from turns t where t.contact_id = p_contact and t.opened_at > now()
              - interval '1 hour' and coalesce(t.outcome, '') not in ('wait_notice', 'rating'))
                >= p_bot.max_replies_per_hour
            then format('the contact has had %s replies within an hour; it may be a machine',
                        p_bot.max_replies_per_hour)
        when (select count(*) from turns t where t.tenant_id = p_bot.tenant_id and t.opened_at > now()
              - interval '1 hour' and coalesce(t.outcome, '') not in ('wait_notice', 'rating')) >= plan.replies
            then format('the tenant has given %s replies within an hour', plan.replies)
    end
    from (select plan_figure(limits, 'replies_per_hour')::int as replies from tenants
          where id = p_bot.tenant_id) as plan
$$;
select own_functions('cap_reached');

-- Names the setting whose words tell the customer that a limit is reached; null: the bot has said them within the last
-- hour. load_context picks the language, because it reads what the customer has written.
create or replace function limit_reply(p_contact contacts) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if p_contact.limit_told_at > now() - interval '1 hour' then
        return null;
    end if;
    update contacts set limit_told_at = now() where id = p_contact.id;
    return 'limit_message';
end $$;
select own_functions('limit_reply');

-- Gives the newest of a contact's waiting messages a run of its own, which answers the others with it. The caller
-- holds the contact's lock.
create or replace function wake_waiting(p_contact uuid) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update inbound_messages i set state = 'received', dispatch_no = i.dispatch_no + 1, due_at = now()
        where (i.phone_number_id, i.message_id) in (
            select distinct on (w.phone_number_id) w.phone_number_id, w.message_id from inbound_messages w
            where w.contact_id = p_contact and w.state = 'waiting' order by w.phone_number_id, w.seq desc);
    return found;
end $$;
select own_functions('wake_waiting');

-- Whether a message does something before a question is answered that came before it: an opt-out, an edit, a deletion,
-- and whatever else asks nothing.
create or replace function acts_by_itself(p_bot chatbots, p_payload text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select not asks_something(m) or coalesce(wish_of(p_bot, m) = 'opt_out', false) from message_of(p_payload) m
$$;
select own_functions('acts_by_itself');

-- Gives a turn the pending messages of its conversation, and in any case the message that its run came with. A message
-- that has not been dispatched gets no run of its own any more, so what it changes is applied here.
create or replace function fill_turn(p_turn turns, p_contact contacts, p_message_id text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    pending inbound_messages;
    reason text;
begin
    for pending in
        select * from inbound_messages i
        where i.phone_number_id = p_turn.phone_number_id and i.kind = 'message' and i.message_id <> p_message_id
          and i.sender in (p_contact.phone, p_contact.user_id) and i.state in ('received', 'dispatched', 'waiting')
          and (i.turn_id is null or i.turn_id = p_turn.id) and asks_something(message_of(i.payload))
        order by i.seq for update
    loop
        reason := case when pending.state = 'received'
            then receive_message(pending.phone_number_id, pending.payload) ->> 'end' end;
        if reason is not null then
            perform end_message(pending.phone_number_id, pending.message_id, p_turn.run_id, reason);
        else
            perform take_in(p_turn, pending.message_id);
        end if;
    end loop;
    perform take_in(p_turn, p_message_id);
end $$;
select own_functions('fill_turn');

-- Makes a message one of those that a turn answers.
create or replace function take_in(p_turn turns, p_message_id text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    select keep_form(i, p_turn.contact_id) from inbound_messages i
    where i.phone_number_id = p_turn.phone_number_id and i.message_id = p_message_id and i.kind = 'message';
    update inbound_messages i
    set state = 'in_turn', turn_id = p_turn.id, contact_id = p_turn.contact_id, run_id = p_turn.run_id,
        due_at = now() + interval '2 minutes'
    where i.phone_number_id = p_turn.phone_number_id and i.message_id = p_message_id and i.kind = 'message'
$$;
select own_functions('take_in');

-- Leaves a message to another run. p_due says when recovery is to look whether that run came.
create or replace function leave_message(p_message inbound_messages, p_contact contacts, p_run uuid, p_due interval,
    p_reason text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update inbound_messages i set state = 'waiting', contact_id = p_contact.id, run_id = p_run, due_at = now() + p_due
        where i.phone_number_id = p_message.phone_number_id and i.message_id = p_message.message_id
            and i.state <> 'in_turn';
    return jsonb_build_object('status', 'ended', 'reason', p_reason, 'tenant_id', p_contact.tenant_id,
                              'contact_id', p_contact.id);
end $$;
select own_functions('leave_message');

-- Whether a turn gets no further run: four have died over it. A slow run that is taken over has not died, and uses up
-- none of the four; the bound on takeovers is only there so that a conversation whose runs all hang ends, too.
create or replace function is_given_up(p_turn turns) returns boolean
    language sql immutable security definer set search_path = public, pg_temp as $$
    select p_turn.deaths >= 4 or p_turn.takeovers >= 12
$$;
select own_functions('is_given_up');

-- What to do about a turn that another run has open: wait for it while its lease runs, else take it over. Null: the
-- turn is p_run's now.
create or replace function take_over(p_turn turns, p_contact contacts, p_message inbound_messages, p_run uuid,
    p_lease interval) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    taken turns;
begin
    if p_turn.lease_until >= now() then
        return leave_message(p_message, p_contact, p_run,
                             '0', 'another turn is active; it hands this message over when it closes');
    end if;
    if is_given_up(p_turn) then  -- recovery tells the customer and closes it
        return leave_message(p_message, p_contact, p_run,
                             '0', 'given up: too many runs died while they answered the message before this one');
    end if;
    -- Another chatbot's turn, or one that says nothing: only its run may take it.
    if p_turn.phone_number_id <> p_message.phone_number_id
       or p_turn.silent and p_message.turn_id is distinct from p_turn.id then
        update inbound_messages i set state = 'received', dispatch_no = i.dispatch_no + 1, due_at = now()
            where (i.phone_number_id, i.message_id) = (select n.phone_number_id, n.message_id from inbound_messages n
                                                       where n.turn_id = p_turn.id and n.state = 'in_turn'
                                                           order by n.seq desc limit 1);
        return leave_message(p_message, p_contact, p_run, '0', 'a turn on the tenant''s other number comes first');
    end if;
    update turns t set epoch = t.epoch + 1, step = 1, lease_until = now() + p_lease, run_id = p_run,
        takeovers = t.takeovers + 1
        where t.id = p_turn.id returning t.* into taken;
    if taken.silent then
        null;  -- it holds a decision and nothing else
    elsif not exists (select from outbound_messages where turn_id = p_turn.id) then
        update turns t set version = version_for(t.phone_number_id, t.contact_id) where t.id = p_turn.id;
        perform fill_turn(taken, p_contact, p_message.message_id);
    elsif p_message.turn_id is distinct from p_turn.id then  -- the reply was written without this message
        perform leave_message(p_message, p_contact, p_run, '0', '');
    end if;
    update inbound_messages i set state = 'in_turn', run_id = p_run, due_at = now() + interval '2 minutes'
        where i.turn_id = p_turn.id and i.state in ('received', 'dispatched', 'waiting', 'in_turn');
    return null;
end $$;
select own_functions('take_over');

-- Opens the turn that answers a message, or says why there is none to open. p_run is the flow's job id. Returns
-- {"status": "opened", tenant_id, contact_id, turn_id, epoch, say?, silent?, version?} or {"status": "ended", "reason":
-- …, tenant_id?, contact_id?}; `version` where it is one that a share of the customers has (shares.sql). A person's
-- decision about a tool's call (approvals.sql) opens a turn, too.
create or replace function open_turn(p_phone_number_id text, p_message_id text, p_run uuid, p_phone text,
    p_user_id text, p_name text,
                                     p_payload text, p_lease interval default '5 minutes') returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    contact contacts;
    message inbound_messages;
    decision tool_approvals := decision_of(p_phone_number_id, p_message_id);
    share version_shares;  -- that this customer is in
    turn turns;
    words text;
    result jsonb;
    is_new boolean;
begin
    -- A run that an operator starts by hand has no row yet; one that the ingress dispatched has.
    insert into inbound_messages (phone_number_id, message_id, kind, sender, payload, state)
        values (p_phone_number_id, p_message_id, 'message', coalesce(p_user_id, sender_name(p_phone)), p_payload,
                'dispatched')
        on conflict do nothing;
    is_new := found;
    if drop_erased(p_phone_number_id, p_message_id, p_run) then
        return jsonb_build_object('status', 'ended', 'reason', 'this person was forgotten');
    end if;
    select b.* into bot from chatbots b where b.phone_number_id = p_phone_number_id;
    if not found then
        return end_message(p_phone_number_id, p_message_id, p_run, 'no chatbot has this phone_number_id');
    end if;
    contact.id := coalesce(decision.contact_id, find_contact(bot.tenant_id, p_phone, p_user_id, p_name));
    if contact.id is null then
        return end_message(p_phone_number_id, p_message_id, p_run, 'the message names no sender');
    end if;
    -- The contact's row serialises all that follows in this conversation, here and wherever a turn is closed.
    select * into contact from contacts where id = contact.id for update;
    share := share_of(p_phone_number_id, contact.id);
    bot := jsonb_populate_record(bot, coalesce(share.draft, '{}'));
    select * into message from inbound_messages i
        where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id for update;
    if message.state in ('answered', 'ended', 'dead') then
        return jsonb_build_object('status', 'ended', 'reason', coalesce(message.reason, 'already answered'),
                                  'tenant_id', bot.tenant_id,
                                  'contact_id', contact.id, 'turn_id', message.turn_id);
    end if;
    if is_new and exists (select from conversation_logs l
                          where l.direction = 'in' and l.phone_number_id = p_phone_number_id
                              and l.message_id = p_message_id) then
        return end_message(p_phone_number_id, p_message_id, p_run,
                           'already answered; its row in the inbox was cleaned up since');
    end if;
    perform apply_wishes(contact, message, p_run);
    select c.* into contact from contacts c where c.id = coalesce(  -- a wish under two names has made two people one
        (select same.id from contacts same where same.id = contact.id),
        find_contact(bot.tenant_id, p_phone, p_user_id, p_name)) for update;

    select * into turn from turns t where t.contact_id = contact.id and t.state = 'active' for update;
    if found and turn.run_id <> p_run then
        result := take_over(turn, contact, message, p_run, p_lease);
        if result is not null then
            return result;
        end if;
        select * into turn from turns t where t.id = turn.id;
    elsif found then
        -- The same run again: its worker was lost in this step, or a copy comes late, when the run has gone on. The
        -- turn stays as it is.
        update turns t set lease_until = greatest(t.lease_until, now() + p_lease) where t.id = turn.id;
    else
        words := reason_not_to_answer(bot, contact, message);
        if decision.state = 'approved' then
            turn.silent := words is not null;
            words := reason_not_to_act(bot, message);
            perform end_without_outcome(decision, words) where words is not null;
        end if;
        if words is not null then
            return end_message(p_phone_number_id, p_message_id, p_run, words);
        end if;
        if not coalesce(turn.silent, false) and exists (select from inbound_messages i
                   where i.phone_number_id = p_phone_number_id and i.sender in (contact.phone, contact.user_id)
                       and i.kind = 'message'
                     and i.seq > message.seq and i.state in ('received', 'dispatched')
                     and i.received_at > now() - make_interval(secs => bot.merge_window_s))
           and message.received_at > now() - 4 * make_interval(secs => bot.merge_window_s) then
            return leave_message(message, contact, p_run,
                                 '1 minute', 'more is being written; the run of the newest message answers all');
        end if;
        if message.dispatch_no = 0 and decision.id is null and exists (
            select from inbound_messages i
            where i.phone_number_id = p_phone_number_id and i.sender in (contact.phone, contact.user_id)
              and i.kind = 'message' and i.state = 'received' and i.seq > message.seq
              and acts_by_itself(bot, i.payload)) then
            return leave_message(message, contact, p_run,
                                 '1 minute', 'a later message comes first: it may be an edit or a deletion');
        end if;
        words := case when decision.id is null then cap_reached(bot, contact.id) end;
        if words is not null then
            turn.say := limit_reply(contact);
            if turn.say is null then
                return end_message(p_phone_number_id, p_message_id, p_run, 'a limit is reached: ' || words);
            end if;
        elsif decision.id is null and bot.outside_hours = 'close'
            and not is_open(bot.opening_hours, bot.time_zone, bot.closed_on) then
            turn.say := closed_reply(bot, contact);
            if turn.say is null then
                return end_message(p_phone_number_id, p_message_id, p_run, 'the business is closed: noted for a human');
            end if;
        end if;
        perform cancel_wait_notice(contact);
        insert into turns (tenant_id, contact_id, phone_number_id, run_id, step, lease_until, say, silent, version)
            values (bot.tenant_id, contact.id, p_phone_number_id, p_run, 1, now() + p_lease, turn.say,
                    coalesce(turn.silent, false), coalesce(share.version, live_version(p_phone_number_id)))
            returning * into turn;
        if turn.silent then
            perform take_in(turn, p_message_id);
        else
            perform fill_turn(turn, contact, p_message_id);
        end if;
    end if;
    return jsonb_build_object('status', 'opened', 'tenant_id', bot.tenant_id, 'contact_id', contact.id,
                              'turn_id', turn.id,
                              'epoch', turn.epoch)
        || jsonb_strip_nulls(jsonb_build_object('say', turn.say, 'silent', nullif(turn.silent, false),
                                                'version', share_of_turn(turn)));
end $$;
select own_functions('open_turn');
grant execute on function open_turn to chatbot_app;
