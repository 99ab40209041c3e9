-- Who wrote a message. A person has several names: a phone, a user id, and former ones. find_contact() finds the
-- person by any of them.

-- The person who has this phone or user id, now or formerly. A former phone counts for 30 days, because numbers are
-- given to other people. The cost tells the planner that this is three look-ups; otherwise it reads all of a few
-- dozen contacts and calls this for each.
create or replace function known_as(p_tenant uuid, p_name text) returns uuid
    language sql stable security definer cost 1000 set search_path = public, pg_temp
    return coalesce(
        (select id from contacts where tenant_id = p_tenant and user_id = p_name),
        (select id from contacts where tenant_id = p_tenant and phone_key(phone) = phone_key(ltrim(p_name, '+'))),
        (select contact_id from contact_aliases
         where tenant_id = p_tenant and phone_key(alias) = phone_key(ltrim(p_name, '+'))
           and (alias like '%.%' or created_at > now() - interval '30 days')
         order by created_at desc limit 1));
select own_functions('known_as');

-- Whether a sender's name is a user id, such as US.13491208655302741918, and no phone. It comes in the place of a
-- phone, too, and what is sent to a phone of that form is lost.
create or replace function is_user_id(p_name text) returns boolean
    language sql immutable parallel safe
    return coalesce(p_name ~ '^[A-Z]{2}\.[A-Za-z0-9.]+$', false);
select own_functions('is_user_id');

-- A phone as its digits, without the address that some gateways append; null when it is a user id.
create or replace function bare_phone(p_phone text) returns text
    language sql immutable parallel safe
    return case when is_user_id(btrim(p_phone)) then null
        else ltrim(regexp_replace(regexp_replace(btrim(p_phone), '@(s\.whatsapp\.net|c\.us)$', ''),
                                  '[ ().-]', '', 'g'), '+') end;
select own_functions('bare_phone');

-- A sender's name as the inbox has it: a phone's digits, or a user id; ingress/split.py makes the same of what Meta
-- sends.
create or replace function sender_name(p_name text) returns text
    language sql immutable parallel safe
    return coalesce(bare_phone(p_name), p_name);
select own_functions('sender_name');

-- Finds a contact by user id or by phone, and adds the other name when both come; makes a contact when there is none.
-- Two contacts that turn out to be one person become one. A phone that comes with another user id than before belongs
-- to another person now, unless Meta has said that the id was changed.
create or replace function find_contact(p_tenant uuid, p_phone text, p_user_id text, p_name text) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    new_phone text := nullif(bare_phone(p_phone), '');
    new_user text := coalesce(nullif(btrim(p_user_id), ''),
                              case when is_user_id(btrim(p_phone)) then btrim(p_phone) end);
    by_phone contacts;
    by_user contacts;
    person contacts;
begin
    if new_phone is null and new_user is null then
        return null;
    end if;
    for attempt in 1..5 loop
        begin
            perform 1 from contacts where id in (known_as(p_tenant, new_phone), known_as(p_tenant, new_user))
                order by id for update;
            select * into by_phone from contacts where id = known_as(p_tenant, new_phone);
            select * into by_user from contacts where id = known_as(p_tenant, new_user);
            person := by_user;
            if by_phone.id is not null and by_phone.id is distinct from by_user.id then
                if by_phone.user_id is not null and new_user is not null then
                    update contacts set phone = null where id = by_phone.id;
                elsif by_user.id is null then
                    person := by_phone;
                elsif not merge_contacts(by_user.id, by_phone.id) then
                    new_phone := null;  -- turns answer both right now: the next message joins them
                end if;
            end if;
            if person.id is null then
                insert into contacts (tenant_id, phone, user_id, name, staff_name, last_seen_at)
                    values (p_tenant, new_phone, new_user, p_name, name_in_phone_book(p_tenant, new_phone), now())
                    returning * into person;
                delete from contact_aliases where tenant_id = p_tenant and alias in (new_phone, new_user);
                return person.id;
            end if;
            update contacts c
            set name = coalesce(nullif(btrim(p_name), ''), c.name), last_seen_at = now(),
                user_id = coalesce(c.user_id, new_user),
                phone = case when phone_key(c.phone) = phone_key(new_phone)
                                  or exists (select from contact_aliases a where a.contact_id = c.id
                                             and phone_key(a.alias) = phone_key(new_phone)) then c.phone
                             else coalesce(new_phone, c.phone) end
            where c.id = person.id;
            perform keep_alias(p_tenant, person.id, person.phone);
            return person.id;
        exception when unique_violation then
            null;  -- another run has just made the same contact: look again
        end;
    end loop;
    raise exception 'the contact could not be stored';
