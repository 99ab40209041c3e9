-- Replays: which past turns are taken again, as many at once as there is room for, and where it stops. f/cases asks and
-- compares.

-- Whether a turn is an answer that a model thought up.
create or replace function is_answer(p_turn turns) returns boolean
    language sql immutable
    return p_turn.state = 'done' and p_turn.say is null and not p_turn.silent
        and p_turn.outcome in ('answered', 'unanswered', 'handed_off', 'failed');
select own_functions('is_answer');

-- Whether a dry run can ask an answer's message: it had no files that a model looked at, and was no person's decision.
create or replace function is_replayable(p_turn turns) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return p_turn.question <> '' and not has_decision(p_turn.id)
        and exists (select from conversation_logs l where l.turn_id = p_turn.id and l.direction = 'in')
        and not exists (select from conversation_logs l join media m using (phone_number_id, message_id)
                        where l.turn_id = p_turn.id and l.direction = 'in'
                          and (m.kind <> 'audio' or m.problem is not null));
select own_functions('is_replayable');

-- The turns of a time that can be taken again, at most p_most, drawn by their ids: so each look draws the same.
-- `of_turns`: how many answers there were.
create or replace function replayable_turns(p_number text, p_from timestamptz, p_to timestamptz, p_most int)
    returns table (turn_id uuid, usage jsonb, of_turns int)
    language sql stable security definer set search_path = public, pg_temp as $$
    with there as materialized (
        select t.id from turns t
        where t.tenant_id = current_tenant() and t.phone_number_id = p_number and t.opened_at >= p_from
          and t.opened_at < p_to and is_answer(t)),
    drawn as (select id, md5(id::text) as place from there order by md5(id::text) limit p_most * 3)
    select t.id, t.usage, (select count(*)::int from there)
    from drawn d join turns t on t.id = d.id
    where is_replayable(t)
    order by d.place limit p_most
$$;
select own_functions('replayable_turns');
grant execute on function replayable_turns to chatbot_app;

-- What a replay would be: {of_turns, turns, usd: what their models cost then, input_tokens, output_tokens, calls}.
create or replace function replay_estimate(p_number text, p_from timestamptz, p_to timestamptz, p_most int)
    returns jsonb language sql stable as $$
    select jsonb_build_object('of_turns', coalesce(max(r.of_turns), 0), 'turns', count(*),
        'usd', coalesce(sum((r.usage ->> 'cost_usd')::numeric), 0),
        'input_tokens', coalesce(sum((r.usage ->> 'input_tokens')::numeric), 0),
        'output_tokens', coalesce(sum((r.usage ->> 'output_tokens')::numeric), 0),
        'calls', coalesce(sum((r.usage ->> 'calls')::numeric), 0))
    from replayable_turns(p_number, p_from, p_to, p_most) r
$$;
select own_functions('replay_estimate');
grant execute on function replay_estimate to chatbot_app;

-- Begins a replay: {replay}; of the draft ('draft') what is drafted now: what is drafted beside it later is no part of
-- it. p_shadow: of the turns that come. {running}: the one that is under way on this number;
-- {turns: 0}: nothing can be taken again. Null: there is no such chatbot.
create or replace function begin_replay(p_number text, p_version text, p_from timestamptz, p_to timestamptz,
    p_most int, p_estimated_usd numeric, p_most_usd numeric, p_person text, p_shadow boolean default false)
    returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    made uuid := gen_random_uuid();
    there uuid;
    drawn uuid[] := '{}';
    of_all int := 0;
    asked text := p_version;
    part jsonb;
begin
    select * into bot from chatbots where phone_number_id = p_number and tenant_id = current_tenant() for no key update;
    if not found then
        return null;
    end if;
    select r.id into there from replays r where r.phone_number_id = p_number and r.state = 'running';
    if found then
        return jsonb_build_object('running', there);
    end if;
    if not p_shadow then
        select array_agg(r.turn_id), max(r.of_turns) into drawn, of_all
            from replayable_turns(p_number, p_from, p_to, p_most) r;
    end if;
    if drawn is null then
        return '{"turns": 0}';
    end if;
    part := coalesce(draft_part(p_number, p_version), '{}');
    if p_version = 'draft' then
        asked := coalesce('draft:' || (select string_agg(k, ',' order by k) from jsonb_object_keys(part) k), 'draft');
    end if;
    insert into replays (id, tenant_id, phone_number_id, version, draft, from_at, to_at, of_turns, turns, shadow,
                         estimated_usd, most_usd, person)
        values (made, bot.tenant_id, p_number, asked, part, p_from, p_to, of_all,
                case when p_shadow then p_most else cardinality(drawn) end, p_shadow, p_estimated_usd, p_most_usd,
                p_person);
    insert into replay_results (replay_id, turn_id, tenant_id)
        select made, t.id, t.tenant_id from turns t where t.id = any (drawn) and t.tenant_id = bot.tenant_id;
    return jsonb_build_object('replay', made);
