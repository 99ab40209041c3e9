-- What a number brings along from its phone: events that Meta sends once, in the hours after the connection.

-- The moment that Meta gives for something long past; null: none that can be.
create or replace function long_past(p_time jsonb) returns timestamptz
    language sql stable
    return case when said(p_time) ~ '^[0-9]{9,10}$' and to_timestamp(said(p_time)::bigint) < now() + interval '1 day'
                then to_timestamp(said(p_time)::bigint) end;
select own_functions('long_past');

-- The elements of what should be a list of objects, however long it is.
create or replace function all_items(p_value jsonb) returns table (item jsonb, place bigint)
    language sql immutable as $$
    select i.value, i.ordinality
        from jsonb_array_elements(case when jsonb_typeof(p_value) = 'array' then p_value else '[]' end)
            with ordinality i
        where jsonb_typeof(i.value) = 'object'
$$;
select own_functions('all_items');

-- What is kept of somebody who was forgotten, for as long as Meta may still send their past: nobody can be found by it.
create or replace function person_digest(p_tenant uuid, p_name text) returns bytea
    language sql stable
    return message_digest('person of ' || p_tenant, phone_key(ltrim(p_name, '+')));
select own_functions('person_digest');

-- What the phone book of the tenant calls a number; null: nothing.
create or replace function name_in_phone_book(p_tenant uuid, p_phone text) returns text
    language sql stable security definer set search_path = public, pg_temp
    return (select name from phone_book where tenant_id = p_tenant and phone = phone_key(p_phone));
select own_functions('name_in_phone_book');

