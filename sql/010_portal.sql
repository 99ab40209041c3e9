-- The portal: what a tenant's staff may change, what its pages read quickly, and the platform's operators.
--
-- The scripts of f/office work as chatbot_app under row-level security, like the steps. What needs more (a reply by a human, everything
-- across tenants) is a function here that checks who asks.

grant update (name, enabled, persona, system_prompt, languages, dont_know, failure_message, show_citations, merge_window_s,
              max_rounds, max_seconds, max_tokens, history_tokens, max_replies_per_hour, max_cost_usd, stale_after_s, limit_message,
              offer_human, handoff_message, handoff_keywords, handoff_hours, handoff_on_failure, lead_fields,
              notify_webhook_url, notify_phone, notify_template,
              canned_replies, opt_out_words, opt_in_words, window_template, send_documents) on chatbots to chatbot_app;
grant insert, update, delete on tenant_tools to chatbot_app;
grant update (paused_until, blocked) on contacts to chatbot_app;

-- The memberships of a person with the businesses' names, for the choice at the portal's top.
create function my_businesses(p_email text) returns table (tenant_id uuid, name text, role text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select m.tenant_id, t.name, m.role from tenant_members m join tenants t on t.id = m.tenant_id
    where m.email = lower(p_email) and t.status = 'active' order by t.name, m.tenant_id
$$;

-- Dry runs that were started from the portal. A run's result is shown to the tenant that started it, and to nobody else.
create table portal_runs (
    id                uuid primary key,
    tenant_id         uuid not null references tenants on delete cascade,
    purpose           text not null check (purpose in ('preview', 'before', 'after')),
    question          text not null,
    email             text not null,
    created_at        timestamptz not null default now()
);
create index portal_runs_by_tenant on portal_runs (tenant_id, created_at);

-- What an unanswered question means, to group the like ones. settled_at: somebody has added an answer, or set it aside.
create table unanswered_questions (
    turn_id           uuid primary key references turns on delete cascade,
    tenant_id         uuid not null references tenants on delete cascade,
    model_id          smallint not null references embedding_models,
    embedding         vector not null,
    settled_at        timestamptz
);
create index unanswered_questions_by_tenant on unanswered_questions (tenant_id);
create index turns_unanswered on turns (tenant_id, closed_at) where outcome = 'unanswered';

-- Charts read sums by the hour, not the logs: an hour is the largest piece that every time zone's days are made of (nearly every one's).
create table insight_hours (
    tenant_id         uuid not null references tenants on delete cascade,
    hour              timestamptz not null,
    messages_in       int not null default 0,
    messages_out      int not null default 0,
    answered          int not null default 0,
    unanswered        int not null default 0,
    handoffs         int not null default 0,
    failed            int not null default 0,
    response_s        double precision not null default 0,  -- sum over the turns, from the first message to the close
    responses         int not null default 0,
    cost_usd          numeric(14, 6) not null default 0,
    primary key (tenant_id, hour)
);

select isolate('portal_runs'), isolate('unanswered_questions'), isolate('insight_hours');
grant select, insert on portal_runs to chatbot_app;
grant select, insert, update on unanswered_questions to chatbot_app;
grant select on insight_hours to chatbot_app;

create function count_messages() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into insight_hours as h (tenant_id, hour, messages_in, messages_out)
        select tenant_id, date_trunc('hour', created_at, 'UTC'), count(*) filter (where direction = 'in'), count(*) filter (where direction = 'out')
        from added group by 1, 2 order by 1, 2
        on conflict (tenant_id, hour) do update set messages_in = h.messages_in + excluded.messages_in,
            messages_out = h.messages_out + excluded.messages_out;
    return null;
end $$;
create trigger count_messages after insert on conversation_logs referencing new table as added
    for each statement execute function count_messages();

create function count_turn() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    began timestamptz := coalesce((select min(received_at) from inbound_messages where turn_id = new.id), new.opened_at);
    outcome text := coalesce(new.outcome, 'failed');
begin
    -- Words that were ready before anybody asked a model (a limit, a closed door) are no answer.
    insert into insight_hours as h (tenant_id, hour, answered, unanswered, handoffs, failed, response_s, responses, cost_usd)
        values (new.tenant_id, date_trunc('hour', new.closed_at, 'UTC'),
                (outcome = 'answered' and new.say is null)::int, (outcome = 'unanswered')::int, (outcome like 'hand%')::int,
                (outcome not like all (array['answered', 'unanswered', 'hand%']))::int,
                extract(epoch from new.closed_at - began), 1, coalesce((new.usage ->> 'cost_usd')::numeric, 0))
        on conflict (tenant_id, hour) do update set answered = h.answered + excluded.answered, unanswered = h.unanswered + excluded.unanswered,
            handoffs = h.handoffs + excluded.handoffs, failed = h.failed + excluded.failed,
            response_s = h.response_s + excluded.response_s, responses = h.responses + 1, cost_usd = h.cost_usd + excluded.cost_usd;
    return null;