end $$;
select own_functions('begin_replay');
grant execute on function begin_replay to chatbot_app;

-- Takes into a shadow the turns that have closed since it last looked, the oldest first, up to its bound. The turns
-- themselves know nothing of it.
create or replace function take_shadowed(p_replay replays) returns void
    language sql security definer set search_path = public, pg_temp as $$
    with answers as (
        select t as turn, t.id, t.closed_at from turns t
        where t.tenant_id = p_replay.tenant_id and t.phone_number_id = p_replay.phone_number_id
          and t.opened_at >= p_replay.from_at and t.opened_at < p_replay.to_at and is_answer(t)),
    taken as (
        insert into replay_results (replay_id, turn_id, tenant_id)
            select p_replay.id, a.id, p_replay.tenant_id from answers a
            where not exists (select from replay_results r
                              where r.replay_id = p_replay.id and r.turn_id = a.id)
              and is_replayable(a.turn)
            order by a.closed_at, a.id
            limit greatest(p_replay.turns - (select count(*) from replay_results r
                                             where r.replay_id = p_replay.id), 0)
            on conflict do nothing)
    update replays set of_turns = (select count(*) from answers) where id = p_replay.id
$$;
select own_functions('take_shadowed');

-- Whether this slice goes on with the replay: the one that knows how many there were before it.
create or replace function begin_replay_slice(p_replay uuid, p_pass int) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update replays set pass = pass + 1, seen_at = now()
        where id = p_replay and pass = p_pass and state = 'running' and tenant_id = current_tenant();
    return found;
end $$;
select own_functions('begin_replay_slice');
grant execute on function begin_replay_slice to chatbot_app;

-- How many dry runs of the current tenant are under way for which nobody waits. None takes a quarter of an hour: those
-- of a run that was ended meanwhile are asked by nobody how they went.
create or replace function background_dry_runs() returns bigint
    language sql stable security definer set search_path = public, pg_temp
    return (select count(*) from case_results where tenant_id = current_tenant() and state = 'running'
                and asked_at > now() - interval '15 minutes')
         + (select count(*) from replay_results where tenant_id = current_tenant() and state = 'running'
                and asked_at > now() - interval '15 minutes');
select own_functions('background_dry_runs');
grant execute on function background_dry_runs to chatbot_app;

-- For how many more turns there is room below the bound on cost, where each costs what the dearer of the two says:
-- the estimate, and those that have ended. What is asked already counts as if it cost that, too.
create or replace function affordable_turns(p_replay replays) returns int
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when each.usd > 0 then
        floor((p_replay.most_usd - p_replay.spent_usd) / each.usd)::int - each.open else p_replay.turns end
    from (select count(*) filter (where r.state = 'running' and not r.counted)::int as open,
                 greatest(p_replay.estimated_usd / p_replay.turns,
                          p_replay.spent_usd / nullif(count(*) filter (where r.counted), 0)) as usd
          from replay_results r where r.replay_id = p_replay.id) each
$$;
select own_functions('affordable_turns');

-- What the replay asks next, each under the id of its job: as many at once as the plan has background jobs, but none
-- while the business's tests wait, and only what the bound on cost leaves.
create or replace function next_replayed(p_replay uuid)
    returns table (job uuid, turn_id uuid, version text, phone_number_id text, question text, message_id text,
                   phone text, user_id text)
    language sql security definer set search_path = public, pg_temp as $$
    with next as (
        select r.replay_id, r.turn_id from replay_results r join replays p on p.id = r.replay_id
        where r.replay_id = p_replay and r.state = 'waiting' and r.tenant_id = current_tenant() and p.state = 'running'
          and not exists (select from case_results c join case_runs u on u.id = c.run_id and u.state = 'running'
                          where c.tenant_id = current_tenant() and c.state = 'waiting')
        order by r.tries, md5(r.turn_id::text)
        limit greatest((select least(plan_limit('background_jobs') - background_dry_runs(), affordable_turns(p))
                        from replays p where p.id = p_replay), 0)
        for update of r skip locked),
    taken as (
        update replay_results r set state = 'running', job = gen_random_uuid(), asked_at = now(), tries = r.tries + 1,
            counted = false
        from next n where r.replay_id = n.replay_id and r.turn_id = n.turn_id returning r.*),
    noted as (select note_jobs(array_agg(t.job), '1 day') from taken t having count(*) > 0)
    select t.job, t.turn_id, p.version, u.phone_number_id, u.question,
           (select l.message_id from conversation_logs l where l.turn_id = u.id and l.direction = 'in'
            order by l.id limit 1), c.phone, c.user_id
    from taken t join replays p on p.id = t.replay_id join turns u on u.id = t.turn_id
        join contacts c on c.id = u.contact_id
    where (select count(*) from noted) >= 0
$$;
select own_functions('next_replayed');
grant execute on function next_replayed to chatbot_app;