end $$;
select own_functions('find_contact');

-- Keeps a former name of a contact.
create or replace function keep_alias(p_tenant uuid, p_contact uuid, p_alias text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into contact_aliases (tenant_id, alias, contact_id)
        select p_tenant, p_alias, p_contact
        where p_alias is not null and not exists (select from contacts where id = p_contact
                                                  and p_alias in (phone, user_id))
        on conflict (tenant_id, alias) do update set contact_id = excluded.contact_id, created_at = now()
$$;
select own_functions('keep_alias');

-- Joins two contacts that turn out to be one person: moves everything that refers to p_drop to p_keep. Returns false,
-- and does nothing, while turns answer both. It locks both people first, so that no turn opens or closes meanwhile,
-- and then changes their rows in the usual order.
create or replace function merge_contacts(p_keep uuid, p_drop uuid) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    gone contacts;
    reference record;
begin
    perform 1 from contacts where id in (p_keep, p_drop) order by id for update;
    if (select count(*) from turns where contact_id in (p_keep, p_drop) and state = 'active') > 1 then
        return false;
    end if;
    for reference in
        select c.conrelid::regclass as tab, a.attname as col
        from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.confrelid = 'contacts'::regclass and array_length(c.conkey, 1) = 1
        order by array_position(array['inbound_messages', 'turns']::regclass[], c.conrelid::regclass)
    loop
        begin
            execute format('update %s set %I = $1 where %I = $2', reference.tab, reference.col, reference.col)
                using p_keep, p_drop;
        exception when unique_violation then
            null;  -- both people had such a row: the kept person's row stays
        end;
    end loop;
    delete from contacts where id = p_drop returning * into gone;
    update contacts c set phone = coalesce(c.phone, gone.phone), user_id = coalesce(c.user_id, gone.user_id),
            name = coalesce(c.name, gone.name), username = coalesce(c.username, gone.username),
                language = coalesce(c.language, gone.language),
            lead = gone.lead || c.lead, blocked = c.blocked or gone.blocked, paused_until = greatest(c.paused_until,
                gone.paused_until),
            opted_out_at = coalesce(c.opted_out_at, gone.opted_out_at), last_seen_at = greatest(c.last_seen_at,
                gone.last_seen_at),
            last_message_at = greatest(c.last_message_at, gone.last_message_at),
                created_at = least(c.created_at, gone.created_at),
            status = case when 'open' in (c.status, gone.status) then 'open' else c.status end,
            assignee = coalesce(c.assignee, gone.assignee), staff_name = coalesce(c.staff_name, gone.staff_name),
            tags = array(select distinct t from unnest(c.tags || gone.tags) t order by t)
        where c.id = p_keep;
    perform keep_alias(gone.tenant_id, p_keep, gone.phone), keep_alias(gone.tenant_id, p_keep, gone.user_id);
    return true;
end $$;
select own_functions('merge_contacts');

-- Follows Meta's event that a person has another number or user id: the history moves with the person.
create or replace function change_identity(p_tenant uuid, p_contact uuid, p_phone text, p_user_id text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c contacts;
    other uuid;
begin
    select * into c from contacts where id = p_contact for update;
    foreach other in array array[known_as(p_tenant, p_phone), known_as(p_tenant, p_user_id)] loop
        if other <> p_contact then
            perform merge_contacts(p_contact, other);
        end if;
    end loop;
    delete from contact_aliases where tenant_id = p_tenant and alias in (p_phone, p_user_id);
    update contacts set phone = coalesce(p_phone, phone), user_id = coalesce(p_user_id, user_id) where id = p_contact;
    perform keep_alias(p_tenant, p_contact, c.phone), keep_alias(p_tenant, p_contact, c.user_id);
end $$;
select own_functions('change_identity');

-- Whose conversation it would be, for a dry run. It writes nothing and makes no contact.
create or replace function find_conversation(p_phone_number_id text, p_senders text[]) returns jsonb
    language sql stable security definer set search_path = public, pg_temp
    return coalesce(
        (select jsonb_build_object('status', 'opened', 'tenant_id', b.tenant_id, 'contact_id',
                    (select known_as(b.tenant_id, s.name) from unnest(p_senders) s(name)
                     where known_as(b.tenant_id, s.name) is not null limit 1))
         from chatbots b where b.phone_number_id = p_phone_number_id),
        jsonb_build_object('status', 'ended', 'reason', 'no chatbot has this phone_number_id'));
select own_functions('find_conversation');
grant execute on function find_conversation to chatbot_app;

-- Keeps what a customer has told about themselves, as far as the tenant asked to collect it.
create or replace function remember_lead(p_turn uuid, p_epoch int, p_fields jsonb) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    kept jsonb;
begin
    if not exists (select from turns where id = p_turn and tenant_id = current_tenant()) then
        raise exception 'turn % does not exist', p_turn using errcode = 'no_data_found';
    end if;
    perform lock_contact_of(p_turn);
    perform hold_turn(p_turn, p_epoch);
    update contacts c set lead = c.lead || coalesce((
            select jsonb_object_agg(f.key, to_jsonb(left(f.value, 200)))
            from jsonb_each_text(p_fields) f where f.key = any(b.lead_fields)), '{}')
    from turns t join chatbots b using (phone_number_id)
    where t.id = p_turn and c.id = t.contact_id returning c.lead into kept;
    return kept;
end $$;
select own_functions('remember_lead');
grant execute on function remember_lead to chatbot_app;

-- Keeps the answers of a form (a WhatsApp Flow) in the contact's fields, as the chatbot's setting `forms` maps them:
-- {form's field = contact's field}. The token of f/whatsapp/control_kinds names the form. Only while no run has taken
-- the message in: what a run of last month says again must not undo what the staff have written since.
create or replace function keep_form(p_message inbound_messages, p_contact uuid) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    answers jsonb;
begin
    if p_message.state not in ('received', 'dispatched', 'waiting') or p_message.payload not like '%nfm_reply%' then
        return;
    end if;
    answers := payload_json(message_of(p_message.payload) #>> '{interactive,nfm_reply,response_json}');
    if jsonb_typeof(answers) is distinct from 'object' then
        return;
    end if;
    update contacts c set lead = c.lead || kept.fields
    from (select jsonb_object_agg(btrim(split_part(pair, '=', 2)), left(given.words, 200)) as fields
          from chatbots b, items(b.forms) form, regexp_split_to_table(form ->> 'fields', ',') pair,
               form_value(answers -> btrim(split_part(pair, '=', 1))) given(words)
          where b.phone_number_id = p_message.phone_number_id
            and form ->> 'id' = split_part(answers ->> 'flow_token', '.', 1) and given.words is not null) kept
    where c.id = p_contact and kept.fields is not null;
end $$;
select own_functions('keep_form');

-- One answer of a form in words: a text, a number, a tick, or several choices; null where nothing was answered.
create or replace function form_value(p_value jsonb) returns text
    language sql immutable
    return case jsonb_typeof(p_value)
        when 'array' then nullif((select string_agg(said(one), ', ') from items(p_value) one), '')
        when 'boolean' then p_value #>> '{}'
        else said(p_value) end;
select own_functions('form_value');

-- The contacts of the current tenant who wait for a human: the bot handed off, or they wrote outside opening hours, and
-- nobody has replied or resumed the bot since. Not those who are blocked, and not those that are snoozed.
create or replace function waiting_contacts() returns setof uuid
    language sql stable as $$
    select distinct h.contact_id from handoffs h join contacts c on c.id = h.contact_id
    where not c.blocked and (c.status <> 'snoozed' or c.snoozed_until <= now())
      and h.tenant_id = current_tenant() and h.source <> 'operator' and h.resumed_at is null and h.answered_at is null
      and h.created_at > now() - interval '30 days'
      and not exists (select from turns t where t.contact_id = h.contact_id and t.outcome = 'human'
                      and t.opened_at > h.created_at)
$$;
select own_functions('waiting_contacts');
grant execute on function waiting_contacts to chatbot_app;
