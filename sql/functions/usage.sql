-- What a tenant's plan allows, and what of it is used.

-- A limit of a plan: from tenants.limits by name, else the platform's figure. So a new tenant has limits, too.
create or replace function plan_figure(p_limits jsonb, p_name text) returns numeric
    language sql immutable
    return coalesce(case when jsonb_typeof(p_limits -> p_name) = 'number' then (p_limits ->> p_name)::numeric end,
        case p_name
            when 'documents' then 500 when 'pages' then 20000 when 'bytes' then 1000000000
            when 'ingestions_per_day' then 200 when 'sources' then 20 when 'qa_pairs' then 2000
            when 'monthly_turns' then 20000 when 'monthly_tokens' then 100000000 when 'monthly_cost_usd' then 200
            when 'previews_per_hour' then 120 when 'background_jobs' then 3
            when 'api_calls_per_minute' then 120 when 'own_domains' then 0 when 'replies_per_hour' then 5000
            when 'turn_weight' then 1 end);
select own_functions('plan_figure');
grant execute on function plan_figure to chatbot_app;

-- The same of the current tenant's plan.
create or replace function plan_limit(p_name text) returns bigint
    language sql stable as $$
    select plan_figure(coalesce((select limits from tenants where id = current_tenant()), '{}'), p_name)::bigint
$$;

-- Adds to what a tenant has used in the month of `p_at`.
create or replace function add_usage(p_tenant uuid, p_turns int, p_input bigint, p_output bigint, p_cost numeric,
                                     p_at timestamptz default now()) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into usage_months as u (tenant_id, month, turns, input_tokens, output_tokens, cost_usd)
        values (p_tenant, date_trunc('month', p_at at time zone 'utc')::date, p_turns, p_input, p_output, p_cost)
        on conflict (tenant_id, month) do update set turns = u.turns + excluded.turns,
            input_tokens = u.input_tokens + excluded.input_tokens,
            output_tokens = u.output_tokens + excluded.output_tokens, cost_usd = u.cost_usd + excluded.cost_usd
$$;
select own_functions('add_usage');

-- Adds what was spent outside a turn to the charts: on models, or on a number's messages.
create or replace function chart_cost(p_tenant uuid, p_models numeric, p_messages numeric default 0,
                                      p_number text default '', p_at timestamptz default now()) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into insight_hours as h (tenant_id, phone_number_id, hour, cost_usd, meta_usd)
        select p_tenant, p_number, date_trunc('hour', p_at, 'UTC'), p_models, p_messages where p_models + p_messages > 0
        on conflict (tenant_id, hour, phone_number_id) do update set cost_usd = h.cost_usd + excluded.cost_usd,
            meta_usd = h.meta_usd + excluded.meta_usd
$$;
select own_functions('chart_cost');

-- Counts what a model did for the current tenant outside a turn: vectors, pictures, voice notes. `p_what`: embeddings,
-- speech, pictures. `p_number`: whose customer it was for; '': nobody's.
create or replace function count_usage(p_input bigint, p_output bigint, p_cost numeric, p_what text,
                                       p_number text default '') returns void
    language sql security definer set search_path = public, pg_temp as $$
    select add_usage(current_tenant(), 0, p_input, p_output, p_cost), chart_cost(current_tenant(), p_cost),
           record_cost(current_tenant(), p_number, p_what, p_cost)
        where current_tenant() is not null
$$;
select own_functions('count_usage');
grant execute on function count_usage to chatbot_app;

-- Notes a dry run from the portal before it starts. Returns the limit that is reached; null: it may start. A person may
-- start half of what the plan allows the business in an hour.
create or replace function begin_dry_run(p_run uuid, p_purpose text, p_question text, p_email text) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    most int := plan_limit('previews_per_hour');
    theirs int;
    everybodys int;
begin
    perform 1 from tenants where id = current_tenant() for update;  -- so that many at once don't pass the limit
    select count(*) filter (where email = p_email), count(*) into theirs, everybodys
        from portal_runs where tenant_id = current_tenant() and created_at > now() - interval '1 hour';
    if everybodys >= most or theirs >= greatest(1, most / 2) then
        return case when everybodys >= most then most else greatest(1, most / 2) end;
    end if;
    insert into portal_runs (id, tenant_id, purpose, question, email)
        values (p_run, current_tenant(), p_purpose, p_question, p_email);
    return null;
