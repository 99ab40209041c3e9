-- What contradicts a service statement: a record that is not as it was chained, or a row that is not as its record
-- says. Nothing does while only the product has changed rows.

-- The records of a span whose hash does not follow from the one before, and the places where the chain has a gap.
create or replace function chain_faults(p_number text, p_from timestamptz, p_to timestamptz)
    returns table (what text, id text, fault text, recorded jsonb, live jsonb)
    language sql stable security definer set search_path = public, pg_temp as $$
    with span as (
        select min(seq) as first, max(seq) as last from service_records
        where tenant_id = current_tenant() and phone_number_id = p_number and at >= p_from and at < p_to),
    links as materialized (
        select r.seq, r.hash, service_hash(coalesce(lag(r.hash) over (order by r.seq), ''), r) as reckoned,
               r.seq - coalesce(lag(r.seq) over (order by r.seq), case r.seq when 1 then 0 end) as step
        from service_records r, span
        where r.tenant_id = current_tenant() and r.phone_number_id = p_number
          and r.seq between span.first - 1 and span.last)
    select 'record', l.seq::text, case when l.step > 1 then 'missing' else 'changed' end, null::jsonb, null::jsonb
    from links l, span
    where l.seq >= span.first and (l.step is distinct from 1 or l.hash is distinct from l.reckoned)
    union all
    select 'record', c.seq::text, 'missing', null, null from service_chains c
    where c.tenant_id = current_tenant() and c.phone_number_id = p_number
      and not exists (select from service_records r where r.tenant_id = c.tenant_id
                      and r.phone_number_id = c.phone_number_id and r.seq = c.seq and r.hash = c.hash) and c.seq > 0
$$;
select own_functions('chain_faults');

-- Messages that came in a span.
create or replace function message_faults(p_number text, p_from timestamptz, p_to timestamptz)
    returns table (what text, id text, fault text, recorded jsonb, live jsonb)
    language sql stable security definer set search_path = public, pg_temp as $$
    with came as materialized (
        select r.subject as key, min(r.at) as at, min((r.facts ->> 'n')::bigint) as n from service_records r
        where r.tenant_id = current_tenant() and r.phone_number_id = p_number and r.kind = 'came'
          and r.at >= p_from and r.at < p_to
        group by r.subject),
    ends as (
        select distinct on (r.subject) r.subject as key, r.facts
        from came c join service_records r on r.subject = c.key
        where r.kind = 'ended' and r.tenant_id = current_tenant() order by r.subject, r.id desc),
    records as (
        select c.key, jsonb_build_object('n', c.n, 'received_at', c.at) || case
            when e.facts ->> 'state' in ('answered', 'ended', 'dead') then e.facts - 'who' else '{}' end as facts, c.at
        from came c left join ends e using (key)),
    live as (
        select service_key(i.phone_number_id, i.message_id) as key, jsonb_build_object('n', i.seq,
            'received_at', i.received_at) || case when i.state in ('answered', 'ended', 'dead')
                then jsonb_strip_nulls(jsonb_build_object('state', i.state, 'reason', ending_of(i.reason),
                                                          'turn', i.turn_id)) else '{}' end as facts
        from inbound_messages i
        where i.phone_number_id = p_number and i.kind = 'message' and not is_decision(i.message_id)
          and i.received_at >= p_from and i.received_at < p_to
          and i.reason is distinct from 'no chatbot has this phone_number_id')
    select 'message', coalesce(r.key, l.key)::text, fault_of(r.facts, l.facts), r.facts, l.facts
    from records r full join live l using (key)
    where r.facts is distinct from l.facts
      and (l.key is not null or not is_gone('message', p_number, r.key, r.at))
$$;
select own_functions('message_faults');

-- What happened to a row beside its record; null for both that are the same.
create or replace function fault_of(p_recorded jsonb, p_live jsonb) returns text
    language sql immutable
    return case when p_live is null then 'missing' when p_recorded is null then 'inserted' else 'changed' end;
select own_functions('fault_of');

-- Whether a row was deleted as it should: its person was forgotten, or it was older than what is kept.
create or replace function is_gone(p_what text, p_number text, p_subject uuid, p_at timestamptz) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return exists (select from service_records r
                   where r.subject in (p_subject, service_key(p_number, 'expired ' || p_what)) and r.kind = 'gone'
                     and r.tenant_id = current_tenant() and r.phone_number_id = p_number
                     and r.facts ->> 'what' = p_what
                     and (not r.facts ? 'before' or p_at < (r.facts ->> 'before')::timestamptz));
select own_functions('is_gone');

