-- What the platform's operators may do across tenants.
--
-- Every operator_… function asks first who wants it, and raises SQLSTATE CB403 for everybody else.

create or replace function is_operator(p_email text) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return p_email <> '' and exists (select from operators where email = lower(p_email));
select own_functions('is_operator');
grant execute on function is_operator to chatbot_app;

create or replace function check_operator(p_email text) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if is_operator(p_email) is not true then
        raise exception 'this is for the platform''s operators' using errcode = 'CB403';
    end if;
end $$;
select own_functions('check_operator');

create or replace function operator_overview(p_email text) returns jsonb
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    return jsonb_build_object(
        'operators', (select coalesce(jsonb_agg(o.email order by o.email), '[]') from operators o),
        'figures', (select jsonb_object_agg(name, plan_figure('{}', name))
                    from unnest(array['monthly_turns', 'monthly_tokens', 'monthly_cost_usd', 'replies_per_hour',
                                      'documents', 'pages', 'bytes', 'ingestions_per_day', 'sources', 'qa_pairs',
                                      'previews_per_hour', 'turn_weight', 'background_jobs',
                                      'api_calls_per_minute']) name),
        'tenants', coalesce((
            select jsonb_agg(jsonb_build_object(
                'id', t.id, 'name', t.name, 'status', t.status, 'created_at', t.created_at, 'limits', t.limits,
                'tool_folder', t.tool_folder,
                'has_whatsapp_token', t.whatsapp_token is not null, 'has_llm_key', t.llm_api_key is not null,
                'numbers', (
                    select coalesce(jsonb_agg(jsonb_build_object(
                        'phone_number_id', b.phone_number_id, 'name', b.name, 'enabled', b.enabled,
                        'provider', b.provider, 'model', b.model, 'fallbacks', b.fallbacks,
                        'sends_per_s', b.sends_per_s) order by b.phone_number_id), '[]')
                    from chatbots b where b.tenant_id = t.id),
                'members', (
                    select coalesce(jsonb_agg(jsonb_build_object('email', m.email, 'role', m.role)
                                              order by m.email), '[]')
                    from tenant_members m where m.tenant_id = t.id),
                'documents', (select count(*) from documents d where d.tenant_id = t.id and d.origin <> 'qa_draft'),
                'turns', coalesce(u.turns, 0), 'cost_usd', coalesce(u.cost_usd, 0)) order by t.name, t.id)
            from (select * from tenants order by name, id limit 1000) t
            left join usage_months u
                on u.tenant_id = t.id and u.month = date_trunc('month', now() at time zone 'utc')::date), '[]'),
        'stuck_turns', coalesce((select jsonb_agg(s order by s.opened_at) from (
            select t.id, n.name as tenant, t.run_id, t.step, t.takeovers, t.opened_at, t.lease_until
            from turns t join tenants n on n.id = t.tenant_id
            where t.state = 'active' and t.lease_until < now() - interval '1 minute'
            order by t.opened_at limit 100) s), '[]'),
        'failed_documents', coalesce((select jsonb_agg(d order by d.updated_at desc) from (
            select d.id, n.name as tenant, d.title, d.filename, d.error, d.updated_at
            from documents d join tenants n on n.id = d.tenant_id
            where d.state = 'failed' and d.origin <> 'qa_draft' order by d.updated_at desc limit 100) d), '[]'),
        'dead_letters', coalesce((select jsonb_agg(m order by m.received_at desc) from (
            select i.phone_number_id, i.message_id, n.name as tenant, i.reason, i.dispatch_no, i.received_at
            from inbound_messages i
            left join chatbots b using (phone_number_id)
            left join tenants n on n.id = b.tenant_id
            where i.state = 'dead' order by i.received_at desc limit 100) m), '[]'));
end $$;
select own_functions('operator_overview');
grant execute on function operator_overview to chatbot_app;

create or replace function operator_put_tenant(p_email text, p_tenant uuid, p_name text, p_status text) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    id_ uuid := p_tenant;
begin
    perform check_operator(p_email);
    if p_tenant is null then
        insert into tenants (name) values (p_name) returning id into id_;
    else
        update tenants set name = coalesce(p_name, name), status = coalesce(p_status, status) where id = p_tenant
            returning id into id_;
    end if;
    return id_;
end $$;
select own_functions('operator_put_tenant');
grant execute on function operator_put_tenant to chatbot_app;

