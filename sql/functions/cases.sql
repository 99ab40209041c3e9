-- Cases: runs of a business's tests. f/cases asks and judges; this decides what is asked when, and what may be
-- published.

-- Begins a run of all enabled cases of a chatbot: its id. Null: there is no such chatbot, or nothing to ask. A run
-- before a publication takes the place of an earlier one; one for what is live waits for none.
create or replace function begin_case_run(p_phone_number_id text, p_why text, p_version text, p_person text)
    returns uuid language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    run uuid;
begin
    select * into bot from chatbots
        where phone_number_id = p_phone_number_id and tenant_id = current_tenant() for no key update;
    if not found or not exists (select from bot_cases c where c.phone_number_id = p_phone_number_id and c.enabled) then
        return null;
    end if;
    update case_runs set state = 'cancelled', ended_at = now()
        where phone_number_id = p_phone_number_id and state = 'running' and (version = '') = (p_version = '');
    insert into case_runs (tenant_id, phone_number_id, why, version, draft, person)
        values (bot.tenant_id, p_phone_number_id, p_why, p_version,
                coalesce(draft_part(p_phone_number_id, p_version), '{}'), p_person)
        returning id into run;
    insert into case_results (run_id, case_id, version, tenant_id)
        select run, c.id, p_version, c.tenant_id from bot_cases c
        where c.phone_number_id = p_phone_number_id and c.enabled;
    if p_version = '' then
        update case_schedules set due_at = null, changed_at = null where phone_number_id = p_phone_number_id;
    end if;
    return run;
end $$;
select own_functions('begin_case_run');
grant execute on function begin_case_run to chatbot_app;

-- Whether this slice goes on with the run: the one that knows how many there were before it.
create or replace function begin_case_slice(p_run uuid, p_pass int) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update case_runs set pass = pass + 1, seen_at = now()
        where id = p_run and pass = p_pass and state = 'running' and tenant_id = current_tenant();
    return found;
end $$;
select own_functions('begin_case_slice');
grant execute on function begin_case_slice to chatbot_app;

-- What the run asks next, each under the id of its job: as many at once as the plan has background jobs.
create or replace function next_cases(p_run uuid)
    returns table (case_id uuid, version text, job uuid, phone_number_id text, question text, history jsonb,
                   phone text, user_id text)
    language sql security definer set search_path = public, pg_temp as $$
    with next as (
        select r.case_id, r.version from case_results r
        where r.run_id = p_run and r.state = 'waiting' and r.tenant_id = current_tenant()
        order by r.tries, r.version, r.case_id
        limit greatest(plan_limit('background_jobs') - background_dry_runs(), 0)
        for update skip locked),
    taken as (
        update case_results r set state = 'running', job = gen_random_uuid(), asked_at = now(), tries = r.tries + 1
        from next n where r.run_id = p_run and r.case_id = n.case_id and r.version = n.version returning r.*),
    noted as (select note_jobs(array_agg(t.job), '1 day') from taken t having count(*) > 0)
    select t.case_id, t.version, t.job, c.phone_number_id, c.question, c.history, p.phone, p.user_id
    from taken t join bot_cases c on c.id = t.case_id left join contacts p on p.id = c.contact_id
    where (select count(*) from noted) >= 0
$$;
select own_functions('next_cases');
grant execute on function next_cases to chatbot_app;

