-- Versions for a share of the customers: who gets one, how its answers do beside the others, and how it ends.
--
-- open_turn() asks which version a turn gets; publish_draft() begins a share, change_share() is what people do with it,
-- and recovery calls take_back_shares(). What changes of the live settings meanwhile, by an operator or because it acts
-- at once, holds for both sides: a share is what is live, but for its own changes.

-- Whether a customer is in the share of a version. It hangs on these two alone, so nobody goes to and fro, who is in a
-- small share is in a larger one, and each version has other customers.
create or replace function in_share(p_contact uuid, p_version int, p_percent int) returns boolean
    language sql immutable
    return ('x' || left(md5(p_contact || ' ' || p_version), 7))::bit(28)::int % 100 < p_percent;
select own_functions('in_share');

-- The running share that a customer of a chatbot is in; all null: none.
create or replace function share_of(p_phone_number_id text, p_contact uuid) returns version_shares
    language sql stable security definer set search_path = public, pg_temp as $$
    select s.* from version_shares s
    where s.phone_number_id = p_phone_number_id and s.state = 'running' and in_share(p_contact, s.version, s.percent)
$$;
select own_functions('share_of');

-- The version that a new turn of a customer gets.
create or replace function version_for(p_phone_number_id text, p_contact uuid) returns int
    language sql stable security definer set search_path = public, pg_temp
    return coalesce((share_of(p_phone_number_id, p_contact)).version, live_version(p_phone_number_id));
select own_functions('version_for');

-- A turn's version as its run is to read it; null: what is live.
create or replace function share_of_turn(p_turn turns) returns text
    language sql stable security definer set search_path = public, pg_temp
    return (select v.number::text from chatbot_versions v
            where v.phone_number_id = p_turn.phone_number_id and v.number = p_turn.version and v.shared);
select own_functions('share_of_turn');

-- A chatbot's row as it holds for a turn.
create or replace function bot_of_turn(p_turn turns) returns chatbots
    language sql stable security definer set search_path = public, pg_temp as $$
    select r.*
    from chatbots b left join version_shares s on s.phone_number_id = b.phone_number_id and s.version = p_turn.version,
        jsonb_populate_record(b, coalesce(s.draft, '{}')) r
    where b.phone_number_id = p_turn.phone_number_id and b.tenant_id = coalesce(current_tenant(), b.tenant_id)
$$;
select own_functions('bot_of_turn');
grant execute on function bot_of_turn to chatbot_app;

-- Makes a draft a version that a share of the customers gets: its number. It is tried on the live row, and taken off
-- again: what the table refuses, it refuses now. Raises insufficient_privilege for a setting that is the operators'.
create or replace function begin_share(p_phone_number_id text, p_draft jsonb, p_note text, p_overruled jsonb,
    p_percent int, p_margin int) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    worn chatbots;
    made int := next_version(p_phone_number_id);
begin
    select * into strict bot from chatbots
        where phone_number_id = p_phone_number_id and tenant_id = current_tenant() for no key update;
    if exists (select from jsonb_object_keys(p_draft) k
               where not has_column_privilege('chatbot_app', 'chatbots', k, 'update')) then
        raise exception 'the draft has a setting that is the operators''' using errcode = 'insufficient_privilege';
    end if;
    begin
        perform put_settings(p_phone_number_id, p_draft);
        select * into worn from chatbots where phone_number_id = p_phone_number_id;
        raise exception 'it fits' using errcode = 'CB002';
    exception when sqlstate 'CB002' then null;
    end;
    insert into chatbot_versions (phone_number_id, number, tenant_id, settings, note, person, overruled, shared)
        values (p_phone_number_id, made, bot.tenant_id, settings_of(worn), p_note, acting_person(), p_overruled, true);
    insert into version_shares (phone_number_id, version, tenant_id, draft, was, percent, margin, steps)
        values (p_phone_number_id, made, bot.tenant_id, p_draft,
                (select jsonb_object_agg(k, settings_of(bot) -> k) from jsonb_object_keys(p_draft) k),
                p_percent, p_margin, jsonb_build_array(share_step('begin', p_percent)));
    perform settle_subject(bot.tenant_id, 'share_taken_back', p_phone_number_id);
    return made;
end $$;
select own_functions('begin_share');
grant execute on function begin_share to chatbot_app;

-- A step of a share's history.
create or replace function share_step(p_act text, p_percent int) returns jsonb
    language sql stable
    return jsonb_build_object('act', p_act, 'percent', p_percent, 'person', acting_person(), 'at', now()::text);
select own_functions('share_step');

-- Ends a share, once: whether it did.
create or replace function end_share(p_share version_shares, p_state text, p_why jsonb default null) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update version_shares s set state = p_state, ended_at = now(), why = p_why,
            steps = s.steps || (share_step(p_state, s.percent)
                                || case when p_why is null then '{}' else '{"person": null}'::jsonb end)
        where s.phone_number_id = p_share.phone_number_id and s.version = p_share.version and s.state = 'running';
    return found;
end $$;
select own_functions('end_share');

