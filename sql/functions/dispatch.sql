-- The dispatch of stored messages to Windmill: each message gets a job, and a new one when its job was lost.
--
-- These functions work on the whole inbox, before anybody knows the tenant. They are SECURITY DEFINER and give away
-- no tenant's data.

-- Why a message that is `received` can't be claimed before its due_at stands in its column `hold`:
-- claimed    a dispatcher is starting its run, or has died over it
-- merging    the conversation's merge window is open
-- retrying   Windmill has not taken it

-- The runs that Windmill has of our messages, by rows that end by themselves: a claim and a turn have leases, and
-- recovery looks every two minutes at a message whose run has not opened a turn. So a run that died in whatever way
-- counts no longer than that.
create or replace function runs_in_flight() returns table (tenant_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select t.tenant_id from turns t where t.state = 'active' and t.lease_until > now()
    union all
    select b.tenant_id from inbound_messages i left join chatbots b using (phone_number_id)
    where i.state = 'dispatched' and i.due_at > now() - interval '2 minutes'
    union all
    select b.tenant_id from inbound_messages i left join chatbots b using (phone_number_id)
    where i.state = 'received' and i.hold = 'claimed' and i.due_at > now()
$$;
select own_functions('runs_in_flight');

-- How many runs a tenant may have at once: what its plan says, else all but what it leaves to the others. Where there
-- are others that is a quarter, and one for each of p_others (those that got a run lately) up to a half. A worker is
-- taken for as long as a model thinks, so what a tenant leaves is what the others need not wait for.
create or replace function turns_at_once(p_limits jsonb, p_others int) returns int
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(plan_figure(p_limits, 'turns_at_once')::int,
                    greatest(1, s.turns_in_flight
                                - case when (select count(*) from (select from tenants limit 2) t) > 1
                                  then greatest(ceil(s.turns_in_flight / 4.0)::int,
                                                least(s.turns_in_flight / 2, p_others)) else 0 end))
    from dispatch_settings s
$$;
select own_functions('turns_at_once');

-- The first message of each conversation that waits for a run, of a number's two hundred oldest messages. A
-- conversation whose message got a run is left alone until that run has opened its turn, or for twenty seconds, so
-- that no message overtakes an earlier one. merge_until: the end of the merge window, which each message opens anew,
-- four times at most. One plan for all numbers: to plan it for each takes ten times as long as to run it.
create or replace function first_messages(p_phone_number_id text)
    returns table (message_id text, seq bigint, contact_id uuid, merge_until timestamptz)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
    return query
    with busy as (
        select coalesce(d.sender, '') as sender from inbound_messages d
        where d.state = 'dispatched' and d.due_at > now() + interval '100 seconds'
          and d.phone_number_id = p_phone_number_id
        union all
        select coalesce(h.sender, '') from inbound_messages h
        where h.state = 'received' and h.hold is not null and h.due_at > now()
          and h.phone_number_id = p_phone_number_id),
    oldest as (
        select i.* from inbound_messages i
        where i.phone_number_id = p_phone_number_id and i.state = 'received' and i.kind = 'message'
          and i.due_at <= now() and coalesce(i.sender, '') not in (select b.sender from busy b)
        order by i.seq limit 200),
    firsts as (select distinct on (o.sender) o.* from oldest o order by o.sender, o.seq)
    select f.message_id, f.seq, f.contact_id,
           case when f.dispatch_no = 0 and f.received_at > now() - 4 * w.lasts
                then least(f.received_at + 4 * w.lasts,
                           w.lasts + (select max(n.received_at) from inbound_messages n
                                      where n.phone_number_id = f.phone_number_id and n.sender = f.sender
                                        and n.kind = 'message' and n.state = 'received')) end
    from firsts f,
         coalesce((select make_interval(secs => b.merge_window_s) from chatbots b
                   where b.phone_number_id = p_phone_number_id), '0') w (lasts);
end $$;
select own_functions('first_messages');

-- The conversations of all tenants that wait for a run, each by its first message. It goes from number to number in
-- the index, so a tenant's long queue costs the others nothing.
create or replace function waiting_conversations()
    returns table (tenant_id uuid, phone_number_id text, message_id text, seq bigint, contact_id uuid,
                   merge_until timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    with recursive numbers as (
        (select i.phone_number_id from inbound_messages i where i.state = 'received' and i.kind = 'message'
         order by i.phone_number_id limit 1)
        union all
        select (select i.phone_number_id from inbound_messages i where i.state = 'received' and i.kind = 'message'
                and i.phone_number_id > n.phone_number_id order by i.phone_number_id limit 1)
        from numbers n where n.phone_number_id is not null)
    select b.tenant_id, n.phone_number_id, f.message_id, f.seq, f.contact_id, f.merge_until
    from numbers n left join chatbots b using (phone_number_id) cross join lateral first_messages(n.phone_number_id) f
    where n.phone_number_id is not null
$$;
select own_functions('waiting_conversations');

-- Which conversations get the runs that there is room for. Each goes to the tenant that has the fewest, by the weight
-- of its plan (tenants.limits: turn_weight); of equal ones to that which got none for longest, so that they take
-- turns; within a tenant to the conversation that has waited longest.
create or replace function next_conversations(p_room int)
    returns table (tenant_id uuid, phone_number_id text, message_id text, contact_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    with counts as (select f.tenant_id, count(*) as runs from runs_in_flight() f group by f.tenant_id),
    lately as (
        select t.id, count(*) over () - 1 as others from tenants t
        where t.dispatched_at > now() - interval '10 minutes'),
    queue as (
        select w.*, row_number() over (partition by w.tenant_id order by w.seq) - 1 as before
        from waiting_conversations() w where w.merge_until is null or w.merge_until <= now()),
    shares as (
        select q.*, t.dispatched_at, q.before + coalesce(c.runs, 0) as runs,
               coalesce(plan_figure(t.limits, 'turn_weight'), 1) as weight,  -- a number of no tenant has no plan
               turns_at_once(coalesce(t.limits, '{}'), coalesce(l.others, (select count(*) from lately))::int) as cap
        from queue q left join tenants t on t.id = q.tenant_id left join lately l on l.id = t.id
        left join counts c on c.tenant_id is not distinct from q.tenant_id
        where q.before < p_room)
    select s.tenant_id, s.phone_number_id, s.message_id, s.contact_id from shares s where s.runs < s.cap
    order by s.runs / s.weight,
             coalesce(s.dispatched_at, case when s.tenant_id is not null then timestamptz '-infinity' end), s.seq
    limit p_room
$$;
select own_functions('next_conversations');

-- Claims the messages that are to get a run now, p_batch at most: as many as there is room for among the runs that
-- Windmill may have (dispatch_settings), each tenant by its share. With p_contact only those of this contact, when it
-- is their turn. No other claimer gets a claimed row until its lease ends. age_s is how long ago the message was
-- received. It waits for nobody who holds a row; two claimers wait for each other, so that they don't fill the room
-- twice.
create or replace function claim_dispatches(p_batch int, p_lease interval, p_contact uuid default null)
    returns table (phone_number_id text, message_id text, payload text, dispatch_no int, age_s double precision)
    language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $$
#variable_conflict use_column
declare
    room int;
begin
    perform lock_claims();
    room := least(p_batch, (select turns_in_flight from dispatch_settings) - (select count(*) from runs_in_flight()));
    if room <= 0 then
        return;
    end if;
    update inbound_messages m set hold = 'merging', due_at = w.merge_until
        from waiting_conversations() w
        where w.merge_until > now() and (m.phone_number_id, m.message_id) in (
            select i.phone_number_id, i.message_id from inbound_messages i
            where i.phone_number_id = w.phone_number_id and i.message_id = w.message_id and i.state = 'received'
            for update skip locked);
    return query
    with chosen as (select * from next_conversations(room)),
    claimed as (
        update inbound_messages m set hold = 'claimed', due_at = now() + p_lease
        where (m.phone_number_id, m.message_id) in (
            select i.phone_number_id, i.message_id from inbound_messages i
            join chosen c using (phone_number_id, message_id)
            where i.state = 'received' and (p_contact is null or c.contact_id = p_contact)
            for update of i skip locked)
        returning m.*),
    served as (
        update tenants t set dispatched_at = clock_timestamp() where t.id in (
            select k.id from tenants k where k.id in (select b.tenant_id from claimed join chatbots b
                                                      using (phone_number_id)) for no key update skip locked))
    select c.phone_number_id, c.message_id, c.payload, c.dispatch_no,
           extract(epoch from clock_timestamp() - c.received_at)::double precision
    from claimed c order by c.seq;
end $$;
select own_functions('claim_dispatches');
grant execute on function claim_dispatches to chatbot_ingress, chatbot_app;

-- In how many seconds the next message that is held may be claimed; null: none is held.
create or replace function next_dispatch_s() returns double precision
    language sql stable security definer set search_path = public, pg_temp as $$
    select extract(epoch from min(i.due_at) - clock_timestamp())::double precision from inbound_messages i
    where i.state = 'received' and i.hold is not null
      and i.due_at > now() - interval '1 second'  -- due since the claim that was made just before
$$;
select own_functions('next_dispatch_s');
grant execute on function next_dispatch_s to chatbot_ingress;

-- Wakes the dispatchers, which listen, when there is room for a run or a message for one: at the commit.
create or replace function notify_dispatchers() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform pg_notify('dispatches', '');
    return null;
end $$;
select own_functions('notify_dispatchers');
create or replace trigger notify_dispatchers after update of state on inbound_messages for each row
    when (old.state <> new.state and (new.state = 'received' or old.state = 'dispatched' and new.state <> 'in_turn'))
    execute function notify_dispatchers();
create or replace trigger notify_dispatchers after update of state on turns for each row
    when (old.state = 'active' and new.state <> 'active') execute function notify_dispatchers();

-- Records what became of a dispatch. A row whose run was faster keeps its newer state.
create or replace function settle_dispatch(p_phone_number_id text, p_message_id text, p_dispatch_no int, p_ok boolean,
                                p_retry_in interval default null, p_error text default null) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update inbound_messages
    set state = case when p_ok then 'dispatched' else 'received' end,
        -- When the message was dispatched: the time when recovery first asks what became of its run.
        due_at = now() + case when p_ok then interval '2 minutes' else coalesce(p_retry_in, interval '5 seconds') end,
        hold = case when not p_ok then 'retrying' end,
        dispatch_errors = dispatch_errors + case when p_ok then 0 else 1 end,
        reason = case when p_ok then null else left(p_error, 500) end
    where phone_number_id = p_phone_number_id and message_id = p_message_id and dispatch_no = p_dispatch_no
        and state = 'received'
$$;
select own_functions('settle_dispatch');
grant execute on function settle_dispatch to chatbot_ingress, chatbot_app;

-- Prepares stranded messages for another dispatch. The caller has made sure that the runs named are dead, so their
-- turns' leases end here, and each of these turns has one death more. After six runs a message is given up, and
-- give_up() tells the customer so; a decision has six in each turn that it gets (take_up_again).
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
            state = case when m.dispatch_no >= last.no then 'dead' else 'received' end,
            reason = case when m.dispatch_no >= last.no then 'given up after ' || m.dispatch_no + 1 || ' runs' end
        from generate_subscripts(p_keys, 1) k,
             lateral (select 5 + 7 * coalesce((decision_of(p_keys[k][1], p_keys[k][2])).turns_lost, 0)) last (no)
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
               -- A turn whose only message was deleted meanwhile hands nothing over.
               or m.state = 'waiting' and (t.id is null or t.lease_until < now() and not exists (
                   select from inbound_messages o where o.turn_id = t.id and o.state = 'in_turn'))
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