-- Records what became of a case's job. One that is not green is asked once more, because a model may say it otherwise;
-- not where only the cause of a red one is looked for.
create or replace function end_case(p_job uuid, p_state text, p_answer jsonb, p_findings jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    done case_results;
begin
    update case_results r set state = case when p_state <> 'green' and r.tries < 2 and r.version = u.version
                                           then 'waiting' else p_state end,
            answer = p_answer, findings = p_findings, ended_at = now()
        from case_runs u
        where u.id = r.run_id and r.job = p_job and r.state = 'running' and r.tenant_id = current_tenant()
        returning r.* into done;
    if done.state = 'green' and (done.version = '' or exists (
        select from case_runs u where u.id = done.run_id and u.version = done.version)) then
        update bot_cases set known_red = false where id = done.case_id and known_red;
    end if;
end $$;
select own_functions('end_case');
grant execute on function end_case to chatbot_app;

-- A run's results, with what the causes need: f/cases/causes.
create or replace function case_run_results(p_run uuid)
    returns table (case_id uuid, version text, state text, answer jsonb, findings jsonb, known_red boolean,
                   title text, green_at timestamptz, green_answer jsonb)
    language sql stable as $$
    select r.case_id, r.version, r.state, r.answer, r.findings, c.known_red, c.title, g.ended_at, g.answer
    from case_results r join bot_cases c on c.id = r.case_id left join lateral (
        select o.ended_at, o.answer from case_results o join case_runs u on u.id = o.run_id
        where o.case_id = r.case_id and o.state = 'green' and o.version in ('', u.version) and o.run_id <> p_run
        order by o.ended_at desc limit 1) g on true
    where r.run_id = p_run
    order by c.created_at, c.id, r.version
$$;
select own_functions('case_run_results');
grant execute on function case_run_results to chatbot_app;

-- Asks more of a run's cases, of some cases with some settings each.
create or replace function ask_more_cases(p_run uuid, p_cases uuid[], p_versions text[]) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update case_runs set phase = 2 where id = p_run and state = 'running' and tenant_id = current_tenant();
    insert into case_results (run_id, case_id, version, tenant_id)
        select p_run, c.id, v.version, c.tenant_id from bot_cases c, unnest(p_versions) v(version)
        where c.id = any (p_cases) and c.tenant_id = current_tenant()
        on conflict do nothing
$$;
select own_functions('ask_more_cases');
grant execute on function ask_more_cases to chatbot_app;

-- Ends a run. p_causes: {case: cause} of those that are red. Where what is live is red, the bell says so, and takes it
-- back when it is green.
create or replace function end_case_run(p_run uuid, p_state text, p_causes jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    run case_runs;
    red int;
begin
    update case_runs set state = p_state, ended_at = now()
        where id = p_run and state = 'running' and tenant_id = current_tenant() returning * into run;
    if not found then
        return;
    end if;
    update case_results r set cause = c.value from jsonb_each(p_causes) c
        where r.run_id = p_run and r.case_id = c.key::uuid and r.version = run.version;
    if run.version = '' then
        select count(*) into red from case_results r
            where r.run_id = p_run and r.version = '' and r.state in ('red', 'error');
        if p_state = 'red' then
            perform notify(run.tenant_id, 'cases_red', 'warning', 'Tests of the bot fail', run.phone_number_id,
                           jsonb_build_object('run', run.id, 'red', red, 'why', run.why));
        else
            perform settle_subject(run.tenant_id, 'cases_red', run.phone_number_id);
        end if;
    end if;
end $$;
select own_functions('end_case_run');
grant execute on function end_case_run to chatbot_app;

-- What people have changed of a business's knowledge and tools since a moment, and the pages that were read anew, the
-- newest first: [{what, subject, person, at}].
create or replace function changes_since(p_since timestamptz) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(jsonb_agg(to_jsonb(c) order by c.at desc), '[]') from (
        select a.action as what, a.subject, a.person, a.at from audit_log a
        where a.tenant_id = current_tenant() and a.at > p_since
          and split_part(a.action, '.', 1) in ('documents', 'qa_pairs', 'passage_edits', 'tenant_tools',
                                               'http_actions', 'script_tools', 'chatbots', 'knowledge_sources')
        union all
        select 'pages.update', d.title, null, d.updated_at from documents d
        where d.tenant_id = current_tenant() and d.origin = 'web' and d.state = 'ready' and d.updated_at > p_since
        order by at desc limit 20) c
$$;
select own_functions('changes_since');
grant execute on function changes_since to chatbot_app;

-- Why the draft may not be published: 'untested', or 'red'. Null: it may, because there is nothing to ask, or because
-- p_run has asked exactly this draft, within the last hour, and nothing has changed since.
create or replace function why_unpublished(p_phone_number_id text, p_run uuid, p_draft jsonb) returns text
    language sql stable
    return case when exists (select from bot_cases c where c.phone_number_id = p_phone_number_id and c.enabled)
        then nullif(coalesce((
            select case r.state when 'red' then 'red' when 'green' then 'green' end from case_runs r
            where r.id = p_run and r.phone_number_id = p_phone_number_id and r.version like 'draft%'
              and r.draft = p_draft
              and r.ended_at > now() - interval '1 hour'
              and not exists (select from case_schedules s where s.phone_number_id = p_phone_number_id
                              and s.last_change_at > r.started_at)), 'untested'), 'green') end;
select own_functions('why_unpublished');
grant execute on function why_unpublished to chatbot_app;

-- Notes that somebody publishes although these cases of a run are red; which. Not their names: these may be a
-- customer's words, and a version stays.
create or replace function overrule_cases(p_run uuid) returns uuid[]
    language sql as $$
    with bad as (
        update bot_cases c set known_red = true from case_results r, case_runs u
        where r.run_id = p_run and u.id = r.run_id and r.version = u.version and r.state in ('red', 'error')
            and c.id = r.case_id
        returning c.id)
    select array_agg(b.id) from bad b
$$;
select own_functions('overrule_cases');
grant execute on function overrule_cases to chatbot_app;

-- Asks a business's cases two minutes after the last of its changes, and half an hour after the first one at the
-- latest.
create or replace function ask_cases_soon(p_tenant uuid, p_number text default null) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into case_schedules as s (phone_number_id, tenant_id, due_at, changed_at, last_change_at)
        select b.phone_number_id, b.tenant_id, now() + interval '2 minutes', now(), now() from chatbots b
        join tenants t on t.id = b.tenant_id  -- what goes with its business asks for nothing
        where b.tenant_id = p_tenant and b.phone_number_id = coalesce(p_number, b.phone_number_id)
          and exists (select from bot_cases c where c.phone_number_id = b.phone_number_id and c.enabled)
        order by b.phone_number_id
        on conflict (phone_number_id) do update set changed_at = coalesce(s.changed_at, excluded.changed_at),
            last_change_at = excluded.last_change_at,
            due_at = least(excluded.due_at, coalesce(s.changed_at, now()) + interval '30 minutes')
$$;
select own_functions('ask_cases_soon');

create or replace function note_change_for_cases() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform ask_cases_soon(coalesce(new.tenant_id, old.tenant_id));
    return null;
end $$;
select own_functions('note_change_for_cases');
create or replace trigger cases_after_reading after update of state on documents
    for each row when (old.state <> 'ready' and new.state = 'ready') execute function note_change_for_cases();
create or replace trigger cases_after_removal after delete on documents
    for each row when (old.state = 'ready') execute function note_change_for_cases();
create or replace trigger cases_after_edit after insert or delete on passage_edits
    for each row execute function note_change_for_cases();
create or replace trigger cases_after_change after insert or delete or update of url, allowed_tools, tool_settings,
    approvals, enabled on tenant_tools for each row execute function note_change_for_cases();
create or replace trigger cases_after_change after insert or delete or update on http_actions
    for each row execute function note_change_for_cases();
create or replace trigger cases_after_change after insert or delete or update of path, parameters, approval, enabled
    on script_tools for each row execute function note_change_for_cases();

-- The chatbots whose cases are to be asked now: after changes, and once a night by the business's clock. Each caller
-- gets other ones; p_most: how many runs that nobody waits for may be under way.
create or replace function claim_due_cases(p_most int) returns table (phone_number_id text, tenant_id uuid, why text)
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into case_schedules (phone_number_id, tenant_id)
        select distinct c.phone_number_id, c.tenant_id from bot_cases c where c.enabled on conflict do nothing;
    return query
        with due as (
            select s.phone_number_id, s.due_at <= now() as changed from case_schedules s
            join chatbots b using (phone_number_id) join tenants t on t.id = s.tenant_id and t.status = 'active'
            where (s.due_at <= now() or s.nightly_at < now() - interval '20 hours'
                   and extract(hour from now() at time zone b.time_zone) between 2 and 5)
              and not exists (select from case_runs r where r.tenant_id = s.tenant_id and r.state = 'running')
            order by s.due_at nulls last, s.nightly_at
            limit greatest(p_most - (select count(*) from case_runs r where r.state = 'running'
                                     and r.why in ('change', 'nightly')), 0)
            for update of s skip locked)
        update case_schedules s set due_at = null, changed_at = null,
            nightly_at = case when due.changed then s.nightly_at else now() end
        from due where s.phone_number_id = due.phone_number_id
        returning s.phone_number_id, s.tenant_id, case when due.changed then 'change' else 'nightly' end;
end $$;
select own_functions('claim_due_cases');
grant execute on function claim_due_cases to chatbot_app;

-- Runs whose slice is gone, each with the number of slices that it has had. Old runs go here, too.
create or replace function lost_case_runs() returns table (run_id uuid, tenant_id uuid, pass int)
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from case_runs r where r.started_at < now() - interval '30 days';
    update case_runs r set state = 'cancelled', ended_at = now()
        where r.state = 'running' and r.started_at < now() - interval '3 hours';
    return query select r.id, r.tenant_id, r.pass from case_runs r
        where r.state = 'running' and r.seen_at < now() - interval '1 minute';
end $$;
select own_functions('lost_case_runs');
grant execute on function lost_case_runs to chatbot_app;
