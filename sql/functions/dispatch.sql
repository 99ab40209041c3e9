-- The dispatch of stored messages to Windmill: each message gets a job, and a new one when its job was lost.
--
-- These functions work on the whole inbox, before anybody knows the tenant. They are SECURITY DEFINER and give away
-- no tenant's data.

-- Claims messages that need a run, oldest first. No other claimer gets a claimed row until its lease ends. delay_s is
-- what is left of the chatbot's merge window: the run is to start when a burst of messages may be over.
-- age_s is how long ago the message was received.
create or replace function claim_dispatches(p_batch int, p_lease interval, p_contact uuid default null)
    returns table (phone_number_id text, message_id text, payload text, dispatch_no int,
                   delay_s double precision, age_s double precision)
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
    select c.phone_number_id, c.message_id, c.payload, c.dispatch_no,
           case when c.dispatch_no > 0 then 0
                else greatest(0, coalesce(b.merge_window_s, 0)
                              - extract(epoch from now() - c.received_at)) end::double precision,
           extract(epoch from clock_timestamp() - c.received_at)::double precision
    from claimed c left join chatbots b using (phone_number_id)
    order by c.seq
$$;
select own_functions('claim_dispatches');
grant execute on function claim_dispatches to chatbot_ingress, chatbot_app;

-- Records what became of a dispatch. A row whose run was faster keeps its newer state.
create or replace function settle_dispatch(p_phone_number_id text, p_message_id text, p_dispatch_no int, p_ok boolean,
                                p_retry_in interval default null, p_error text default null) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update inbound_messages
    set state = case when p_ok then 'dispatched' else 'received' end,
        -- When the message was dispatched: the time when recovery first asks what became of its run.
        due_at = now() + case when p_ok then interval '2 minutes' else coalesce(p_retry_in, interval '5 seconds') end,
        dispatch_errors = dispatch_errors + case when p_ok then 0 else 1 end,
        reason = case when p_ok then null else left(p_error, 500) end
    where phone_number_id = p_phone_number_id and message_id = p_message_id and dispatch_no = p_dispatch_no
        and state = 'received'
$$;
select own_functions('settle_dispatch');
grant execute on function settle_dispatch to chatbot_ingress, chatbot_app;

-- Prepares stranded messages for another dispatch. The caller has made sure that the runs named are dead, so their
-- turns' leases end here, and each of these turns has one death more. After six runs a message is given up, and
-- give_up() tells the customer so.
create or replace function requeue_messages(p_keys text[][]) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    requeued int;
begin
    perform 1 from contacts c
        where c.id in (select m.contact_id from inbound_messages m join generate_subscripts(p_keys, 1) k
                       on m.phone_number_id = p_keys[k][1] and m.message_id = p_keys[k][2])
        order by c.id for update;
    with again as (
        update inbound_messages m
        set dispatch_no = m.dispatch_no + 1, due_at = now(),
            state = case when m.dispatch_no >= 5 then 'dead' else 'received' end,
            reason = case when m.dispatch_no >= 5 then 'given up after ' || m.dispatch_no + 1 || ' runs' end
        from generate_subscripts(p_keys, 1) k
        where m.phone_number_id = p_keys[k][1] and m.message_id = p_keys[k][2]
            and m.state in ('dispatched', 'waiting', 'in_turn')
        returning m.turn_id, m.state),
    died as (
        update turns t set lease_until = least(t.lease_until, now() - interval '1 millisecond'),
                           deaths = greatest(t.deaths + 1, case when a.is_dead then 4 else 0 end)
        from (select turn_id, bool_or(state = 'dead') as is_dead from again group by turn_id) a
        where t.id = a.turn_id and t.state = 'active')
    select count(*) into requeued from again;
    return requeued;
end $$;
select own_functions('requeue_messages');
grant execute on function requeue_messages to chatbot_app;

-- The same for a turn whose run is over although another copy of one of its steps may be alive: a new run takes it.
create or replace function requeue_turn(p_turn uuid) returns int
    language sql security definer set search_path = public, pg_temp as $$
    select requeue_messages(array[array[n.phone_number_id, n.message_id]])
    from inbound_messages n where n.turn_id = p_turn and n.state = 'in_turn' order by n.seq desc limit 1
$$;
select own_functions('requeue_turn');
grant execute on function requeue_turn to chatbot_app;

-- The newest message of each conversation whose run should have ended by now, for recovery to ask what became of that
-- run. Nobody else gets it for two minutes.
create or replace function stranded_messages(p_limit int)
    returns table (phone_number_id text, message_id text, dispatch_no int, run_id uuid, state text, overdue boolean)
    language sql security definer set search_path = public, pg_temp as $$
    with found as (
        select distinct on (m.phone_number_id, m.sender) m.phone_number_id, m.message_id, t.run_id as turn_run,
               coalesce(t.lease_until < now() - interval '10 minutes', false) as overdue
        from inbound_messages m left join turns t on t.contact_id = m.contact_id and t.state = 'active'
        where m.kind = 'message' and m.due_at <= now()
          and (m.state = 'dispatched'
               or m.state = 'waiting' and t.id is null
               or m.state = 'in_turn' and t.id = m.turn_id and t.lease_until < now() + interval '3 minutes')
        order by m.phone_number_id, m.sender, m.seq desc
        limit p_limit)
    update inbound_messages i set due_at = now() + interval '2 minutes'
    from found f
    where i.phone_number_id = f.phone_number_id and i.message_id = f.message_id and i.due_at <= now()
    returning i.phone_number_id, i.message_id, i.dispatch_no, coalesce(f.turn_run, i.run_id), i.state, f.overdue
$$;
select own_functions('stranded_messages');
grant execute on function stranded_messages to chatbot_app;

-- Hands a message that was given up over once more, when an operator asks for it.
create or replace function revive_message(p_phone_number_id text, p_message_id text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update inbound_messages i set state = 'received', dispatch_no = i.dispatch_no + 1, due_at = now(), reason = null
        where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id and i.state = 'dead'
          and not exists (select from turns t where t.id = i.turn_id and t.state = 'active');
    return found;
end $$;
select own_functions('revive_message');
grant execute on function revive_message to chatbot_app;