end $$;
select own_functions('begin_dry_run');
grant execute on function begin_dry_run to chatbot_app;

-- Counts what a dry run from the portal, of a case, or of a replay cost, as a turn, once. An operator's is nobody's.
create or replace function count_dry_run(p_run uuid, p_usage jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tenant uuid;
begin
    update portal_runs set counted = true where id = p_run and not counted returning tenant_id into tenant;
    if tenant is null then
        update case_results set counted = true where job = p_run and not counted returning tenant_id into tenant;
    end if;
    if tenant is null then
        with done as (update replay_results set counted = true where job = p_run and not counted
                      returning replay_id, tenant_id)
        update replays r set spent_usd = r.spent_usd + coalesce((p_usage ->> 'cost_usd')::numeric, 0)
            from done d where r.id = d.replay_id returning d.tenant_id into tenant;
    end if;
    if tenant is not null then
        perform add_usage(tenant, 1, coalesce((p_usage ->> 'input_tokens')::bigint, 0),
                          coalesce((p_usage ->> 'output_tokens')::bigint, 0),
                          coalesce((p_usage ->> 'cost_usd')::numeric, 0));
        perform chart_cost(tenant, coalesce((p_usage ->> 'cost_usd')::numeric, 0));
        perform record_cost(tenant, '', 'model', (p_usage ->> 'cost_usd')::numeric);
    end if;
end $$;
select own_functions('count_dry_run');
grant execute on function count_dry_run to chatbot_app;

-- This month's use of the current tenant against its limits (tenants.limits: monthly_turns, monthly_tokens,
-- monthly_cost_usd). `share` is the share of the limit that is used most; `reached` is a sentence when a limit is
-- used up.
create or replace function tenant_usage() returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    with used as (
        select t.limits, coalesce(u.turns, 0) as turns, coalesce(u.input_tokens + u.output_tokens, 0) as tokens,
               coalesce(u.cost_usd, 0) as cost_usd, u.warned_at
        from tenants t left join usage_months u on u.tenant_id = t.id
            and u.month = date_trunc('month', now() at time zone 'utc')::date
        where t.id = current_tenant()
    ), per_limit as (
        select l.name, l.amount, plan_figure(used.limits, l.name) as bound
        from used, lateral (values ('monthly_turns', used.turns::numeric), ('monthly_tokens', used.tokens),
                            ('monthly_cost_usd', used.cost_usd))
                   as l(name, amount)
        where plan_figure(used.limits, l.name) > 0
    ), fullest as (
        select name, amount, bound, amount / bound as share from per_limit order by amount / bound desc limit 1
    )
    select jsonb_build_object('turns', used.turns, 'tokens', used.tokens, 'cost_usd', used.cost_usd,
                              'limits', used.limits,
        'share', coalesce(round(f.share, 4), 0), 'limit', f.name, 'warned', used.warned_at is not null,
        'reached', case when f.share >= 1 then 'the tenant''s limit ' || f.name || ' of ' || f.bound
            || ' is used up for this month' end)
    from used left join fullest f on true
$$;
select own_functions('tenant_usage');
grant execute on function tenant_usage to chatbot_app;

-- Whether the current tenant may spend nothing more this month on models' work outside turns: documents, pictures. How
-- many turns it has had says nothing of that.
create or replace function is_budget_spent() returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(bool_or(used.amount >= plan_figure(t.limits, used.name) and plan_figure(t.limits, used.name) > 0),
                    false)
    from tenants t
    join usage_months u on u.tenant_id = t.id and u.month = date_trunc('month', now() at time zone 'utc')::date,
    lateral (values ('monthly_tokens', (u.input_tokens + u.output_tokens)::numeric), ('monthly_cost_usd', u.cost_usd))
        as used(name, amount)
    where t.id = current_tenant()
$$;
select own_functions('is_budget_spent');
grant execute on function is_budget_spent to chatbot_app;

-- True for one caller each month: that one warns the tenant.
create or replace function claim_usage_warning() returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update usage_months set warned_at = now()
        where tenant_id = current_tenant() and month = date_trunc('month', now() at time zone 'utc')::date
            and warned_at is null;
    return found;
end $$;
select own_functions('claim_usage_warning');
grant execute on function claim_usage_warning to chatbot_app;
