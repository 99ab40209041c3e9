-- Events for developers. What makes an event true writes it, in the same transaction: triggers do, below. f/chatbot/
-- deliver_events posts them. Each is delivered at least once, under an id that stays, to one receiver in the order of
-- its lane (a contact, a document): a later event waits until the one before it is taken or given up.

-- Writes an event down, where a receiver of the tenant wants to know it.
create or replace function record_event(p_tenant uuid, p_kind text, p_lane uuid, p_contact uuid, p_facts jsonb,
                                        p_log bigint default null) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made events;
begin
    if not exists (select from event_endpoints where tenant_id = p_tenant and p_kind = any (kinds)) then
        return;
    end if;
    insert into events (tenant_id, kind, lane, contact_id, facts, log_id)
        values (p_tenant, p_kind, p_lane, p_contact, p_facts, p_log) returning * into made;
    insert into event_deliveries (endpoint_id, seq, tenant_id, lane)
        select e.id, made.seq, p_tenant, p_lane from event_endpoints e
        where e.tenant_id = p_tenant and p_kind = any (e.kinds);
end $$;
select own_functions('record_event');

create or replace function event_of_message() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        perform record_event(new.tenant_id, 'message', new.contact_id, new.contact_id, '{}', new.id);
    else
        perform record_event(new.tenant_id, 'status', new.contact_id, new.contact_id,
                             jsonb_build_object('status', new.status), new.id);
    end if;
    return null;
end $$;
select own_functions('event_of_message');
create or replace trigger event_of_message after insert on conversation_logs
    for each row execute function event_of_message();
create or replace trigger event_of_status after update of status on conversation_logs
    for each row when (new.direction = 'out' and old.status is distinct from new.status
                       and new.status in ('sent', 'delivered', 'read', 'played', 'failed', 'cancelled'))
    execute function event_of_message();

create or replace function event_of_turn() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform record_event(new.tenant_id, 'turn', new.contact_id, new.contact_id,
                         jsonb_build_object('turn_id', new.id, 'state', new.state, 'outcome', new.outcome));
    return null;
end $$;
select own_functions('event_of_turn');
create or replace trigger event_of_turn after update of state on turns
    for each row when (old.state = 'active' and new.state <> 'active') execute function event_of_turn();

create or replace function event_of_handoff() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform record_event(new.tenant_id, 'handoff', new.contact_id, new.contact_id,
                         jsonb_build_object('handoff_id', new.id, 'open', tg_op = 'INSERT', 'source', new.source));
    return null;
end $$;
select own_functions('event_of_handoff');
create or replace trigger event_of_handoff after insert on handoffs
    for each row execute function event_of_handoff();
create or replace trigger event_of_resume after update of resumed_at on handoffs
    for each row when (old.resumed_at is null and new.resumed_at is not null) execute function event_of_handoff();

create or replace function event_of_lead() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform record_event(new.tenant_id, 'lead', new.id, new.id, '{}');
    return null;
end $$;
select own_functions('event_of_lead');
create or replace trigger event_of_lead after update of lead on contacts
    for each row when (old.lead is distinct from new.lead) execute function event_of_lead();

create or replace function event_of_document() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    about documents := coalesce(new, old);
begin
    perform record_event(about.tenant_id, 'document', about.id, null, jsonb_build_object(
        'document_id', about.id, 'state', case when tg_op = 'DELETE' then 'deleted' else about.state end))
        where exists (select from tenants where id = about.tenant_id);  -- else it goes with its business
    return null;
end $$;
select own_functions('event_of_document');
-- A draft is nobody's document before it is published.
create or replace trigger event_of_document after update of state on documents
    for each row when (old.state is distinct from new.state and new.state in ('ready', 'failed')
                       and new.origin <> 'qa_draft')
    execute function event_of_document();
create or replace trigger event_of_new_document after insert on documents
    for each row when (new.origin <> 'qa_draft') execute function event_of_document();
create or replace trigger event_of_removed_document after delete on documents
    for each row when (old.origin <> 'qa_draft') execute function event_of_document();

