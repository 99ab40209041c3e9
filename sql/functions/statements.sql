-- The service statement of a number and a month (UTC): what came, what became of it, what Meta did and charged, and
-- what models cost. It is reckoned from the records alone (functions/service_records.sql).

-- The messages of a span with their end: `answered`: Meta took a part of the reply; `ended`: without an answer, for a
-- reason; `open`: still in time; `lost`: neither. `doubled`: two turns answered it. `overtaken`: a later message of the
-- same contact was answered before it.
create or replace function served_messages(p_number text, p_from timestamptz, p_to timestamptz)
    returns table (key uuid, came_at timestamptz, turn_id uuid, ending text, reason text, doubled boolean,
                   overtaken boolean)
    language sql stable security definer set search_path = public, pg_temp as $$
    with came as materialized (
        select subject as key, min(at) as at, min((facts ->> 'n')::bigint) as n from service_records
        where tenant_id = current_tenant() and phone_number_id = p_number and kind = 'came'
          and at >= p_from and at < p_to
        group by subject),
    ends as materialized (
        select c.key, r.id, r.facts ->> 'state' as state, r.facts ->> 'reason' as reason, r.facts ->> 'who' as who,
               (r.facts ->> 'turn')::uuid as turn_id
        from came c join service_records r on r.subject = c.key
        where r.kind = 'ended' and r.tenant_id = current_tenant() and r.phone_number_id = p_number),
    last as (select distinct on (e.key) e.* from ends e order by e.key, e.id desc),
    replies as materialized (
        select r.subject as turn_id, min(r.at) filter (where r.kind = 'part' and was_taken(r.facts)) as taken_at,
               (array_agg(r.facts ->> 'outcome' order by r.id desc) filter (where r.kind = 'turn'))[1] as outcome
        from (select distinct e.turn_id from ends e) e join service_records r on r.subject = e.turn_id
        where r.kind in ('part', 'turn') and r.tenant_id = current_tenant()
        group by r.subject),
    answers as (
        select e.key, count(distinct e.turn_id) as turns from ends e join replies p using (turn_id)
        where e.state = 'answered' and p.taken_at is not null group by e.key),
    alive as (
        select service_key(i.phone_number_id, i.message_id) as key from inbound_messages i
        where i.phone_number_id = p_number and i.kind = 'message'
          and i.state in ('received', 'dispatched', 'waiting', 'in_turn')),
    forgotten as (
        select c.key from came c join service_records r on r.subject = c.key
        where r.kind = 'gone' and r.tenant_id = current_tenant()),
    judged as (
        select c.key, c.at, c.n, l.turn_id, l.who, p.taken_at, coalesce(a.turns, 0) > 1 as doubled,
            case when l.state = 'answered' and p.taken_at is not null then 'answered'
                 when l.state in ('answered', 'ended', 'dead') or c.key in (select f.key from forgotten f) then 'ended'
                 when c.key in (select v.key from alive v) and c.at > now() - (
                     select make_interval(secs => b.stale_after_s) + interval '1 hour' from chatbots b
                     where b.phone_number_id = p_number) then 'open'
                 else 'lost' end as ending,
            case when l.state = 'answered' and p.taken_at is not null then p.outcome
                 when l.state = 'answered' and p.outcome in ('answered', 'unanswered', 'handed_off') then 'not_sent'
                 when l.state = 'answered' then p.outcome
                 when l.state in ('ended', 'dead') then l.reason
                 when c.key in (select f.key from forgotten f) then 'erased' end as reason
        from came c left join last l using (key) left join replies p using (turn_id) left join answers a using (key))
    select j.key, j.at, j.turn_id, j.ending, coalesce(j.reason, case j.ending when 'ended' then 'other' end), j.doubled,
           coalesce(j.ending = 'answered' and j.taken_at > min(j.taken_at) filter (where j.ending = 'answered') over (
               partition by j.who order by j.n rows between 1 following and unbounded following), false)
    from judged j
$$;
select own_functions('served_messages');
grant execute on function served_messages to chatbot_app;

-- Whether Meta has taken a part for sending, as its record says.
create or replace function was_taken(p_facts jsonb) returns boolean
    language sql immutable
    return p_facts ->> 'state' in ('sent', 'delivered', 'read', 'played');
select own_functions('was_taken');

