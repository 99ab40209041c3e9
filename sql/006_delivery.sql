-- Delivery: the outbox's parts are claimed, recorded and sent again on purpose; statuses only move them forward.

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
create function claim_part(p_turn uuid, p_epoch int, p_part int, p_unknown_wait interval) returns jsonb
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
create function record_part(p_turn uuid, p_epoch int, p_part int, p_state text, p_message_id text, p_error_code int, p_error text)
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

-- How far a status is on the way; a part only moves forward. Accepted and then failed is failed; what was delivered stays delivered,
-- and the failure's code is kept beside it.
create function status_rank(p_state text) returns int
    language sql immutable parallel safe
    return array_position(array['pending', 'cancelled', 'sending', 'unknown', 'sent', 'failed', 'delivered', 'read', 'played'], p_state);

-- Applies one stored status to the part it speaks of. False: no such part is known (yet).
create function apply_status(p_status jsonb) returns boolean
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
create function apply_events(p_batch int) returns int
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

select own_functions('reason_not_to_send', 'claim_part', 'record_part', 'status_rank', 'apply_status', 'apply_events', 'resend_part',
                     'record_resend');
grant execute on function reason_not_to_send, claim_part, record_part, resend_part, record_resend to chatbot_app;
grant execute on function apply_events to chatbot_ingress, chatbot_app;
