-- How a share's answers do beside the others', and when it is taken back by itself (shares.sql has the rest of shares).

-- How many of a share's answers, and of the others' since it began, were handed off, did not know, failed, or got a
-- thumb down. Words that no model thought up, and what WhatsApp did not take, count for nobody. `customers`: of how
-- many in the share they were.
create or replace function share_figures(p_share version_shares)
    returns table (measure text, bad int, customers int, turns int, others_bad int, others_turns int)
    language sql stable security definer set search_path = public, pg_temp as $$
    with disliked as materialized (
        select distinct l.turn_id from reactions r
        join conversation_logs l on l.phone_number_id = r.phone_number_id and l.message_id = r.message_id
            and l.direction = 'out'
        where r.tenant_id = p_share.tenant_id and r.reacted_at >= p_share.started_at
          and reaction_kind(r.emoji) = 'down'),
    people as (
        select t.version = p_share.version as mine, count(*) as turns,
               count(*) filter (where t.outcome = 'handed_off') as handed_off,
               count(*) filter (where t.outcome = 'unanswered') as unanswered,
               count(*) filter (where t.outcome in ('failed', 'lost')) as failed, count(d.turn_id) as disliked
        from turns t left join disliked d on d.turn_id = t.id
        where t.tenant_id = p_share.tenant_id and t.phone_number_id = p_share.phone_number_id
          and t.opened_at >= p_share.started_at and t.opened_at < coalesce(p_share.ended_at, 'infinity')
          and t.say is null and not t.silent
          and t.outcome in ('answered', 'unanswered', 'handed_off', 'failed', 'lost')
        group by t.contact_id, t.version = p_share.version)
    select m.measure, coalesce(sum(m.bad) filter (where p.mine), 0)::int,
           count(*) filter (where p.mine and m.bad > 0)::int, coalesce(sum(p.turns) filter (where p.mine), 0)::int,
           coalesce(sum(m.bad) filter (where not p.mine), 0)::int,
           coalesce(sum(p.turns) filter (where not p.mine), 0)::int
    from (select 1) one left join people p on true,
        lateral (values (1, 'handed_off', p.handed_off), (2, 'unanswered', p.unanswered), (3, 'failed', p.failed),
                        (4, 'disliked', p.disliked)) m(place, measure, bad)
    group by m.measure, m.place order by m.place
$$;
select own_functions('share_figures');

-- The same for the portal: a JSON list.
create or replace function share_rates(p_phone_number_id text, p_version int) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_agg(to_jsonb(f)) from version_shares s, share_figures(s) f
    where s.phone_number_id = p_phone_number_id and s.version = p_version and s.tenant_id = current_tenant()
$$;
select own_functions('share_rates');
grant execute on function share_rates to chatbot_app;

-- The natural logarithm of n!: Stirling's series, whose error is below 1e-9 from 10 on.
create or replace function ln_factorial(n int) returns double precision
    language sql immutable parallel safe
    return case when n < 10 then ln(factorial(n))::float8
                else n * ln(n::float8) - n + ln(2 * pi() * n) / 2 + 1.0 / (12 * n::float8)
                     - 1.0 / (360 * n::float8 ^ 3) end;
select own_functions('ln_factorial');

-- How likely it is that of p_turns answers p_bad or more are bad, where they are no other than the p_others, of which
-- p_others_bad are: Fisher's exact test on one side. It is right for small numbers, too.
create or replace function chance_of_more(p_bad int, p_turns int, p_others_bad int, p_others int)
    returns double precision
    language sql immutable parallel safe
    return (select coalesce(sum(exp(greatest(-700,  -- PostgreSQL takes a smaller power for an error
                ln_factorial(p_turns) - ln_factorial(k) - ln_factorial(p_turns - k)
                + ln_factorial(p_others) - ln_factorial(p_bad + p_others_bad - k)
                - ln_factorial(p_others - p_bad - p_others_bad + k)
                - ln_factorial(p_turns + p_others) + ln_factorial(p_bad + p_others_bad)
                + ln_factorial(p_turns + p_others - p_bad - p_others_bad)))), 0)
            from generate_series(greatest(p_bad, p_bad + p_others_bad - p_others),
                                 least(p_turns, p_bad + p_others_bad)) k);