end $$;
create trigger count_turn after update of state on turns
    for each row when (old.state = 'active' and new.state <> 'active' and new.closed_at is not null) execute function count_turn();

-- A human writes to a contact from the portal. The turn's id comes from the page, so that a second click sends nothing again.
-- Returns {"do": "send", send_id, phone_number_id} | {"do": "nothing", "reason"}.
create function begin_human_reply(p_turn uuid, p_contact uuid, p_body text, p_run uuid) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    contact contacts;
    latest conversation_logs;
    new_send_id uuid;
begin
    select * into contact from contacts where id = p_contact and tenant_id = current_tenant() for update;
    if not found then
        return jsonb_build_object('do', 'nothing', 'reason', 'not_found');
    end if;
    select * into latest from conversation_logs
        where tenant_id = contact.tenant_id and contact_id = p_contact and direction = 'in' order by id desc limit 1;
    if latest.id is null or latest.created_at < now() - interval '24 hours' then
        return jsonb_build_object('do', 'nothing', 'reason', 'window_closed');
    end if;
    if contact.opted_out_at is not null then
        return jsonb_build_object('do', 'nothing', 'reason', 'opted_out');
    end if;
    insert into turns (id, tenant_id, contact_id, phone_number_id, state, run_id, lease_until, closed_at, outcome)
        values (p_turn, contact.tenant_id, p_contact, latest.phone_number_id, 'done', p_run, now(), now(), 'human')
        on conflict (id) do nothing;
    if not found then
        return jsonb_build_object('do', 'nothing', 'reason', 'already_sent');
    end if;
    update contacts set paused_until = greatest(paused_until, now() + interval '12 hours') where id = p_contact;
    insert into outbound_messages (turn_id, part, tenant_id, content, state, sending_since, attempts)
        values (p_turn, 1, contact.tenant_id, jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', p_body, 'preview_url', false)),
                'sending', now(), 1) returning send_id into new_send_id;
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, send_id, body, model, status)
        values (contact.tenant_id, p_contact, latest.phone_number_id, p_turn, 'out', new_send_id, p_body, 'human', 'sending');
    return jsonb_build_object('do', 'send', 'send_id', new_send_id, 'phone_number_id', latest.phone_number_id);
end $$;

-- What became of it. A status that came first has moved it further: it stays there.
create function end_human_reply(p_turn uuid, p_state text, p_message_id text, p_error_code int, p_error text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    o outbound_messages;
begin
    update outbound_messages set state = case when state in ('sending', 'unknown') then p_state else state end,
            message_id = coalesce(message_id, p_message_id), error_code = p_error_code, error = left(p_error, 500),
            sent_at = case when p_state = 'sent' then coalesce(sent_at, now()) else sent_at end, updated_at = now()
        where turn_id = p_turn and part = 1 and tenant_id = current_tenant() returning * into o;
    update conversation_logs set status = o.state, message_id = o.message_id where send_id = o.send_id and direction = 'out';
end $$;

-- The platform's operators. Every function below asks first who wants it: SQLSTATE CB403 for everybody else.
create table operators (
    email             text primary key check (email = lower(email)),
    created_at        timestamptz not null default now()
);
alter table operators owner to chatbot_owner;
alter table operators enable row level security;
alter table operators force row level security;
create policy owner_functions on operators to chatbot_owner using (true) with check (true);

create function is_operator(p_email text) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return p_email <> '' and exists (select from operators where email = lower(p_email));

create function check_operator(p_email text) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if is_operator(p_email) is not true then
        raise exception 'this is for the platform''s operators' using errcode = 'CB403';
    end if;
end $$;

create function operator_overview(p_email text) returns jsonb
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    return jsonb_build_object(
        'operators', (select coalesce(jsonb_agg(o.email order by o.email), '[]') from operators o),
        'tenants', coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'status', t.status, 'created_at', t.created_at,
                'limits', t.limits, 'has_whatsapp_token', t.whatsapp_token is not null, 'has_llm_key', t.llm_api_key is not null,
                'numbers', (select coalesce(jsonb_agg(jsonb_build_object('phone_number_id', b.phone_number_id, 'name', b.name, 'enabled', b.enabled,
                            'provider', b.provider, 'model', b.model, 'fallbacks', b.fallbacks, 'sends_per_s', b.sends_per_s)
                            order by b.phone_number_id), '[]') from chatbots b where b.tenant_id = t.id),
                'members', (select coalesce(jsonb_agg(jsonb_build_object('email', m.email, 'role', m.role) order by m.email), '[]')
                            from tenant_members m where m.tenant_id = t.id),
                'documents', (select count(*) from documents d where d.tenant_id = t.id),
                'turns', coalesce(u.turns, 0), 'cost_usd', coalesce(u.cost_usd, 0)) order by t.name, t.id)
            from (select * from tenants order by name, id limit 1000) t
            left join usage_months u on u.tenant_id = t.id and u.month = date_trunc('month', now() at time zone 'utc')::date), '[]'),
        'stuck_turns', coalesce((select jsonb_agg(s order by s.opened_at) from (
            select t.id, n.name as tenant, t.run_id, t.step, t.takeovers, t.opened_at, t.lease_until
            from turns t join tenants n on n.id = t.tenant_id
            where t.state = 'active' and t.lease_until < now() - interval '1 minute' order by t.opened_at limit 100) s), '[]'),
        'failed_documents', coalesce((select jsonb_agg(d order by d.updated_at desc) from (
            select d.id, n.name as tenant, d.title, d.filename, d.error, d.updated_at
            from documents d join tenants n on n.id = d.tenant_id where d.state = 'failed' order by d.updated_at desc limit 100) d), '[]'),
        'dead_letters', coalesce((select jsonb_agg(m order by m.received_at desc) from (
            select i.phone_number_id, i.message_id, n.name as tenant, i.reason, i.dispatch_no, i.received_at
            from inbound_messages i left join chatbots b using (phone_number_id) left join tenants n on n.id = b.tenant_id
            where i.state = 'dead' order by i.received_at desc limit 100) m), '[]'));
