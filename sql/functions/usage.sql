-- What a tenant's plan allows, and what of it is used.

-- A limit of the current tenant's plan: from tenants.limits by name, else the platform's figure.
create or replace function plan_limit(p_name text) returns bigint
    language sql stable as $$
    select coalesce((select (limits ->> p_name)::bigint from tenants where id = current_tenant()), case p_name
        when 'documents' then 500 when 'pages' then 20000 when 'bytes' then 1000000000 when 'ingestions_per_day'
            then 200
        when 'sources' then 20 when 'qa_pairs' then 2000 end)
$$;

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
        select l.name, l.amount, (used.limits ->> l.name)::numeric as bound
        from used, lateral (values ('monthly_turns', used.turns::numeric), ('monthly_tokens', used.tokens),
                            ('monthly_cost_usd', used.cost_usd))
                   as l(name, amount)
        where jsonb_typeof(used.limits -> l.name) = 'number' and (used.limits ->> l.name)::numeric > 0
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
