-- What Meta reports about messages that were sent: statuses, and echoes of messages that the business wrote from its
-- own phone.

-- How far a status is on the way; a part only moves forward. A part that was accepted and then failed is failed. One
-- that was delivered stays delivered, with the failure's code beside it.
create or replace function status_rank(p_state text) returns int
    language sql immutable parallel safe
    return array_position(array['waiting', 'pending', 'cancelled', 'sending', 'unknown', 'sent', 'failed', 'delivered',
                                'read', 'played'], p_state);
select own_functions('status_rank');

-- Applies one stored status to the part that it is about. False: no such part is known (yet).
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
    if not found then  -- or it is about a failed request, and the part has gone out again since
        return exists (select from failed_sends f where f.send_id = echoed_send_id or f.message_id = p_status ->> 'id');
    end if;
    if new_state not in ('sent', 'delivered', 'read', 'played', 'failed') then
        return true;
    end if;
    update outbound_messages o
    set message_id = coalesce(o.message_id, p_status ->> 'id'),
        sent_at = coalesce(o.sent_at, case when new_state <> 'failed' then now() end),
        state = case when status_rank(new_state) > status_rank(o.state) then new_state else o.state end,
        error_code = case when new_state = 'failed' then case when code ~ '^[0-9]{1,9}$' then code::int end
            else o.error_code end,
        error = case when new_state = 'failed'
                     then left(coalesce(p_status #>> '{errors,0,title}', p_status #>> '{errors,0,message}'), 500)
                         else o.error end,
        updated_at = now()
    where o.turn_id = part.turn_id and o.part = part.part
    returning o.* into part;
    update conversation_logs set status = part.state, message_id = part.message_id
        where send_id = part.send_id and direction = 'out';
    return true;
end $$;
select own_functions('apply_status');

-- Applies stored statuses and echoes that are due; returns how many rows it settled. Only one caller applies them at
-- a time, and it gives way to a step that holds a part, so it can't deadlock with anybody. A status may come before
-- its part has Meta's id: it stays for an hour and is tried again at growing intervals.
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
    if not try_lock_events() then
        return 0;
    end if;
    for round in 1..20 loop  -- a batch of unknown statuses alone must not hide those behind it
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
                elsif exists (select from erased_messages
                              where digest = message_digest('', what #>> '{statuses,0,id}')) then
                    verdict := 'erased';
                elsif event.received_at < now() - interval '1 hour' then
                    verdict := 'ended';
                    why := 'no message with this id was sent from here';
                else
                    verdict := 'received';
                end if;
                if event.kind = 'status' and verdict <> 'erased' then
                    perform note_charge(event.phone_number_id, what #> '{statuses,0}');
                end if;
            exception
                when lock_not_available or deadlock_detected then
                    verdict := 'received';
                when data_exception or integrity_constraint_violation then
                    -- Hostile or unknown content is settled here, so that the others go on.
                    verdict := 'ended';
                    why := 'not understood: ' || left(sqlerrm, 200);
                when others then  -- it must not hold up the others; it is tried again for an hour
                    verdict := case when event.received_at < now() - interval '1 hour' then 'ended' else 'received' end;
                    why := 'not applied: ' || left(sqlerrm, 200);
            end;
            settled := settled + (verdict <> 'received')::int;
            if verdict = 'erased' then  -- what Meta says later of somebody who was forgotten
                delete from inbound_messages
                    where phone_number_id = event.phone_number_id and message_id = event.message_id;
                continue;
            end if;
            update inbound_messages
                set state = verdict, reason = why,
                    due_at = case when verdict = 'received' then now() + greatest(interval '1 second', now()
                        - received_at) else due_at end
                where phone_number_id = event.phone_number_id and message_id = event.message_id;
        end loop;
        exit when settled > 0 or looked < p_batch;
    end loop;
    return settled;
end $$;
select own_functions('apply_events');
grant execute on function apply_events to chatbot_ingress, chatbot_app;