end $$;
create index inbound_dead on inbound_messages (received_at) where state = 'dead';

create function operator_put_tenant(p_email text, p_tenant uuid, p_name text, p_status text) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    id_ uuid := p_tenant;
begin
    perform check_operator(p_email);
    if p_tenant is null then
        insert into tenants (name) values (p_name) returning id into id_;
    else
        update tenants set name = coalesce(p_name, name), status = coalesce(p_status, status) where id = p_tenant returning id into id_;
    end if;
    return id_;
end $$;

create function operator_put_number(p_email text, p_tenant uuid, p_phone_number_id text, p_name text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    -- A number that another tenant has is not taken away from it by a slip of the pen.
    insert into chatbots (phone_number_id, tenant_id, name) values (p_phone_number_id, p_tenant, p_name)
        on conflict (phone_number_id) do update set name = excluded.name where chatbots.tenant_id = p_tenant;
    return found;
end $$;

-- p_limits replaces the limits that it names; a null takes one away, and the platform's figure counts again.
create function operator_put_limits(p_email text, p_tenant uuid, p_limits jsonb) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    now_are jsonb;
begin
    perform check_operator(p_email);
    update tenants set limits = jsonb_strip_nulls(limits || p_limits) where id = p_tenant returning limits into now_are;
    return now_are;
end $$;

-- Which model answers on a number (nulls: the platform's own), which ones are asked in its place, and how fast the number may send: all of
-- it is spent at the platform's keys and at Meta's tier, so no tenant's role may change it.
create function operator_put_model(p_email text, p_phone_number_id text, p_provider text, p_model text, p_fallbacks jsonb, p_sends_per_s double precision)
    returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    update chatbots set provider = p_provider, model = p_model, fallbacks = p_fallbacks, sends_per_s = p_sends_per_s
        where phone_number_id = p_phone_number_id;
    return found;
end $$;

create function operator_put_key(p_email text, p_tenant uuid, p_kind text, p_sealed bytea) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    update tenants set whatsapp_token = case when p_kind = 'whatsapp_token' then p_sealed else whatsapp_token end,
                       llm_api_key = case when p_kind = 'llm_api_key' then p_sealed else llm_api_key end
        where id = p_tenant;
end $$;

-- p_role null: the person is a member no longer.
create function operator_put_member(p_email text, p_tenant uuid, p_member text, p_role text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    if p_role is null then
        delete from tenant_members where tenant_id = p_tenant and email = lower(p_member);
    else
        insert into tenant_members (tenant_id, email, role) values (p_tenant, lower(p_member), p_role)
            on conflict (tenant_id, email) do update set role = excluded.role;
    end if;
end $$;

-- A dead letter gets a run of its own again; the ingress or the recovery schedule starts it.
create function operator_dispatch_again(p_email text, p_phone_number_id text, p_message_id text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    update inbound_messages set state = 'received', dispatch_no = dispatch_no + 1, dispatch_errors = 0, due_at = now(), reason = null, turn_id = null
        where phone_number_id = p_phone_number_id and message_id = p_message_id and state = 'dead';
    return found;
end $$;

select own_functions('my_businesses', 'count_messages', 'count_turn', 'begin_human_reply', 'end_human_reply', 'is_operator',
                     'check_operator', 'operator_overview', 'operator_put_tenant', 'operator_put_number', 'operator_put_key',
                     'operator_put_member', 'operator_dispatch_again', 'operator_put_limits', 'operator_put_model');
grant execute on function my_businesses, begin_human_reply, end_human_reply, is_operator, operator_overview, operator_put_tenant,
    operator_put_number, operator_put_key, operator_put_member, operator_put_limits, operator_put_model, operator_dispatch_again to chatbot_app;