-- Gives a tenant a folder of f/tenant_tools whose scripts its chatbots may call; null: the shared ones only. Returns
-- {"tool_folder"}, or {"taken_by": the tenant that has it}; null where there is no such tenant.
create or replace function operator_put_tool_folder(p_email text, p_tenant uuid, p_folder text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    taken_by text;
begin
    perform check_operator(p_email);
    select name into taken_by from tenants where tool_folder = p_folder and id <> p_tenant;
    if found then
        return jsonb_build_object('taken_by', taken_by);
    end if;
    update tenants set tool_folder = p_folder where id = p_tenant;
    return case when found then jsonb_build_object('tool_folder', p_folder) end;
end $$;
select own_functions('operator_put_tool_folder');
grant execute on function operator_put_tool_folder to chatbot_app;

create or replace function operator_put_number(p_email text, p_tenant uuid, p_phone_number_id text, p_name text)
    returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    -- An operator's slip must not take a number away from another tenant.
    insert into chatbots (phone_number_id, tenant_id, name) values (p_phone_number_id, p_tenant, p_name)
        on conflict (phone_number_id) do update set name = excluded.name where chatbots.tenant_id = p_tenant;
    return found;
end $$;
select own_functions('operator_put_number');
grant execute on function operator_put_number to chatbot_app;

-- Changes the limits that p_limits names. A null takes a limit away, and the platform's figure counts again.
create or replace function operator_put_limits(p_email text, p_tenant uuid, p_limits jsonb) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    now_are jsonb;
begin
    perform check_operator(p_email);
    -- What the new limits do not keep is looked for from the beginning.
    update tenants set limits = jsonb_strip_nulls(limits || p_limits), expired_at = null
        where id = p_tenant returning limits into now_are;
    return now_are;
end $$;
select own_functions('operator_put_limits');
grant execute on function operator_put_limits to chatbot_app;

-- Sets which model answers on a number (nulls: the platform's own), which ones are asked when it fails, and how fast
-- the number may send. No tenant's role may change these, because they spend the platform's keys and Meta's tier.
create or replace function operator_put_model(p_email text, p_phone_number_id text, p_provider text, p_model text,
    p_fallbacks jsonb, p_sends_per_s double precision)
    returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    update chatbots set provider = p_provider, model = p_model, fallbacks = p_fallbacks, sends_per_s = p_sends_per_s
        where phone_number_id = p_phone_number_id;
    return found;
end $$;
select own_functions('operator_put_model');
grant execute on function operator_put_model to chatbot_app;

create or replace function operator_put_key(p_email text, p_tenant uuid, p_kind text, p_sealed bytea) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    update tenants set whatsapp_token = case when p_kind = 'whatsapp_token' then p_sealed else whatsapp_token end,
                       llm_api_key = case when p_kind = 'llm_api_key' then p_sealed else llm_api_key end
        where id = p_tenant;
end $$;
select own_functions('operator_put_key');
grant execute on function operator_put_key to chatbot_app;

-- Adds a person to a business; p_role null ends the membership. False: the person is a member already, and keeps the
-- role, or is none.
create or replace function operator_put_member(p_email text, p_tenant uuid, p_member text, p_role text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    if p_role is null then
        delete from tenant_members where tenant_id = p_tenant and email = lower(p_member);
    else
        insert into tenant_members (tenant_id, email, role) values (p_tenant, lower(p_member), p_role)
            on conflict (tenant_id, email) do nothing;
    end if;
    return found;
end $$;
select own_functions('operator_put_member');
grant execute on function operator_put_member to chatbot_app;

-- Adds or removes an operator; the last one stays. The first one comes from the environment of the deployment
-- (OPERATOR_EMAILS, sql/apply.py).
create or replace function operator_put_operator(p_email text, p_operator text, p_stays boolean) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    lock table operators in share row exclusive mode;
    if p_stays then
        insert into operators (email) values (lower(p_operator)) on conflict do nothing;
        return 'ok';
    end if;
    if not exists (select from operators where email <> lower(p_operator)) then
        return 'last_operator';
    end if;
    delete from operators where email = lower(p_operator);
    return case when found then 'ok' else 'not_found' end;
end $$;
select own_functions('operator_put_operator');
grant execute on function operator_put_operator to chatbot_app;

-- Gives a dead letter a run of its own again. The ingress or the recovery schedule starts it.
create or replace function operator_dispatch_again(p_email text, p_phone_number_id text, p_message_id text)
    returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    update inbound_messages set state = 'received', dispatch_no = dispatch_no + 1, dispatch_errors = 0, due_at = now(),
        reason = null, turn_id = null
        where phone_number_id = p_phone_number_id and message_id = p_message_id and state = 'dead';
    return found;
end $$;
select own_functions('operator_dispatch_again');
grant execute on function operator_dispatch_again to chatbot_app;

-- The people whom an operator may mean by some words: a telephone number as people write it, with or without the
-- country's code, a part of a name, a user name, a user id, or a contact's id.
create or replace function contacts_meant(p_words text) returns setof uuid
    language sql stable security definer set search_path = public, pg_temp as $$
    with meant as (
        select trim(p_words) as words, like_pattern(trim(p_words)) as pattern,
            case when trim(p_words) ~ '^\+?[0-9 ()./-]{6,}$'
                 then nullif(ltrim(regexp_replace(p_words, '[^0-9]', '', 'g'), '0'), '') end as digits)
    select c.id from contacts c, meant
    where words <> '' and (c.user_id = words or c.id::text = words or c.phone like '%' || digits
        or lower(c.username) = lower(ltrim(words, '@'))
        or words !~ '^wamid\.' and (unaccent(c.name) ilike unaccent(pattern)
                                    or unaccent(c.staff_name) ilike unaccent(pattern)))
    order by c.last_seen_at desc nulls last, c.id limit 20
$$;
select own_functions('contacts_meant');

-- Words as a pattern for ilike that finds them anywhere.
create or replace function like_pattern(p_words text) returns text
    language sql immutable parallel safe
    return '%' || regexp_replace(p_words, '([\\%_])', '\\\1', 'g') || '%';
select own_functions('like_pattern');

-- Every message that an operator may mean by some words: a message id (Meta's or a reply's), a run, a turn, or a
-- person (contacts_meant). Only Windmill's scripts call it, and tenants can't run those.
create or replace function find_runs(p_words text) returns table (
        message_id text, phone_number_id text, tenant_id uuid, tenant text, contact_id uuid, state text, reason text,
            dispatch_no int,
        run_id uuid, turn_id uuid, outcome text, received_at timestamptz, jobs jsonb)
    language sql stable security definer set search_path = public, pg_temp as $$
    with meant as (select trim(p_words) as words, nullif(regexp_replace(p_words, '[^0-9]', '', 'g'), '') as digits),
    people as (select contacts_meant(p_words) as id),
    replies as (select o.turn_id from outbound_messages o, meant where o.message_id = words)
    select i.message_id, i.phone_number_id, b.tenant_id, t.name, i.contact_id, i.state, i.reason, i.dispatch_no,
           coalesce(u.run_id, i.run_id), i.turn_id, u.outcome, i.received_at,
           (select jsonb_agg(jsonb_build_object('tool', x ->> 'tool', 'job', x ->> 'job'))
            from jsonb_array_elements(case when jsonb_typeof(u.trace) = 'array' then u.trace end) x where x ? 'job')
    from meant, inbound_messages i
    left join turns u on u.id = i.turn_id
    left join chatbots b on b.phone_number_id = i.phone_number_id
    left join tenants t on t.id = b.tenant_id
    where i.kind = 'message'
      and (i.message_id = words or i.run_id::text = words or u.run_id::text = words or i.turn_id::text = words
           or i.contact_id in (select id from people) or i.turn_id in (select turn_id from replies)
           or (words ~ '^\+?[0-9 ()./-]{6,}$' and i.sender = digits) or i.sender = words)
    order by i.seq desc limit 50
$$;
select own_functions('find_runs');
grant execute on function find_runs to chatbot_app;

-- What find_runs finds, with the people: {"people": [{id, tenant_id, tenant, name, phone, username, at}], "runs": […]}.
create or replace function operator_find(p_email text, p_words text) returns jsonb
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    runs jsonb;
begin
    perform check_operator(p_email);
    select coalesce(jsonb_agg(r order by r.received_at desc), '[]') into runs from find_runs(p_words) r;
    return jsonb_build_object('runs', runs, 'people', coalesce((
        select jsonb_agg(jsonb_build_object('id', c.id, 'tenant_id', c.tenant_id, 'tenant', t.name,
                'name', coalesce(c.staff_name, c.name), 'phone', c.phone, 'username', c.username,
                'at', c.last_seen_at) order by c.last_seen_at desc nulls last, c.id)
        from contacts c join tenants t on t.id = c.tenant_id
        where c.id in (select contacts_meant(p_words)
                       union select (r ->> 'contact_id')::uuid from jsonb_array_elements(runs) r)), '[]'));
end $$;
select own_functions('operator_find');
grant execute on function operator_find to chatbot_app;

-- The sealed access token of a business, for a message from one of its numbers that an operator sends to try it.
-- Raises no_data_found where the number is not the business's; null: no token is stored.
create or replace function operator_token(p_email text, p_tenant uuid, p_phone_number_id text) returns bytea
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    token bytea;
begin
    perform check_operator(p_email);
    select t.whatsapp_token into strict token from tenants t join chatbots b on b.tenant_id = t.id
        where t.id = p_tenant and b.phone_number_id = p_phone_number_id;
    insert into audit_log (tenant_id, person, action, subject)
        values (p_tenant, lower(p_email), 'chatbots.try', p_phone_number_id);
    return token;
end $$;
select own_functions('operator_token');
grant execute on function operator_token to chatbot_app;
