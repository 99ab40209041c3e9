-- The hand-over of stored messages to Windmill, and the application of statuses and echoes.
-- Both work on the whole inbox, before a tenant is known: they are SECURITY DEFINER and give away no tenant's data.

-- Claims messages that want a run, oldest first. A claimed row is nobody else's until its lease ends, with any number of claimers.
-- delay_s is what is left of the chatbot's merge window: the run is to start when a burst may be over.
create function claim_handovers(p_batch int, p_lease interval, p_contact uuid default null)
    returns table (phone_number_id text, message_id text, payload text, handover int, delay_s double precision)
    language sql security definer set search_path = public, pg_temp as $$
    with claimed as (
        update inbound_messages m set due_at = now() + p_lease
        where (m.phone_number_id, m.message_id) in (
            select i.phone_number_id, i.message_id from inbound_messages i
            where i.state = 'received' and i.kind = 'message' and i.due_at <= now()
              and (p_contact is null or i.contact_id = p_contact)
            order by i.seq limit p_batch for update skip locked)
        returning m.*
    )
    select c.phone_number_id, c.message_id, c.payload, c.handover,
           case when c.handover > 0 then 0
                else greatest(0, coalesce(b.merge_window_s, 0) - extract(epoch from now() - c.received_at)) end::double precision
    from claimed c left join chatbots b using (phone_number_id)
    order by c.seq
$$;

-- Records what became of a hand-over. A row that its run has overtaken meanwhile keeps its newer state.
create function settle_handover(p_phone_number_id text, p_message_id text, p_handover int, p_ok boolean,
                                p_retry_in interval default null, p_error text default null) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update inbound_messages
    set state = case when p_ok then 'handed_over' else 'received' end,
        -- for a handed over message: when recovery first asks what became of its run
        due_at = now() + case when p_ok then interval '2 minutes' else coalesce(p_retry_in, interval '5 seconds') end,
        handover_errors = handover_errors + case when p_ok then 0 else 1 end,
        reason = case when p_ok then null else left(p_error, 500) end
    where phone_number_id = p_phone_number_id and message_id = p_message_id and handover = p_handover and state = 'received'
$$;

-- How far a status is on the way; a part only moves forward. 'failed' is kept apart: it never overwrites a delivery.
create function status_rank(p_state text) returns int
    language sql immutable parallel safe
    return array_position(array['pending', 'cancelled', 'sending', 'unknown', 'failed', 'sent', 'delivered', 'read', 'played'], p_state);

-- Applies one stored status to the part it speaks of. False: no such part is known (yet).
create function apply_status(p_status jsonb) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    echoed text := p_status ->> 'biz_opaque_callback_data';
    echoed_send_id uuid;
    part outbound_messages;
    new_state text := p_status ->> 'status';
