-- What a number brings along from its phone: events that Meta sends once, in the hours after the number was connected.

-- The moment that Meta gives for something long past; null: none that can be.
create or replace function long_past(p_time jsonb) returns timestamptz
    language sql stable
    return case when said(p_time) ~ '^[0-9]{9,10}$' and to_timestamp(said(p_time)::bigint) < now() + interval '1 day'
                then to_timestamp(said(p_time)::bigint) end;
select own_functions('long_past');

-- The elements of what should be a list, however long it is.
create or replace function all_items(p_value jsonb) returns setof jsonb
    language sql immutable as $$
    select value from jsonb_array_elements(case when jsonb_typeof(p_value) = 'array' then p_value else '[]' end)
        where jsonb_typeof(value) = 'object'
$$;
select own_functions('all_items');

-- What the phone book of the tenant calls a number; null: nothing.
create or replace function name_in_phone_book(p_tenant uuid, p_phone text) returns text
    language sql stable security definer set search_path = public, pg_temp
    return (select name from phone_book where tenant_id = p_tenant and phone_key(phone) = phone_key(p_phone)
            order by changed_at desc limit 1);
select own_functions('name_in_phone_book');

-- One person's messages of before. A person who is not known yet is one whom nobody has to answer.
-- Again is harmless.
create or replace function take_past_thread(p_bot chatbots, p_thread jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    other text := ltrim(said(p_thread -> 'id'), '+');
    person uuid;
begin
    if other is null or other !~ '^[0-9]{5,20}$' or not exists (
            select from all_items(p_thread -> 'messages') m where said(m -> 'id') is not null
                and not exists (select from erased_messages
                                where digest = message_digest(p_bot.phone_number_id, said(m -> 'id')))) then
        return;
    end if;
    person := known_as(p_bot.tenant_id, other);
    if person is null then
        person := find_contact(p_bot.tenant_id, other, null, null);
        update contacts set status = 'solved', last_seen_at = (
                select max(long_past(m -> 'timestamp')) from all_items(p_thread -> 'messages') m)
            where id = person;
    end if;
    insert into past_messages as p (tenant_id, contact_id, phone_number_id, message_id, direction, body, written_at)
        select distinct on (said(m -> 'id')) p_bot.tenant_id, person, p_bot.phone_number_id, said(m -> 'id'),
               case when phone_key(ltrim(said(m -> 'from'), '+')) = phone_key(other) then 'in' else 'out' end,
               content_words(m), long_past(m -> 'timestamp')
        from all_items(p_thread -> 'messages') m
        where said(m -> 'id') is not null and long_past(m -> 'timestamp') is not null
          and not exists (select from erased_messages
                          where digest = message_digest(p_bot.phone_number_id, said(m -> 'id')))
          and not exists (select from conversation_logs l where l.phone_number_id = p_bot.phone_number_id
                          and l.message_id = said(m -> 'id'))
        on conflict (phone_number_id, message_id) do nothing;
end $$;
select own_functions('take_past_thread');

-- A name of the phone book, new, changed or removed. A name that the staff gave stays.
create or replace function take_phone_book_entry(p_tenant uuid, p_entry jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    number text := ltrim(said(p_entry #> '{contact,phone_number}'), '+');
    new_name text := left(nullif(btrim(coalesce(said(p_entry #> '{contact,full_name}'),
                                                said(p_entry #> '{contact,first_name}'))), ''), 200);
    at timestamptz := coalesce(long_past(p_entry #> '{metadata,timestamp}'), now());
    old_name text;
begin
    if p_entry ->> 'type' is distinct from 'contact' or number is null or number !~ '^[0-9]{5,20}$' then
        return;
    end if;
    select name into old_name from phone_book where tenant_id = p_tenant and phone = number for update;
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

-- Takes over what one event of Meta's brings of the past: field history, or smb_app_state_sync.
create or replace function take_past(p_bot chatbots, p_field text, p_value jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    part jsonb;
begin
    if p_field = 'smb_app_state_sync' then
        perform take_phone_book_entry(p_bot.tenant_id, e) from all_items(p_value -> 'state_sync') e;
        return;
    end if;
    for part in select all_items(p_value -> 'history') loop
        perform take_past_thread(p_bot, t) from all_items(part -> 'threads') t;
        if jsonb_typeof(part -> 'errors') = 'array' then
            perform notify(p_bot.tenant_id, 'past_not_shared', 'info', 'The phone shares no past conversations',
                           p_bot.phone_number_id, jsonb_build_object('number', p_bot.name));
        elsif said(part #> '{metadata,progress}') = '100' then
            perform notify(p_bot.tenant_id, 'past_taken', 'info',
                           'The past conversations of the phone are in the inbox', p_bot.phone_number_id,
                           jsonb_build_object('number', p_bot.name));
        end if;
    end loop;
    update past_messages p set body = content_words(m)  -- what the placeholder of a file stood for
        from all_items(p_value -> 'messages') m
        where p.phone_number_id = p_bot.phone_number_id and p.message_id = said(m -> 'id');
end $$;
select own_functions('take_past');

-- The same for an event of the inbox. Returns for how many businesses it was: 1, or 0 where nobody has the number or
-- the event is nothing that can be understood; a second try would not change that.
create or replace function take_past_event(p_event inbound_messages, p_field text, p_value jsonb) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
begin
    select * into bot from chatbots b where b.phone_number_id = p_event.phone_number_id;
    if bot.tenant_id is null then
        return 0;
    end if;
    perform take_past(bot, p_field, p_value);
    return 1;
exception when data_exception or integrity_constraint_violation then
    return 0;
end $$;
select own_functions('take_past_event');
