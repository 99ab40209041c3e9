-- The records of a service statement: triggers write a fact down in the transaction that makes it true, and recovery
-- puts what is written into the chain of its number.
--
-- A trigger writes where the product acts: as the owner of its functions, or as a step or the ingress. What somebody
-- does to a row by hand leaves no record, so the row differs from its last one (functions/statement_faults.sql).

-- A message of either side in the records: a digest, because Meta's id holds the phone number.
create or replace function service_key(p_phone_number_id text, p_message_id text) returns uuid
    language sql immutable
    return encode(substr(message_digest(p_phone_number_id, p_message_id), 1, 16), 'hex')::uuid;
select own_functions('service_key');
grant execute on function service_key to chatbot_app;

-- A contact in the records; nothing leads back to somebody who was forgotten.
create or replace function service_who(p_contact uuid) returns text
    language sql immutable
    return left(encode(sha256(convert_to(p_contact::text, 'UTF8')), 'hex'), 16);
select own_functions('service_who');

-- Why a message has ended, as a code of the statement: the inbox's own words may name other messages.
create or replace function ending_of(p_reason text) returns text
    language sql immutable
    return case
        when p_reason is null then null
        when p_reason like 'an edit of %' then 'edit'
        when p_reason like 'a deletion of %' then 'deletion'
        when p_reason like 'a limit is reached%' then 'limit'
        when p_reason like 'an event of WhatsApp%' then 'event'
        when p_reason like 'a reaction%' then 'reaction'
        when p_reason like 'the business is closed%' then 'closed'
        when p_reason like 'given up%' then 'given_up'
        when p_reason like 'written in a group%' then 'group'
        when p_reason like 'it can not be read%' then 'unreadable'
        when p_reason like '%: nobody wrote' then 'no_words'
        when p_reason like 'already answered%' then 'answered_before'
        else coalesce((select code from (values
            ('the customer has deleted it', 'deleted'), ('the chatbot is switched off', 'switched_off'),
            ('the tenant is suspended', 'suspended'), ('the contact is blocked', 'blocked'),
            ('the contact has opted out', 'opted_out'), ('the contact is with a human', 'with_human'),
            ('the message is too old to answer', 'too_old'), ('the message names no sender', 'no_sender'),
            ('a rating of the conversation', 'rating')) k(words, code) where words = p_reason), 'other')
    end;
select own_functions('ending_of');

-- Writes one fact down.
create or replace function record_service(p_tenant uuid, p_phone_number_id text, p_kind text, p_subject uuid,
                                          p_at timestamptz, p_facts jsonb) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into service_records (tenant_id, phone_number_id, kind, subject, at, facts)
        values (p_tenant, p_phone_number_id, p_kind, p_subject, p_at, p_facts)
$$;
select own_functions('record_service');

-- Writes down what a model cost outside a turn.
create or replace function record_cost(p_tenant uuid, p_phone_number_id text, p_what text, p_usd numeric) returns void
    language sql security definer set search_path = public, pg_temp as $$
    select record_service(p_tenant, p_phone_number_id, 'cost', gen_random_uuid(), now(),
                          jsonb_build_object('part', p_what, 'usd', p_usd)) where p_usd > 0
$$;
select own_functions('record_cost');

-- Writes down that a row of somebody who was forgotten is gone.
create or replace function record_gone(p_tenant uuid, p_phone_number_id text, p_what text, p_subject uuid) returns void
    language sql security definer set search_path = public, pg_temp
    return record_service(p_tenant, p_phone_number_id, 'gone', p_subject, now(),
                          jsonb_build_object('what', p_what, 'why', 'erased'));
select own_functions('record_gone');

-- Writes down that what is older than the end of the day of `p_before` may be gone, because nothing older is kept: once
-- for each day, however often rows are deleted.
create or replace function record_expiry(p_tenant uuid, p_phone_number_id text, p_what text, p_before timestamptz)
    returns void
    language sql security definer set search_path = public, pg_temp as $$
    select record_service(p_tenant, p_phone_number_id, 'gone', e.subject, now(),
                          jsonb_build_object('what', p_what, 'why', 'expired', 'before', e.before))
    from (select service_key(p_phone_number_id, 'expired ' || p_what) as subject,
                 date_trunc('day', p_before, 'UTC') + interval '1 day' as before) e
    where not exists (select from service_records r
                      where r.subject = e.subject and r.tenant_id = p_tenant and r.kind = 'gone'
                        and (r.facts ->> 'before')::timestamptz >= e.before)
$$;
select own_functions('record_expiry');

-- Messages that customers wrote; a person's decision about a tool's call is none.
create or replace function record_messages() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into service_records (tenant_id, phone_number_id, kind, subject, at, facts)
        select b.tenant_id, a.phone_number_id, 'came', service_key(a.phone_number_id, a.message_id), a.received_at,
               jsonb_build_object('n', a.seq)
        from added a join chatbots b using (phone_number_id)
        where a.kind = 'message' and not is_decision(a.message_id);
    return null;