begin
    if echoed is json object and (echoed::json ->> 'send_id') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
        echoed_send_id := (echoed::json ->> 'send_id')::uuid;
    end if;
    select * into part from outbound_messages o
        where o.send_id = echoed_send_id or o.message_id = p_status ->> 'id' limit 1 for update;
    if not found then
        return false;
    end if;
    if new_state not in ('sent', 'delivered', 'read', 'played', 'failed') then
        return true;
    end if;
    update outbound_messages o
    set message_id = coalesce(o.message_id, p_status ->> 'id'),
        sent_at = coalesce(o.sent_at, case when new_state <> 'failed' then now() end),
        state = case when status_rank(new_state) > status_rank(o.state) then new_state else o.state end,
        error_code = case when new_state = 'failed' then (p_status #>> '{errors,0,code}')::int else o.error_code end,
        error = case when new_state = 'failed'
                     then left(coalesce(p_status #>> '{errors,0,title}', p_status #>> '{errors,0,message}'), 500) else o.error end,
        updated_at = now()
    where o.turn_id = part.turn_id and o.part = part.part
    returning o.* into part;
    update conversation_logs set status = part.state, message_id = part.message_id
        where send_id = part.send_id and direction = 'out';
    return true;
end $$;

-- Applies stored statuses and echoes, oldest first; returns how many rows it settled.
-- A status may come before the part's own row is written: it stays for an hour, asked again at growing intervals.
create function apply_events(p_batch int) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    event inbound_messages;
    what jsonb;
    settled int := 0;
begin
    for event in
        select * from inbound_messages where state = 'received' and kind in ('status', 'echo') and due_at <= now()
        order by seq limit p_batch for update skip locked
    loop
        begin
            what := event.payload::jsonb #> '{entry,0,changes,0,value}';
            if event.kind = 'echo' then
                perform apply_echo(event.phone_number_id, what #> '{message_echoes,0}');
                update inbound_messages set state = 'answered'
                    where phone_number_id = event.phone_number_id and message_id = event.message_id;
                settled := settled + 1;
            elsif apply_status(what #> '{statuses,0}') then
                update inbound_messages set state = 'answered'
                    where phone_number_id = event.phone_number_id and message_id = event.message_id;
                settled := settled + 1;
            elsif event.received_at < now() - interval '1 hour' then
                update inbound_messages set state = 'ended', reason = 'no message with this id was sent from here'
                    where phone_number_id = event.phone_number_id and message_id = event.message_id;
                settled := settled + 1;
            else
                update inbound_messages set due_at = now() + least(interval '5 minutes', greatest(interval '1 second', now() - received_at))
                    where phone_number_id = event.phone_number_id and message_id = event.message_id;
            end if;
        exception when data_exception or invalid_text_representation or numeric_value_out_of_range then
            -- hostile or unheard-of content settles itself; the others go on
            update inbound_messages set state = 'ended', reason = 'not understood: ' || left(sqlerrm, 200)
                where phone_number_id = event.phone_number_id and message_id = event.message_id;
            settled := settled + 1;
        end;
    end loop;
    return settled;
end $$;

-- The business wrote from its own phone app: a human is talking, so the bot is quiet for that contact.
create function apply_echo(p_phone_number_id text, p_echo jsonb) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update contacts c set paused_until = greatest(c.paused_until, now() + interval '12 hours')
    from chatbots b
    where b.phone_number_id = p_phone_number_id and c.tenant_id = b.tenant_id
      and (c.phone = ltrim(p_echo ->> 'to', '+') or c.user_id = p_echo ->> 'to_user_id')
$$;

-- Prepares what is stranded for another hand-over; the caller has made sure that the runs named are not alive.
create function requeue_messages(p_keys text[][]) returns int
    language sql security definer set search_path = public, pg_temp as $$
    with requeued as (
        update inbound_messages m
        set handover = m.handover + 1, due_at = now(),
            state = case when m.handover >= 5 then 'dead' else 'received' end,
            reason = case when m.handover >= 5 then 'given up after ' || m.handover + 1 || ' runs' end
        from (select p_keys[i][1] as phone_number_id, p_keys[i][2] as message_id from generate_subscripts(p_keys, 1) i) k
        where m.phone_number_id = k.phone_number_id and m.message_id = k.message_id
          and m.state in ('handed_over', 'waiting', 'in_turn')
        returning 1)
    select count(*)::int from requeued
$$;

-- Messages that nobody works on although they should be: the newest one of each conversation, whose run then answers all.
--   handed over, but after two minutes still untouched by its run   waiting, but no turn is active   in a turn whose lease ended
create function stranded_messages(p_limit int)
    returns table (phone_number_id text, message_id text, handover int, run_id uuid, state text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select distinct on (m.phone_number_id, m.sender) m.phone_number_id, m.message_id, m.handover, coalesce(t.run_id, m.run_id), m.state
    from inbound_messages m left join turns t on t.contact_id = m.contact_id and t.state = 'active'
    where m.kind = 'message'
      and (m.state = 'handed_over' and m.due_at <= now()
           or m.state = 'waiting' and t.id is null and m.due_at <= now()
           or m.state = 'in_turn' and t.lease_until < now() - interval '5 seconds')
    order by m.phone_number_id, m.sender, m.seq desc
    limit p_limit
$$;

do $$
declare f text;
begin
    foreach f in array array['claim_handovers', 'settle_handover', 'apply_status', 'apply_events', 'apply_echo', 'requeue_messages',
                             'stranded_messages', 'status_rank'] loop
        execute format('alter function %I owner to chatbot_owner', f);
        execute format('revoke execute on function %I from public', f);
    end loop;
end $$;
grant execute on function claim_handovers, settle_handover, apply_events to chatbot_ingress, chatbot_app;
grant execute on function requeue_messages, stranded_messages to chatbot_app;
