-- The agent: its bounds and words per chatbot, the handoff to a human, what customers leave of themselves, monthly limits.

alter table chatbots
    add column fallbacks jsonb not null default '[]' check (jsonb_typeof(fallbacks) = 'array'),  -- [{provider, model}], asked in order
    add column max_tokens int not null default 60000 check (max_tokens >= 1000),      -- of all model calls of a turn
    add column max_cost_usd numeric(10, 4) not null default 0.5 check (max_cost_usd > 0),
    add column offer_human jsonb not null default '{}',        -- added to "I don't know"; empty: these words hold the offer themselves
    add column handoff_message jsonb not null default '{
        "en": "I''ve passed your question on to a colleague, who will answer you here.",
        "es": "He pasado su pregunta a una persona del equipo, que le responderá aquí.",
        "de": "Ich habe Ihre Frage weitergegeben; jemand aus dem Team antwortet Ihnen hier.",
        "fr": "J''ai transmis votre question à un collègue, qui vous répondra ici.",
        "pt": "Passei a sua pergunta a um colega, que lhe responderá aqui.",
        "it": "Ho passato la sua domanda a un collega, che le risponderà qui."}',
    add column handoff_keywords text[] not null default '{}',
    add column handoff_hours real not null default 12 check (handoff_hours >= 0),   -- 0: until an operator resumes the bot
    add column handoff_on_failure boolean not null default false,
    add column notify_webhook_url text,
    add column notify_phone text,                              -- a staff member's WhatsApp number
    add column notify_template jsonb,                          -- {name, language}: outside the 24-hour window Meta takes a template only
    add column lead_fields text[] not null default '{}';       -- what the tenant asks to collect, such as name, email, order_number

alter table chatbots alter column dont_know set default '{
    "en": "I''m sorry, I don''t have that information. Shall I ask a colleague?",
    "es": "Lo siento, no tengo esa información. ¿Quiere que pregunte a una persona del equipo?",
    "de": "Das weiß ich leider nicht. Soll ich jemanden aus dem Team fragen?",
    "fr": "Désolé, je n''ai pas cette information. Voulez-vous que je demande à un collègue ?",
    "pt": "Lamento, não tenho essa informação. Quer que pergunte a um colega?",
    "it": "Mi dispiace, non ho questa informazione. Vuole che chieda a un collega?"}';
alter table chatbots alter column failure_message set default '{
    "en": "Something went wrong on our side. Please try again in a moment.",
    "es": "Algo ha fallado por nuestra parte. Inténtelo de nuevo en un momento.",
    "de": "Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es gleich noch einmal.",
    "fr": "Un problème est survenu de notre côté. Réessayez dans un instant.",
    "pt": "Algo correu mal do nosso lado. Tente novamente daqui a pouco.",
    "it": "Qualcosa è andato storto da parte nostra. Riprovi tra poco."}';

-- Who passed whom on to a human, when and why. A turn has at most one: a step that runs twice notifies once.
create table handoffs (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid not null references contacts on delete cascade,
    turn_id           uuid unique references turns on delete cascade,
    source            text not null check (source in ('model', 'keyword', 'customer', 'failure', 'operator')),
    reason            text,
    paused_until      timestamptz not null,
    resumed_at        timestamptz,
    notified          jsonb,                              -- what became of the notifications, in words
    created_at        timestamptz not null default now()
);
create index handoffs_by_contact on handoffs (contact_id, created_at);
select isolate('handoffs');
grant select, update (notified) on handoffs to chatbot_app;

alter table usage_months add column warned_at timestamptz; -- the tenant was told that 80 % of a limit is used