end $$;
create or replace trigger record_messages after insert on inbound_messages referencing new table as added
    for each statement when (current_user in ('chatbot_owner', 'chatbot_ingress')) execute function record_messages();
select own_functions('record_messages');

create or replace function record_ending() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform record_service(b.tenant_id, new.phone_number_id, 'ended',
                           service_key(new.phone_number_id, new.message_id), now(), jsonb_strip_nulls(
                jsonb_build_object('state', new.state, 'reason', ending_of(new.reason), 'turn', new.turn_id,
                                   'who', service_who(new.contact_id))))
        from chatbots b where b.phone_number_id = new.phone_number_id and not is_decision(new.message_id);
    return null;
end $$;
create or replace trigger record_ending after update of state, reason, turn_id on inbound_messages for each row
    when (current_user = 'chatbot_owner' and new.kind = 'message'
          and (new.state in ('answered', 'ended', 'dead') or old.state in ('answered', 'ended', 'dead'))
          and (old.state, old.reason, old.turn_id) is distinct from (new.state, new.reason, new.turn_id))
    execute function record_ending();
select own_functions('record_ending');

create or replace function record_turn() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform record_service(new.tenant_id, new.phone_number_id, 'turn', new.id, new.closed_at, jsonb_strip_nulls(
        jsonb_build_object('state', new.state, 'outcome', new.outcome, 'usd', turn_usd(new),
            'seconds', (select round(extract(epoch from new.closed_at - min(i.received_at)), 3)
                        from inbound_messages i where i.turn_id = new.id))));
    return null;
end $$;
create or replace trigger record_turn after insert or update of state, outcome, usage, closed_at on turns for each row
    when (current_user in ('chatbot_owner', 'chatbot_app') and new.state <> 'active' and new.closed_at is not null)
    execute function record_turn();
select own_functions('record_turn');

-- What a turn's models cost; null: no model was asked.
create or replace function turn_usd(p_turn turns) returns numeric
    language sql stable
    return (p_turn.usage ->> 'cost_usd')::numeric;
select own_functions('turn_usd');

-- A part that has found an outcome, or gets another try. It belongs to the time of its request.
create or replace function record_part_state() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform record_service(t.tenant_id, t.phone_number_id, 'part', t.id,
                           greatest(coalesce(new.sending_since, now()), t.opened_at),
                           part_facts(new, t.phone_number_id))
        from turns t where t.id = new.turn_id;
    return null;
end $$;
create or replace trigger record_part_state after update of state, message_id on outbound_messages for each row
    when (current_user in ('chatbot_owner', 'chatbot_app')
          and (old.state, old.message_id) is distinct from (new.state, new.message_id)
          and (new.state in ('sent', 'delivered', 'read', 'played', 'failed', 'cancelled')
               or old.state in ('sent', 'delivered', 'read', 'played', 'failed', 'cancelled')))
    execute function record_part_state();
select own_functions('record_part_state');

create or replace function part_facts(p_part outbound_messages, p_phone_number_id text) returns jsonb
    language sql immutable
    return jsonb_strip_nulls(jsonb_build_object(
        'part', p_part.part, 'state', p_part.state,
        'message', case when p_part.message_id is not null then service_key(p_phone_number_id, p_part.message_id) end));
select own_functions('part_facts');

-- A record as it is hashed, one text for the same facts on every machine.
create or replace function service_text(p_record service_records) returns text
    language sql stable
    return jsonb_build_array(p_record.tenant_id, p_record.phone_number_id, p_record.seq, p_record.kind,
                             p_record.subject, extract(epoch from p_record.at), p_record.facts)::text;
select own_functions('service_text');

create or replace function service_hash(p_before bytea, p_record service_records) returns bytea
    language sql stable
    return sha256(p_before || convert_to(service_text(p_record), 'UTF8'));
select own_functions('service_hash');

-- Puts up to p_limit new records of each chain into it, in the order in which they were written; returns how many.
create or replace function chain_records(p_limit int) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    chain service_chains;
    r service_records;
    chained int := 0;
begin
    for chain in
        select distinct tenant_id, phone_number_id from service_records where seq is null order by 1, 2
    loop
        insert into service_chains (tenant_id, phone_number_id) values (chain.tenant_id, chain.phone_number_id)
            on conflict do nothing;
        select * into chain from service_chains c
            where c.tenant_id = chain.tenant_id and c.phone_number_id = chain.phone_number_id for update skip locked;
        continue when not found;
        for r in
            select * from service_records n where n.tenant_id = chain.tenant_id
                and n.phone_number_id = chain.phone_number_id and n.seq is null order by n.id limit p_limit
        loop
            r.seq := chain.seq + 1;
            r.hash := service_hash(chain.hash, r);
            update service_records set seq = r.seq, hash = r.hash where id = r.id;
            chain.seq := r.seq;
            chain.hash := r.hash;
            chained := chained + 1;
        end loop;
        update service_chains set seq = chain.seq, hash = chain.hash, chained_at = now()
            where tenant_id = chain.tenant_id and phone_number_id = chain.phone_number_id;
    end loop;
    return chained;
end $$;
select own_functions('chain_records');
grant execute on function chain_records to chatbot_app;