-- Ends the share of a chatbot because something else was published for all.
create or replace function replace_share(p_phone_number_id text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    select end_share(s, 'replaced') from version_shares s
    where s.phone_number_id = p_phone_number_id and s.state = 'running' and s.tenant_id = current_tenant();
    select settle_subject(current_tenant(), 'share_taken_back', p_phone_number_id)
$$;
select own_functions('replace_share');
grant execute on function replace_share to chatbot_app;

-- What a person does with the share that they see, of p_version for p_seen percent: 'raise' it to p_percent, 'publish'
-- it for all customers, or 'take_back'. {version}: what is live then. Where it is not as they saw it any more, nothing
-- is changed: {state, person}, who did the last step; {person, fields}: who has changed a setting of it that is live.
-- Null: there is no such share.
create or replace function change_share(p_phone_number_id text, p_version int, p_seen int, p_act text,
    p_percent int default null) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    share version_shares;
    changed text[];
begin
    select * into bot from chatbots
        where phone_number_id = p_phone_number_id and tenant_id = current_tenant() for no key update;
    select * into share from version_shares
        where phone_number_id = bot.phone_number_id and version = p_version for update;
    if not found then
        return null;
    elsif share.state <> 'running' or share.percent <> p_seen then
        return jsonb_build_object('state', share.state, 'person', share.steps -> -1 ->> 'person');
    end if;
    if p_act = 'raise' then
        update version_shares s set percent = p_percent, steps = s.steps || share_step('raise', p_percent)
            where s.phone_number_id = p_phone_number_id and s.version = p_version;
    elsif p_act = 'take_back' then
        perform end_share(share, 'taken_back');
    else
        changed := array(select d.key from jsonb_each(share.draft) d
                         where settings_of(bot) -> d.key is distinct from share.was -> d.key
                           and settings_of(bot) -> d.key is distinct from d.value);
        if changed <> '{}' then
            return last_change(p_phone_number_id, changed);
        end if;
        perform publish_share(share);
    end if;
    perform record_audit('chatbots.share_' || p_act, bot.name, null, jsonb_strip_nulls(
        jsonb_build_object('version', p_version, 'percent', coalesce(p_percent, p_seen))));
    return jsonb_build_object('version', live_version(p_phone_number_id));
end $$;
select own_functions('change_share');
grant execute on function change_share to chatbot_app;

-- Gives all customers what a share has. Where nothing else of the settings has changed meanwhile, that is its version;
-- else it is the next one.
create or replace function publish_share(p_share version_shares) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    version chatbot_versions;
begin
    perform put_settings(p_share.phone_number_id, p_share.draft);
    select * into bot from chatbots where phone_number_id = p_share.phone_number_id;
    update chatbot_versions v set shared = false
        where v.phone_number_id = p_share.phone_number_id and v.number = p_share.version
          and v.settings = settings_of(bot) and v.number + 1 = next_version(p_share.phone_number_id)
        returning * into version;
    if version is null then
        select * into version from chatbot_versions v
            where v.phone_number_id = p_share.phone_number_id and v.number = p_share.version;
        perform make_version(p_share.phone_number_id, version.note, version.overruled);
    end if;
    delete from chatbot_drafts d
        where d.phone_number_id = p_share.phone_number_id and d.value = settings_of(bot) -> d.setting;
    perform end_share(p_share, 'published');
end $$;
select own_functions('publish_share');

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
    answers as (
        select t.version = p_share.version as mine, t.contact_id, m.measure, case m.measure
                   when 'failed' then t.outcome in ('failed', 'lost')
                   when 'disliked' then d.turn_id is not null else t.outcome = m.measure end as bad
        from turns t left join disliked d on d.turn_id = t.id,
            unnest(array['handed_off', 'unanswered', 'failed', 'disliked']) m(measure)
        where t.tenant_id = p_share.tenant_id and t.phone_number_id = p_share.phone_number_id
          and t.opened_at >= p_share.started_at and t.opened_at < coalesce(p_share.ended_at, 'infinity')
          and t.say is null and not t.silent
          and t.outcome in ('answered', 'unanswered', 'handed_off', 'failed', 'lost'))
    select m.measure, count(*) filter (where a.mine and a.bad)::int,
           count(distinct a.contact_id) filter (where a.mine and a.bad)::int, count(*) filter (where a.mine)::int,
           count(*) filter (where not a.mine and a.bad)::int, count(*) filter (where not a.mine)::int
    from unnest(array['handed_off', 'unanswered', 'failed', 'disliked']) with ordinality m(measure, place)
        left join answers a on a.measure = m.measure
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

-- Takes back the shares that do worse than what is live, and tells their businesses, with the figures; how many.
create or replace function take_back_shares() returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    share version_shares;
    figure record;
    measure jsonb;
    meaning jsonb;
    taken int := 0;
begin
    for share in select s.* from version_shares s join chatbots b using (phone_number_id)
        where s.state = 'running' order by s.phone_number_id for no key update of b skip locked loop
        select f.* into figure from share_figures(share) f
            where is_worse(share.margin, f.bad, f.customers, f.turns, f.others_bad, f.others_turns)
            order by chance_of_more(f.bad, f.turns, f.others_bad, f.others_turns) limit 1;
        continue when not found or not end_share(share, 'taken_back', to_jsonb(figure));
        measure := case figure.measure when 'handed_off' then problem('share_handed_off')
            when 'unanswered' then problem('share_unanswered') when 'failed' then problem('share_failed')
            else problem('share_disliked') end;
        meaning := problem('share_worse', jsonb_build_object('measure', measure, 'bad', figure.bad, 'turns',
            figure.turns, 'others_bad', figure.others_bad, 'others_turns', figure.others_turns));
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