-- The messages of a thread that are not here yet and that the tenant's plan keeps so long. Meta lists the newest first.
create or replace function new_past_messages(p_bot chatbots, p_thread jsonb)
    returns table (message_id text, content jsonb, written_at timestamptz, place bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select distinct on (said(m.item -> 'id')) said(m.item -> 'id'), m.item, long_past(m.item -> 'timestamp'), -m.place
    from all_items(p_thread -> 'messages') m, tenants t
    where t.id = p_bot.tenant_id and octet_length(said(m.item -> 'id')) <= 800  -- as the ingress takes ids
      and long_past(m.item -> 'timestamp') > coalesce(now() - retention(t.limits, 'keep_words_days'), '-infinity')
      and not exists (select from inbound_messages i where i.phone_number_id = p_bot.phone_number_id
                      and i.message_id = said(m.item -> 'id'))
      and not exists (select from conversation_logs l where l.phone_number_id = p_bot.phone_number_id
                      and l.message_id = said(m.item -> 'id'))
$$;
select own_functions('new_past_messages');

-- One person's messages of before. A person who is not known yet is one whom nobody has to answer. Again is harmless.
create or replace function take_past_thread(p_bot chatbots, p_thread jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    other text := ltrim(said(p_thread -> 'id'), '+');
    newest timestamptz;
    person uuid;
begin
    if other is null or other !~ '^[0-9]{5,20}$'
       or exists (select from erased_messages where digest = person_digest(p_bot.tenant_id, other)) then
        return;
    end if;
    select max(written_at) into newest from new_past_messages(p_bot, p_thread);
    if newest is null then
        return;
    end if;
    person := known_as(p_bot.tenant_id, other);
    if person is null then
        person := find_contact(p_bot.tenant_id, other, null, null);
        update contacts set status = 'solved', last_seen_at = newest
            where id = person and last_message_at is null and status_at is null;  -- else they have just written
    end if;
    insert into past_messages (tenant_id, contact_id, phone_number_id, message_id, direction, body, written_at)
        select p_bot.tenant_id, person, p_bot.phone_number_id, n.message_id,
               case when phone_key(ltrim(said(n.content -> 'from'), '+')) = phone_key(other) then 'in' else 'out' end,
               content_words(n.content), n.written_at
        from new_past_messages(p_bot, p_thread) n order by n.written_at, n.place
        on conflict (phone_number_id, message_id) do nothing;
end $$;
select own_functions('take_past_thread');

-- A name of the phone book, new, changed or removed. A name that the staff gave stays.
create or replace function take_phone_book_entry(p_tenant uuid, p_entry jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    number text := phone_key(ltrim(said(p_entry #> '{contact,phone_number}'), '+'));
    new_name text := left(nullif(btrim(coalesce(said(p_entry #> '{contact,full_name}'),
                                                said(p_entry #> '{contact,first_name}'))), ''), 200);
    at timestamptz := coalesce(long_past(p_entry #> '{metadata,timestamp}'), now());
    old_name text := name_in_phone_book(p_tenant, number);
begin
    if p_entry ->> 'type' is distinct from 'contact' or number is null or number !~ '^[0-9]{5,20}$'
       or exists (select from erased_messages where digest = person_digest(p_tenant, number)) then
        return;
    end if;
    if p_entry ->> 'action' = 'remove' then
        new_name := null;
        delete from phone_book where tenant_id = p_tenant and phone = number and changed_at <= at;
    elsif new_name is null then
        return;
    else
        insert into phone_book as b (tenant_id, phone, name, changed_at) values (p_tenant, number, new_name, at)
            on conflict (tenant_id, phone) do update set name = excluded.name, changed_at = excluded.changed_at
            where b.changed_at <= excluded.changed_at;
    end if;
    if found then
        update contacts set staff_name = new_name
            where id = known_as(p_tenant, number) and staff_name is not distinct from old_name;
    end if;
end $$;
select own_functions('take_phone_book_entry');

-- One thread or name of an event; one that can't be understood must not take the others along.
create or replace function take_past_piece(p_bot chatbots, p_field text, p_piece jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if p_field = 'history' then
        perform take_past_thread(p_bot, p_piece);
    else
        perform take_phone_book_entry(p_bot.tenant_id, p_piece);
    end if;
exception
    when deadlock_detected or lock_not_available then
        raise;
    when others then
        null;
end $$;
select own_functions('take_past_piece');

-- Takes over what one event of Meta's brings of the past: field history, or smb_app_state_sync.
create or replace function take_past(p_bot chatbots, p_field text, p_value jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    part jsonb;
begin
    perform take_past_piece(p_bot, p_field, e.item) from all_items(p_value -> 'state_sync') e;
    for part in select item from all_items(p_value -> 'history') loop
        perform take_past_piece(p_bot, p_field, t.item) from all_items(part -> 'threads') t;
        if jsonb_typeof(part -> 'errors') = 'array' then
            perform notify(p_bot.tenant_id, 'past_not_shared', 'info', 'The phone shares no past conversations',
                           p_bot.phone_number_id, jsonb_build_object('number', p_bot.name));
        elsif said(part #> '{metadata,progress}') = '100' then
            perform notify(p_bot.tenant_id, 'past_taken', 'info',
                           'The past conversations of the phone are in the inbox', p_bot.phone_number_id,
                           jsonb_build_object('number', p_bot.name));
        end if;
    end loop;
    update past_messages p set body = content_words(m.item)  -- what the placeholder of a file stood for
        from all_items(p_value -> 'messages') m
        where p.phone_number_id = p_bot.phone_number_id and p.message_id = said(m.item -> 'id');
end $$;
select own_functions('take_past');

-- The oldest such event of the inbox. In a transaction of its own: it may hold thousands of messages, and whoever
-- writes meanwhile waits for no more than that. Returns whether there was one.
create or replace function apply_past_event() returns boolean
    language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare
    event inbound_messages;
    change jsonb;
    bot chatbots;
    verdict text := 'answered';
begin
    select * into event from inbound_messages where state = 'received' and kind = 'past' and due_at <= now()
        order by seq limit 1 for update skip locked;
    if event.message_id is null then
        return false;
    end if;
    begin
        change := payload_json(event.payload) #> '{entry,0,changes,0}';
        select * into bot from chatbots b where b.phone_number_id = event.phone_number_id;
        if bot.tenant_id is null then
            verdict := 'ended';
        else
            perform take_past(bot, change ->> 'field', change -> 'value');
        end if;
    exception
        when deadlock_detected or lock_not_available then
            verdict := 'received';
        when data_exception or integrity_constraint_violation then
            verdict := 'ended';
    end;
    update inbound_messages set state = verdict,
            reason = case when verdict = 'ended' then 'nobody to tell, or not understood' end,
            due_at = case when verdict = 'received' then now() + interval '1 minute' else due_at end
        where phone_number_id = event.phone_number_id and message_id = event.message_id;
    return true;
end $$;
select own_functions('apply_past_event');
grant execute on function apply_past_event to chatbot_app;