-- Turns that closed in a span, and the parts of their replies.
create or replace function turn_faults(p_number text, p_from timestamptz, p_to timestamptz)
    returns table (what text, id text, fault text, recorded jsonb, live jsonb)
    language sql stable security definer set search_path = public, pg_temp as $$
    with records as materialized (
        select distinct on (r.subject) r.subject as id, r.at,
            (r.facts - 'seconds') || jsonb_build_object('closed_at', r.at) as facts
        from service_records r
        where r.tenant_id = current_tenant() and r.phone_number_id = p_number and r.kind = 'turn'
          and r.at >= p_from and r.at < p_to
        order by r.subject, r.id desc),
    live as materialized (
        select t.id, jsonb_strip_nulls(jsonb_build_object('state', t.state, 'outcome', t.outcome, 'usd', turn_usd(t),
                                                          'closed_at', t.closed_at)) as facts
        from turns t
        where t.tenant_id = current_tenant() and t.phone_number_id = p_number and t.state <> 'active'
          and t.closed_at >= p_from and t.closed_at < p_to),
    part_records as (
        select distinct on (r.subject, r.facts -> 'part') r.subject as id, (r.facts ->> 'part')::int as part, r.facts
        from records t join service_records r on r.subject = t.id
        where r.kind = 'part' and r.tenant_id = current_tenant() order by r.subject, r.facts -> 'part', r.id desc),
    part_live as (
        select o.turn_id as id, o.part, part_facts(o, p_number) as facts
        from live l join outbound_messages o on o.turn_id = l.id),
    parts as (
        select id, part, case when is_settled(r.facts) then r.facts end as recorded,
               case when is_settled(v.facts) then v.facts end as live, v.id is null as is_missing
        from part_records r full join part_live v using (id, part))
    select 'turn', id::text, fault_of(r.facts, l.facts), r.facts, l.facts from records r full join live l using (id)
    where r.facts is distinct from l.facts and (l.id is not null or not is_gone('turn', p_number, r.id, r.at))
    union all
    select 'part', p.id || ' ' || p.part, case when p.is_missing then 'missing' when p.recorded is null then 'inserted'
                                               else 'changed' end, p.recorded, p.live
    from parts p
    where (p.recorded is distinct from p.live or p.is_missing) and exists (select from turns t where t.id = p.id)
$$;
select own_functions('turn_faults');

-- Whether a part has an outcome, as its facts say.
create or replace function is_settled(p_facts jsonb) returns boolean
    language sql immutable
    return p_facts ->> 'state' in ('sent', 'delivered', 'read', 'played', 'failed', 'cancelled');
select own_functions('is_settled');

-- What Meta charges for deliveries of a span: each, and, for a whole month, the sums.
create or replace function charge_faults(p_number text, p_from timestamptz, p_to timestamptz)
    returns table (what text, id text, fault text, recorded jsonb, live jsonb)
    language sql stable security definer set search_path = public, pg_temp as $$
    with records as materialized (
        select r.subject as key, r.at, r.facts || jsonb_build_object('delivered_at', r.at) as facts
        from service_records r
        where r.tenant_id = current_tenant() and r.phone_number_id = p_number and r.kind = 'charge'
          and r.at >= p_from and r.at < p_to),
    live as (
        select service_key(c.phone_number_id, c.message_id) as key,
               charge_facts(c) || jsonb_build_object('delivered_at', c.delivered_at) as facts
        from message_charges c
        where c.tenant_id = current_tenant() and c.phone_number_id = p_number and c.counted
          and c.delivered_at >= p_from and c.delivered_at < p_to),
    sums as (
        select facts ->> 'category' as category, facts ->> 'type' as type, count(*) as messages,
               count(*) filter (where facts -> 'billable' = 'true') as billed,
               coalesce(sum((facts ->> 'usd')::numeric), 0) as usd
        from records group by 1, 2),
    kept as (
        select category, type, messages, billed, usd from charge_months
        where tenant_id = current_tenant() and phone_number_id = p_number
          and month = (p_from at time zone 'utc')::date)
    select 'charge', coalesce(r.key, l.key)::text, fault_of(r.facts, l.facts), r.facts, l.facts
    from records r full join live l using (key)
    where r.facts is distinct from l.facts and (l.key is not null or not is_gone('charge', p_number, r.key, r.at))
    union all
    select 'sum', coalesce(s.category || ' ' || s.type, k.category || ' ' || k.type),
           fault_of(to_jsonb(s), to_jsonb(k)), to_jsonb(s), to_jsonb(k)
    from sums s full join kept k on (s.category, s.type) = (k.category, k.type)
    where (s.messages, s.billed, s.usd) is distinct from (k.messages, k.billed, k.usd)
$$;
select own_functions('charge_faults');

-- All that contradicts the statement, the first p_limit: `what` (record, message, turn, part, charge, sum), `id`,
-- `fault` (missing, changed, inserted), and both sides of what differs.
create or replace function statement_faults(p_number text, p_from timestamptz, p_to timestamptz, p_limit int)
    returns table (what text, id text, fault text, recorded jsonb, live jsonb)
    language sql stable security definer set search_path = public, pg_temp as $$
    select * from (
        select * from chain_faults(p_number, p_from, p_to)
        union all select * from message_faults(p_number, p_from, p_to)
        union all select * from turn_faults(p_number, p_from, p_to)
        union all select * from charge_faults(p_number, p_from, p_to)) f
    where exists (select from chatbots b where b.phone_number_id = p_number and b.tenant_id = current_tenant())
    order by f.what, f.id limit p_limit
$$;
select own_functions('statement_faults');
grant execute on function statement_faults to chatbot_app;