select own_functions('chance_of_more');

-- Whether a share does plainly worse by one measure: 20 answers at least, bad ones of three customers at least, by
-- more points than its margin, and with a chance below one in a thousand that it is no worse.
create or replace function is_worse(p_margin int, p_bad int, p_customers int, p_turns int, p_others_bad int,
    p_others int) returns boolean
    language sql immutable parallel safe
    return p_turns >= 20 and p_customers >= 3
        and 100.0 * p_bad / p_turns > 100.0 * p_others_bad / greatest(p_others, 1) + p_margin
        and chance_of_more(p_bad, p_turns, p_others_bad, p_others) < 0.001;
select own_functions('is_worse');

-- Whether a look at a share's figures may find what the last one did not: it has 20 answers, and a turn of the chatbot
-- has closed since; a minute of grace for transactions that were open then. The figures of a long share move slowly, so
-- it is looked at the seldomer: after a day every three minutes, after a month every hour and a half.
create or replace function is_share_due(p_share version_shares) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select (p_share.looked_at is null
            or p_share.looked_at < now() - (now() - p_share.started_at - interval '1 hour') / 500
               and exists (select from turns t where t.closed_at > p_share.looked_at - interval '1 minute'
                           and t.phone_number_id = p_share.phone_number_id))
       and (select count(*) = 20
            from (select from turns t
                  where t.tenant_id = p_share.tenant_id and t.phone_number_id = p_share.phone_number_id
                    and t.opened_at >= p_share.started_at and t.version = p_share.version limit 20) few)
$$;
select own_functions('is_share_due');

-- The figure by which a share does plainly worse, as JSON; of several, the one that is the least by chance. Null: none.
create or replace function worst_of_share(p_share version_shares) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select to_jsonb(f) from share_figures(p_share) f
    where is_worse(p_share.margin, f.bad, f.customers, f.turns, f.others_bad, f.others_turns)
    order by chance_of_more(f.bad, f.turns, f.others_bad, f.others_turns) limit 1
$$;
select own_functions('worst_of_share');

-- Takes back the shares that do worse than what is live, and tells their businesses, with the figures; how many. All
-- figures are read before the first lock, so nobody who publishes waits for them. A chatbot that somebody changes right
-- now is left to the next call.
create or replace function take_back_shares() returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    due version_shares[] := array(select s from version_shares s where s.state = 'running' and is_share_due(s)
                                  order by s.phone_number_id);
    figures jsonb[] := array(select worst_of_share(s) from unnest(due) s order by s.phone_number_id);
    share version_shares;
    figure jsonb;
    measure jsonb;
    meaning jsonb;
    taken int := 0;
begin
    for n in 1..cardinality(due) loop
        share := due[n];
        figure := figures[n];
        if figure is null then
            update version_shares s set looked_at = now()
                where s.phone_number_id = share.phone_number_id and s.version = share.version;
            continue;
        end if;
        perform from chatbots b where b.phone_number_id = share.phone_number_id for no key update skip locked;
        continue when not found or not end_share(share, 'taken_back', figure);
        measure := case figure ->> 'measure' when 'handed_off' then problem('share_handed_off')
            when 'unanswered' then problem('share_unanswered') when 'failed' then problem('share_failed')
            else problem('share_disliked') end;
        meaning := problem('share_worse', jsonb_build_object('measure', measure, 'bad', figure -> 'bad',
            'turns', figure -> 'turns', 'others_bad', figure -> 'others_bad',
            'others_turns', figure -> 'others_turns'));
        perform notify(share.tenant_id, 'share_taken_back', 'critical',
                       'A version that a share of the customers had is taken back', share.phone_number_id,
                       jsonb_build_object('version', share.version, 'meaning', meaning, 'number', (
                           select b.name from chatbots b where b.phone_number_id = share.phone_number_id)));
        taken := taken + 1;
    end loop;
    return taken;
end $$;
select own_functions('take_back_shares');
grant execute on function take_back_shares to chatbot_app;