-- The turn that a run has open, in the shape of a Context, for the failure handler: the failed step's result is not there to read.
-- `replied`: a reply is written already, and what is left of it is sent.
create function find_turn(p_run uuid) returns jsonb
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select jsonb_build_object('mode', 'live', 'tenant_id', t.tenant_id, 'contact_id', t.contact_id, 'turn_id', t.id,
                'phone_number_id', t.phone_number_id, 'replied', exists (select from outbound_messages o where o.turn_id = t.id),
                'question', coalesce((select string_agg(message_words(i.payload), e'\n' order by i.seq) from inbound_messages i
                                      where i.turn_id = t.id), ''),
                'contact', jsonb_build_object('language', c.language),
                'chatbot', jsonb_build_object('failure_message', b.failure_message, 'dont_know', b.dont_know, 'languages', b.languages,
                                              'handoff_on_failure', b.handoff_on_failure))
            from turns t join chatbots b using (phone_number_id) join contacts c on c.id = t.contact_id
            where t.run_id = p_run and t.state = 'active');
end $$;

-- An operator, or the tenant's staff, takes a conversation over: until a time, or until it is resumed. A turn under way sends nothing more.
create function pause_contact(p_contact uuid, p_until timestamptz default 'infinity', p_reason text default null) returns timestamptz
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    contact contacts;
begin
    update contacts set paused_until = p_until where id = p_contact and tenant_id = current_tenant() returning * into contact;
    if not found then
        raise exception 'contact % does not exist', p_contact using errcode = 'no_data_found';
    end if;
    insert into handoffs (tenant_id, contact_id, source, reason, paused_until)
        values (contact.tenant_id, p_contact, 'operator', left(p_reason, 500), p_until);
    return contact.paused_until;
end $$;

-- The bot answers again. What was written meanwhile was logged and stays unanswered: a human has dealt with it.
create function resume_contact(p_contact uuid) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update contacts set paused_until = null where id = p_contact and tenant_id = current_tenant();
    if not found then
        raise exception 'contact % does not exist', p_contact using errcode = 'no_data_found';
    end if;
    update handoffs set resumed_at = now() where contact_id = p_contact and resumed_at is null;
end $$;

-- Notes that this turn passes its contact on. The pause begins when the turn closes (see below): the customer is still to read the words
-- for it. Returns the handoff's id at the first call, null when this turn has passed on already. A stale attempt is refused.
create function hand_off_contact(p_turn uuid, p_epoch int, p_source text, p_reason text) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made uuid;
begin
    if not exists (select from turns where id = p_turn and tenant_id = current_tenant()) then
        raise exception 'turn % does not exist', p_turn using errcode = 'no_data_found';
    end if;
    perform hold_turn(p_turn, p_epoch);
    insert into handoffs (tenant_id, contact_id, turn_id, source, reason, paused_until)
        select t.tenant_id, t.contact_id, t.id, p_source, left(p_reason, 500),
               case when b.handoff_hours = 0 then 'infinity'::timestamptz else now() + make_interval(secs => b.handoff_hours * 3600) end
        from turns t join chatbots b using (phone_number_id) where t.id = p_turn
        on conflict (turn_id) do nothing returning id into made;
    return made;
end $$;

create function pause_after_turn() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update contacts c set paused_until = greatest(c.paused_until, h.paused_until)
    from handoffs h where h.turn_id = new.id and h.resumed_at is null and c.id = new.contact_id;
    return null;
end $$;
create trigger pause_after_turn after update of state on turns
    for each row when (old.state = 'active' and new.state <> 'active') execute function pause_after_turn();

-- Keeps what a customer has said of themselves, among the fields that the tenant asked to collect; others are left out.
create function remember_lead(p_turn uuid, p_epoch int, p_fields jsonb) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    kept jsonb;
begin
    if not exists (select from turns where id = p_turn and tenant_id = current_tenant()) then
        raise exception 'turn % does not exist', p_turn using errcode = 'no_data_found';
    end if;
    perform hold_turn(p_turn, p_epoch);
    update contacts c set lead = c.lead || coalesce((
            select jsonb_object_agg(f.key, to_jsonb(left(f.value, 200)))
            from jsonb_each_text(p_fields) f where f.key = any(b.lead_fields)), '{}')
    from turns t join chatbots b using (phone_number_id)
    where t.id = p_turn and c.id = t.contact_id returning c.lead into kept;
    return kept;