-- The parts that were to go out in a span, each with its latest state.
create or replace function served_parts(p_number text, p_from timestamptz, p_to timestamptz)
    returns table (turn_id uuid, part int, at timestamptz, state text, message uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select distinct on (r.subject, r.facts -> 'part') r.subject, (r.facts ->> 'part')::int, r.at,
           case r.facts ->> 'state' when 'played' then 'read' else r.facts ->> 'state' end,
           (r.facts ->> 'message')::uuid
    from service_records r
    where r.tenant_id = current_tenant() and r.phone_number_id = p_number and r.kind = 'part'
      and r.at >= p_from and r.at < p_to
    order by r.subject, r.facts -> 'part', r.id desc
$$;
select own_functions('served_parts');
grant execute on function served_parts to chatbot_app;

-- What Meta delivered in a span, and what it charges. `copy`: no part has this message; Meta's answer to a request was
-- lost, and the part went out again.
create or replace function served_charges(p_number text, p_from timestamptz, p_to timestamptz)
    returns table (key uuid, at timestamptz, category text, type text, billable boolean, usd numeric, copy boolean)
    language sql stable security definer set search_path = public, pg_temp as $$
    with known as materialized (
        select (r.facts ->> 'message')::uuid as message from service_records r
        where r.tenant_id = current_tenant() and r.phone_number_id = p_number and r.kind = 'part'
          and r.at >= p_from - interval '31 days' and r.at < p_to and r.facts ? 'message')
    select r.subject, r.at, r.facts ->> 'category', r.facts ->> 'type', coalesce(r.facts -> 'billable' = 'true', false),
           (r.facts ->> 'usd')::numeric, r.subject not in (select message from known)
    from service_records r
    where r.tenant_id = current_tenant() and r.phone_number_id = p_number and r.kind = 'charge'
      and r.at >= p_from and r.at < p_to
$$;
select own_functions('served_charges');
grant execute on function served_charges to chatbot_app;

-- The turns that closed in a span, each as it was closed last.
create or replace function served_turns(p_number text, p_from timestamptz, p_to timestamptz)
    returns table (turn_id uuid, at timestamptz, outcome text, usd numeric, seconds numeric)
    language sql stable security definer set search_path = public, pg_temp as $$
    select distinct on (r.subject) r.subject, r.at, r.facts ->> 'outcome', (r.facts ->> 'usd')::numeric,
           (r.facts ->> 'seconds')::numeric
    from service_records r
    where r.tenant_id = current_tenant() and r.phone_number_id = p_number and r.kind = 'turn'
      and r.at >= p_from and r.at < p_to
    order by r.subject, r.id desc
$$;
select own_functions('served_turns');
grant execute on function served_turns to chatbot_app;

-- What models cost in a span, in US dollars by part. p_number '': what belongs to no number, such as vectors.
create or replace function served_costs(p_number text, p_from timestamptz, p_to timestamptz) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(jsonb_object_agg(c.part, c.usd), '{}') from (
        select part, sum(usd) as usd from (
            select 'model' as part, t.usd from served_turns(p_number, p_from, p_to) t where t.usd > 0
            union all
            select r.facts ->> 'part', (r.facts ->> 'usd')::numeric from service_records r
            where r.tenant_id = current_tenant() and r.phone_number_id = p_number and r.kind = 'cost'
              and r.at >= p_from and r.at < p_to) x
        group by part) c
$$;
select own_functions('served_costs');
grant execute on function served_costs to chatbot_app;

-- The figures of a statement. `outcomes`: of the answered messages; `reasons`: of those that ended without an answer.
create or replace function statement_figures(p_number text, p_from timestamptz, p_to timestamptz) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    with m as materialized (select * from served_messages(p_number, p_from, p_to)),
    p as materialized (select * from served_parts(p_number, p_from, p_to)),
    c as materialized (select * from served_charges(p_number, p_from, p_to)),
    t as (select seconds from served_turns(p_number, p_from, p_to)
          where seconds is not null and outcome like any (array['answered', 'unanswered', 'hand%']))
    select jsonb_build_object(
        'messages', (select jsonb_build_object(
            'came', count(*), 'answered', count(*) filter (where ending = 'answered'),
            'handed_off', count(*) filter (where ending = 'answered' and reason = 'handed_off'),
            'ended', count(*) filter (where ending = 'ended'), 'open', count(*) filter (where ending = 'open'),
            'lost', count(*) filter (where ending = 'lost'), 'doubled', count(*) filter (where doubled),
            'overtaken', count(*) filter (where overtaken)) from m),
        'outcomes', (select coalesce(jsonb_object_agg(reason, n), '{}') from (
            select coalesce(reason, 'other') as reason, count(*) as n from m where ending = 'answered' group by 1) x),
        'reasons', (select coalesce(jsonb_object_agg(reason, n), '{}') from (
            select reason, count(*) as n from m where ending = 'ended' group by 1) x),
        'times', (select jsonb_build_object(
            'p50_s', percentile_disc(0.5) within group (order by seconds),
            'p95_s', percentile_disc(0.95) within group (order by seconds)) from t),
        'parts', (select jsonb_build_object(
            'sent', count(*) filter (where state = 'sent'), 'delivered', count(*) filter (where state = 'delivered'),
            'read', count(*) filter (where state = 'read'), 'failed', count(*) filter (where state = 'failed'),
            'cancelled', count(*) filter (where state = 'cancelled'),
            'under_way', count(*) filter (where state in ('pending', 'waiting', 'sending', 'unknown'))) from p),
        'meta', (select jsonb_build_object(
            'delivered', count(*), 'billed', count(*) filter (where billable),
            'free', count(*) filter (where not billable),
            'unpriced', count(*) filter (where billable and usd is null), 'copies', count(*) filter (where copy),
            'usd', coalesce(sum(usd), 0)) from c),
        'cost', served_costs(p_number, p_from, p_to), 'shared', served_costs('', p_from, p_to))
$$;
select own_functions('statement_figures');
grant execute on function statement_figures to chatbot_app;