-- An event as receivers get it. What a message says is read now: an edited one says what it says by now. With the
-- caller's rights: whoever is bound to a tenant reads that tenant's words only.
create or replace function event_body(p_event events) returns jsonb
    language sql stable as $$
    select jsonb_build_object(
        'id', 'evt_' || replace(p_event.id::text, '-', ''), 'type', p_event.kind,
        'created_at', to_char(p_event.made_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'contact_id', p_event.contact_id,
        'data', p_event.facts || coalesce(
            (select jsonb_build_object(
                 'message_id', l.id, 'turn_id', l.turn_id, 'whatsapp_id', l.message_id,
                 'phone_number_id', l.phone_number_id)
                 || case when p_event.kind = 'message' then jsonb_build_object(
                     'direction', l.direction, 'text', l.body, 'sender', case
                         when l.direction = 'in' then 'customer' when l.model = 'human' then 'person' else 'bot' end)
                    else '{}' end
             from conversation_logs l where l.id = p_event.log_id), '{}') || coalesce(
            (select jsonb_build_object('lead', c.lead) from contacts c
             where c.id = p_event.contact_id and p_event.kind = 'lead'), '{}') || coalesce(
            (select jsonb_build_object('title', d.title, 'origin', d.origin) from documents d
             where d.id = (p_event.facts ->> 'document_id')::uuid), '{}'))
$$;
select own_functions('event_body');
grant execute on function event_body to chatbot_app;

-- How long a receiver, or an event that it refuses, is left alone: 10 and 40 seconds, 3, 11 and 43 minutes, then an
-- hour.
create or replace function delivery_wait(p_tries int) returns interval
    language sql immutable
    return least(interval '1 hour', interval '10 seconds' * 4 ^ least(greatest(p_tries, 1) - 1, 10));
select own_functions('delivery_wait');

-- Receivers for which something waits, each for one run alone until its lease ends.
create or replace function claim_endpoints(p_limit int, p_lease interval)
    returns table (id uuid, tenant_id text, url text, lease_no int)
    language sql security definer set search_path = public, pg_temp as $$
    update event_endpoints e set lease_until = now() + p_lease, lease_no = e.lease_no + 1
        where e.id in (
            select x.id from event_endpoints x join tenants t on t.id = x.tenant_id
            where x.state = 'active' and x.due_at <= now() and coalesce(x.lease_until, '-infinity') <= now()
              and t.status = 'active'
              and exists (select from due_deliveries(x.id, 1))
            order by x.due_at limit p_limit for update of x skip locked)
        returning e.id, e.tenant_id::text, e.url, e.lease_no
$$;
select own_functions('claim_endpoints');
grant execute on function claim_endpoints to chatbot_app;

-- What a receiver is to get now, in order: no event of a lane whose earlier one is left alone for a while.
create or replace function due_deliveries(p_endpoint uuid, p_limit int)
    returns table (seq bigint, lane uuid, id text, body jsonb)
    language sql stable security definer set search_path = public, pg_temp as $$
    select d.seq, d.lane, 'evt_' || replace(e.id::text, '-', ''), event_body(e)
        from event_deliveries d join events e on e.seq = d.seq
        where d.endpoint_id = p_endpoint and d.state = 'waiting'
          and not exists (select from event_deliveries f
                          where f.endpoint_id = p_endpoint and f.lane = d.lane and f.state = 'waiting' and f.tries > 0
                            and f.seq <= d.seq and f.due_at > now())
        order by d.seq limit p_limit
$$;
select own_functions('due_deliveries');
grant execute on function due_deliveries to chatbot_app;

-- A receiver that is gone needs nobody any more.
create or replace function forget_endpoint() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform settle_subject(old.tenant_id, kind, old.id::text)
        from unnest(array['events_paused', 'event_given_up']) kind;
    return null;
end $$;
create or replace trigger forget_endpoint after delete on event_endpoints
    for each row execute function forget_endpoint();
select own_functions('forget_endpoint');

-- Records what became of a run's tries and gives the receiver back. p_taken: what it has; p_refused: what it has not.
-- False: another run has it by now, and nothing is recorded: what was taken is delivered again. An event that is
-- refused for three days while others are taken is given up; a receiver that takes nothing for three days is paused,
-- and the owners are told.
create or replace function record_deliveries(p_endpoint uuid, p_lease_no int, p_taken bigint[], p_refused bigint[],
                                             p_words text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    here event_endpoints;
    given_up int;
begin
    select * into here from event_endpoints where id = p_endpoint and lease_no = p_lease_no for update;
    if not found then
        return false;
    end if;
    update event_deliveries set state = 'delivered', settled_at = now(), tries = tries + 1,
            first_try_at = coalesce(first_try_at, now())
        where endpoint_id = p_endpoint and seq = any (p_taken);
    update event_deliveries set tries = tries + 1, due_at = now() + delivery_wait(tries + 1),
            first_try_at = coalesce(first_try_at, now())
        where endpoint_id = p_endpoint and seq = any (p_refused);
    update event_deliveries d set state = 'given_up', settled_at = now()
        where endpoint_id = p_endpoint and seq = any (p_refused) and state = 'waiting'
          and first_try_at < now() - interval '3 days'
          and exists (select from event_deliveries o where o.endpoint_id = p_endpoint and o.state = 'delivered'
                      and o.settled_at > d.first_try_at);
    get diagnostics given_up = row_count;
    if cardinality(p_taken) > 0 then
        here.failing_since := null;
        here.tries := 0;
    elsif cardinality(p_refused) > 0 then
        here.failing_since := coalesce(here.failing_since, now());
        here.tries := here.tries + 1;
    end if;
    if here.failing_since < now() - interval '3 days' and here.state = 'active' then
        here.state := 'paused';
        perform notify(here.tenant_id, 'events_paused', 'critical', 'A receiver of events takes none: it is paused',
                       here.id::text, jsonb_build_object('endpoint_id', here.id, 'words', left(p_words, 300)));
    end if;
    if given_up > 0 then
        perform notify(here.tenant_id, 'event_given_up', 'warning', 'A receiver refuses an event: it was given up',
                       here.id::text, jsonb_build_object('endpoint_id', here.id, 'words', left(p_words, 300)));
    end if;
    update event_endpoints set lease_until = null, failing_since = here.failing_since, tries = here.tries,
            state = here.state, due_at = case when here.tries > 0 then now() + delivery_wait(here.tries) else now() end,
            last_words = left(p_words, 300), last_at = now()
        where id = p_endpoint;
    return true;
end $$;
select own_functions('record_deliveries');
grant execute on function record_deliveries to chatbot_app;

-- Has an event of the current tenant delivered again, to every receiver that wants its kind; how many those are. It
-- goes before later ones of its lane. Null: there is no such event (any more).
create or replace function replay_event(p_event uuid) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made events;
    n int;
begin
    select * into made from events where id = p_event and tenant_id = current_tenant();
    if not found then
        return null;
    end if;
    insert into event_deliveries as d (endpoint_id, seq, tenant_id, lane)
        select e.id, made.seq, made.tenant_id, made.lane from event_endpoints e
        where e.tenant_id = made.tenant_id and made.kind = any (e.kinds)
        on conflict (endpoint_id, seq) do update set state = 'waiting', tries = 0, due_at = now(), first_try_at = null,
            settled_at = null;
    get diagnostics n = row_count;
    perform record_audit('events.replay', made.kind, made.contact_id);
    return n;
end $$;
select own_functions('replay_event');
grant execute on function replay_event to chatbot_app;

-- Resumes a receiver of the current tenant, or pauses it. Null: there is none.
create or replace function set_endpoint_state(p_endpoint uuid, p_state text) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update event_endpoints set state = p_state, failing_since = null, tries = 0, due_at = now()
        where id = p_endpoint and tenant_id = current_tenant();
    if not found then
        return null;
    end if;
    if p_state = 'active' then
        perform settle_subject(current_tenant(), 'events_paused', p_endpoint::text);
    end if;
    return p_state;
end $$;
select own_functions('set_endpoint_state');
grant execute on function set_endpoint_state to chatbot_app;

-- Forgets events that are thirty days old; how many. Earlier they go with what they tell of.
create or replace function clean_events() returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    n int;
begin
    delete from events where seq in (select seq from events where made_at < now() - interval '30 days' limit 5000);
    get diagnostics n = row_count;
    return n;
end $$;
select own_functions('clean_events');
grant execute on function clean_events to chatbot_app;
