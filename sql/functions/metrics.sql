-- The figures of the ingress's /metrics, of all tenants together. The role of the ingress faces the internet, so
-- nothing here returns a text that somebody wrote, a phone number or a name: a tenant is its id. Each function reads by
-- an index what is open now or happened lately, and no more than some thousand rows of it.

-- The tenants with an unanswered message, each with the age of its oldest one in seconds. Of the messages that wait for
-- a run it reads the first of each number, going from number to number in the index. What waits for its tool and not
-- for a run (take_up_again) is no such message.
create or replace function unanswered_ages() returns table (tenant_id uuid, age_s double precision)
    language sql stable security definer set search_path = public, pg_temp as $$
    with recursive firsts as (
        (select i.phone_number_id, i.received_at from inbound_messages i
         where i.state = 'received' and i.kind = 'message' and (i.hold is not null or i.due_at <= now())
         order by i.phone_number_id, i.seq limit 1)
        union all
        select n.phone_number_id, n.received_at from firsts f, lateral (
            select i.phone_number_id, i.received_at from inbound_messages i
            where i.state = 'received' and i.kind = 'message' and (i.hold is not null or i.due_at <= now())
              and i.phone_number_id > f.phone_number_id
            order by i.phone_number_id, i.seq limit 1) n),
    oldest as (
        select f.phone_number_id, f.received_at from firsts f
        union all
        select i.phone_number_id, min(i.received_at) from inbound_messages i
        where i.kind = 'message' and i.state in ('dispatched', 'waiting', 'in_turn') group by i.phone_number_id)
    select b.tenant_id, extract(epoch from now() - min(o.received_at))::double precision
    from oldest o left join chatbots b using (phone_number_id) group by b.tenant_id
$$;
select own_functions('unanswered_ages');

-- What waits: messages, turns, handoffs. A count of 10,000 stands for that many or more.
create or replace function waiting_figures() returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    with ages as (select coalesce(a.tenant_id::text, 'none') as tenant, a.age_s from unanswered_ages() a),
    handed as (
        select h.created_at from handoffs h
        where h.resumed_at is null and h.answered_at is null and h.source <> 'operator'
          and h.created_at > now() - interval '1 day'
          and not exists (select from turns t where t.contact_id = h.contact_id and t.outcome = 'human'
                          and t.opened_at > h.created_at)
        limit 10000)
    select jsonb_build_object(
        'oldest_unanswered_s', coalesce((select max(a.age_s) from ages a), 0),
        'oldest_unanswered_by_tenant', coalesce((
            select jsonb_object_agg(a.tenant, a.age_s)
            from (select * from ages order by age_s desc limit 10) a), '{}'),
        'messages', (select count(*) from (select from inbound_messages i where i.state = 'received'
                                           and i.kind = 'message' limit 10000) w),
        'dispatched', (select count(*) from inbound_messages i where i.state = 'dispatched'),
        'turns_in_flight', (select count(*) from runs_in_flight()),
        'turns_bound', (select s.turns_in_flight from dispatch_settings s),
        'turns_stuck', (select count(*) from turns t
                        where t.state = 'active' and t.lease_until < now() - interval '1 minute'),
        'dead_letters', (select count(*) from (select from inbound_messages i where i.state = 'dead' limit 10000) d),
        'handoffs', (select count(*) from handed),
        'oldest_handoff_s', coalesce(extract(epoch from now() - (select min(h.created_at) from handed h)), 0))
$$;
select own_functions('waiting_figures');

-- What became of the turns that were closed within five minutes, the newest 5,000 of them: how many by outcome, and
-- the calls of models. Of the newest 1,000 how long it took from a turn's first message to the first part of its reply.
create or replace function turn_figures() returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    with lately as materialized (
        select t.id, t.closed_at, coalesce(t.outcome, 'failed') as outcome, t.usage -> 'model_calls' as calls
        from turns t where t.closed_at > now() - interval '5 minutes' order by t.closed_at desc limit 5000),
    outcomes as (select l.outcome, count(*) as turns from lately l group by l.outcome),
    replies as (
        select extract(epoch from o.sent_at - i.received_at)::double precision as s
        from (select * from lately order by closed_at desc limit 1000) l,
             lateral (select min(m.received_at) as received_at from inbound_messages m where m.turn_id = l.id) i,
             lateral (select min(p.sent_at) as sent_at from outbound_messages p where p.turn_id = l.id) o
        where o.sent_at >= i.received_at),
    calls as (
        select coalesce(c ->> 'provider', 'none') as vendor, count(*) as calls,
               count(*) filter (where c ->> 'error' is not null) as errors
        from lately l, jsonb_array_elements(case when jsonb_typeof(l.calls) = 'array' then l.calls else '[]' end) c
        group by 1)
    select jsonb_build_object(
        'closed', coalesce((select jsonb_object_agg(o.outcome, o.turns) from outcomes o), '{}'),
        'reply_p50_s', (select percentile_cont(0.5) within group (order by r.s) from replies r),
        'reply_p95_s', (select percentile_cont(0.95) within group (order by r.s) from replies r),
        'replies', (select count(*) from replies),
        'model_calls', coalesce((select jsonb_object_agg(c.vendor, c.calls) from calls c), '{}'),
        'model_errors', coalesce((select jsonb_object_agg(c.vendor, c.errors) from calls c), '{}'))
$$;
select own_functions('turn_figures');

-- The outbox: parts of the last hour whose outcome was lost or that Meta refused, these by Meta's code (0: none was
-- given), and the tenants for which nothing is sent, with the code that stopped them.
create or replace function send_figures() returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    with trouble as materialized (
        select o.state, coalesce(o.error_code, 0) as code from outbound_messages o
        where o.state in ('unknown', 'failed') and o.updated_at > now() - interval '1 hour' limit 10000),
    failed as (
        select t.code, count(*) as parts from trouble t where t.state = 'failed'
        group by t.code order by 2 desc limit 20)
    select jsonb_build_object(
        'unknown', (select count(*) from trouble t where t.state = 'unknown'),
        'failed', coalesce((select jsonb_object_agg(f.code, f.parts) from failed f), '{}'),
        'stops', coalesce((select jsonb_object_agg(s.tenant_id, s.code) from (
            select * from send_stops where until > now() order by since limit 20) s), '{}'),
        'stopped_tenants', (select count(*) from send_stops s where s.until > now()))
$$;
select own_functions('send_figures');

-- All of it, and how long ago recovery ran, with what it saw of Windmill's workers; null: never.
create or replace function platform_figures() returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_build_object(
        'waiting', waiting_figures(), 'turns', turn_figures(), 'sends', send_figures(),
        'recovery_age_s', extract(epoch from now() - r.ran_at), 'tags_age_s', extract(epoch from now() - r.tags_at),
        'tags', r.tags)
    from recovery_report r
$$;
select own_functions('platform_figures');
grant execute on function platform_figures to chatbot_ingress;

-- Notes that recovery has run, and what it saw of Windmill's workers: {tag: {"has_worker", "queued"}}; null: Windmill
-- did not answer.
create or replace function report_recovery(p_tags jsonb) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update recovery_report
    set ran_at = now(), tags = coalesce(p_tags, tags), tags_at = case when p_tags is null then tags_at else now() end
$$;
select own_functions('report_recovery');
grant execute on function report_recovery to chatbot_app;