end $$;

-- This month's use of the current tenant against its limits (tenants.limits: monthly_turns, monthly_tokens, monthly_cost_usd), with
-- `share` of the limit that is used most, and `reached`: a sentence when a limit is.
create function tenant_usage() returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    with used as (
        select t.limits, coalesce(u.turns, 0) as turns, coalesce(u.input_tokens + u.output_tokens, 0) as tokens,
               coalesce(u.cost_usd, 0) as cost_usd, u.warned_at
        from tenants t left join usage_months u on u.tenant_id = t.id and u.month = date_trunc('month', now() at time zone 'utc')::date
        where t.id = current_tenant()
    ), per_limit as (
        select l.name, l.amount, (used.limits ->> l.name)::numeric as bound
        from used, lateral (values ('monthly_turns', used.turns::numeric), ('monthly_tokens', used.tokens), ('monthly_cost_usd', used.cost_usd))
                   as l(name, amount)
        where jsonb_typeof(used.limits -> l.name) = 'number' and (used.limits ->> l.name)::numeric > 0
    ), fullest as (
        select name, amount, bound, amount / bound as share from per_limit order by amount / bound desc limit 1
    )
    select jsonb_build_object('turns', used.turns, 'tokens', used.tokens, 'cost_usd', used.cost_usd, 'limits', used.limits,
        'share', coalesce(round(f.share, 4), 0), 'limit', f.name, 'warned', used.warned_at is not null,
        'reached', case when f.share >= 1 then 'the tenant''s limit ' || f.name || ' of ' || f.bound || ' is used up for this month' end,
        'calls', (select coalesce(sum((t.usage ->> 'calls')::int), 0) from turns t where t.tenant_id = current_tenant()
                    and t.closed_at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc'),
        'mean_ms', (select round(avg((t.usage ->> 'ms')::int)) from turns t where t.tenant_id = current_tenant()
                    and t.closed_at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc'))
    from used left join fullest f on true
$$;

-- True for the one caller a month that is to warn the tenant.
create function claim_usage_warning() returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update usage_months set warned_at = now()
        where tenant_id = current_tenant() and month = date_trunc('month', now() at time zone 'utc')::date and warned_at is null;
    return found;
end $$;

-- The past turns that can be taken through the current bot again, with the message that opened each and what was answered then.
create function turns_to_replay(p_from timestamptz, p_to timestamptz, p_turn uuid default null, p_limit int default 500)
    returns table (turn_id uuid, tenant_id uuid, contact_id uuid, phone_number_id text, opened_at timestamptz, question text, outcome text,
                   reply text, citations jsonb, trace jsonb, usage jsonb, model text, payload text)
    language sql stable as $$
    select t.id, t.tenant_id, t.contact_id, t.phone_number_id, t.opened_at, t.question, t.outcome,
           (select string_agg(l.body, e'\n\n' order by l.id) from conversation_logs l where l.turn_id = t.id and l.direction = 'out'),
           (select l.citations from conversation_logs l where l.turn_id = t.id and l.direction = 'out' and l.citations is not null limit 1),
           t.trace, t.usage,
           (select l.model from conversation_logs l where l.turn_id = t.id and l.direction = 'out' order by l.id limit 1),
           (select i.payload from inbound_messages i where i.turn_id = t.id order by i.seq desc limit 1)
    from turns t
    where t.state <> 'active' and (t.id = p_turn or p_turn is null and t.opened_at >= p_from and t.opened_at < p_to)
    order by t.opened_at limit p_limit
$$;

select own_functions('find_turn', 'pause_contact', 'resume_contact', 'hand_off_contact', 'pause_after_turn', 'remember_lead',
                     'tenant_usage', 'claim_usage_warning', 'turns_to_replay');
grant execute on function find_turn, pause_contact, resume_contact, hand_off_contact, remember_lead, tenant_usage, claim_usage_warning, turns_to_replay
    to chatbot_app;