-- What of a turn a dry run takes as it was then: whose conversation it is, the time, and what its tools said. With
-- `status` ended where the turn is gone meanwhile.
create or replace function replayed_turn(p_phone_number_id text, p_turn uuid) returns jsonb
    language sql stable security definer set search_path = public, pg_temp
    return coalesce(
        (select jsonb_build_object('status', 'opened', 'tenant_id', t.tenant_id, 'contact_id', t.contact_id,
                                   'as_of', t.opened_at, 'recorded',
                                   case jsonb_typeof(t.trace) when 'array' then t.trace else '[]' end)
         from turns t where t.id = p_turn and t.phone_number_id = p_phone_number_id),
        jsonb_build_object('status', 'ended', 'reason', 'this turn is no longer kept'));
select own_functions('replayed_turn');
grant execute on function replayed_turn to chatbot_app;

-- The running turns of a replay, each with what was answered then and what one message costs where the customer is.
create or replace function running_replayed(p_replay uuid)
    returns table (job text, asked_at timestamptz, question text, outcome text, said text, citations jsonb, trace jsonb,
                   cost_usd numeric, messages int, message_usd numeric)
    language sql stable as $$
    select r.job::text, r.asked_at, t.question, t.outcome, said.body, said.citations, t.trace,
           coalesce((t.usage ->> 'cost_usd')::numeric, 0), said.messages,
           coalesce(meta_rate(meta_market(c.phone), 'service', (now() at time zone 'utc')::date), 0)
    from replay_results r join turns t on t.id = r.turn_id join contacts c on c.id = t.contact_id,
        lateral (select string_agg(l.body, e'\n\n' order by l.id) as body, count(*)::int as messages,
                        (array_agg(l.citations order by l.id) filter (where l.citations is not null))[1] as citations
                 from conversation_logs l where l.turn_id = t.id and l.direction = 'out') said
    where r.replay_id = p_replay and r.state = 'running'
$$;
select own_functions('running_replayed');
grant execute on function running_replayed to chatbot_app;

-- Records what became of a turn's job. One that got no answer is asked once more.
create or replace function end_replayed(p_job uuid, p_answer jsonb, p_kinds text[], p_reasons text[], p_usd jsonb)
    returns void language sql security definer set search_path = public, pg_temp as $$
    update replay_results r
        set state = case when 'failed' = any (p_kinds) and r.tries < 2 then 'waiting' else 'done' end,
            answer = p_answer, kinds = p_kinds, reasons = p_reasons, usd = p_usd, ended_at = now()
        where r.job = p_job and r.state = 'running' and r.tenant_id = current_tenant()
$$;
select own_functions('end_replayed');
grant execute on function end_replayed to chatbot_app;

-- What a replay is now: running, or how it has ended. It ends where all are asked, what it takes of the draft is
-- another one, the plan's
-- month or the bound on cost is used up; by a person (p_stop) at once. A shadow first takes in what has come, and may
-- be 'waiting': it runs, and there is nothing to do.
create or replace function end_replay(p_replay uuid, p_stop boolean default false) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    r replays;
    total int;
    waiting int;
    running int;
    more boolean;
    reason text;
begin
    select * into r from replays where id = p_replay and tenant_id = current_tenant() for update;
    if not found or r.state <> 'running' then
        return r.state;
    end if;
    perform take_shadowed(r) where r.shadow and not p_stop;
    select count(*), count(*) filter (where s.state = 'waiting'), count(*) filter (where s.state = 'running')
        into total, waiting, running from replay_results s where s.replay_id = p_replay;
    more := r.shadow and total < r.turns and now() < r.to_at;
    reason := case when p_stop then 'person'
        when waiting + running = 0 and not more then case when total = 0 and r.shadow then 'quiet' end
        when r.version like 'draft%' and draft_part(r.phone_number_id, r.version) is distinct from r.draft then 'draft'
        when running > 0 then null
        when tenant_usage() ->> 'reached' is not null then 'month'
        when affordable_turns(r) <= 0 then 'cost' end;
    if reason is null and waiting + running > 0 then
        return 'running';
    elsif reason is null and more then
        return 'waiting';
    end if;
    update replays set state = case when reason is null then 'done' else 'stopped' end, why = reason, ended_at = now()
        where id = p_replay returning * into r;
    return r.state;
end $$;
select own_functions('end_replay');
grant execute on function end_replay to chatbot_app;

-- Replays that no slice works on, each with the number of slices that it has had: one was lost, or a shadow looks again
-- for turns. Old replays go here, too.
create or replace function lost_replays() returns table (replay_id uuid, tenant_id uuid, pass int)
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from replays r where r.state <> 'running' and r.started_at < now() - interval '30 days';
    update replays r set state = 'stopped', why = 'late', ended_at = now()
        where r.state = 'running'
          and case when r.shadow then r.to_at else r.started_at end < now() - interval '6 hours';
    return query select r.id, r.tenant_id, r.pass from replays r
        where r.state = 'running' and r.seen_at < now() - interval '1 minute';
end $$;
select own_functions('lost_replays');
grant execute on function lost_replays to chatbot_app;
