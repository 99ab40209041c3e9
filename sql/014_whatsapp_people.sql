-- People with several names, and what their messages change before anybody thinks about an answer.
--
-- find_contact says who wrote a message: a person is found by user id or phone, whichever is there, now or formerly.

-- The person with this phone or user id, now or formerly. A former phone counts for 30 days: numbers are given to other people.
create function known_as(p_tenant uuid, p_name text) returns uuid
    language sql stable security definer set search_path = public, pg_temp
    return coalesce(
        (select id from contacts where tenant_id = p_tenant and user_id = p_name),
        (select id from contacts where tenant_id = p_tenant and phone = ltrim(p_name, '+')),
        (select contact_id from contact_aliases where tenant_id = p_tenant and alias = ltrim(p_name, '+')
            and (alias like '%.%' or created_at > now() - interval '30 days')));

-- Two rows turn out to be one person: everything that names the one is moved to the other. False while both are being answered.
create function merge_contacts(p_keep uuid, p_drop uuid) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    gone contacts;
    reference record;
begin
    if (select count(*) from turns where contact_id in (p_keep, p_drop) and state = 'active') > 1 then
        return false;
    end if;
    for reference in
        select c.conrelid::regclass as tab, a.attname as col
        from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.confrelid = 'contacts'::regclass and array_length(c.conkey, 1) = 1
    loop
        begin
            execute format('update %s set %I = $1 where %I = $2', reference.tab, reference.col, reference.col) using p_keep, p_drop;
        exception when unique_violation then
            null;  -- a row for each person: the kept person's is the one that counts
        end;
    end loop;
    delete from contacts where id = p_drop returning * into gone;
    update contacts c set phone = coalesce(c.phone, gone.phone), user_id = coalesce(c.user_id, gone.user_id),
            name = coalesce(c.name, gone.name), username = coalesce(c.username, gone.username), language = coalesce(c.language, gone.language),
            lead = gone.lead || c.lead, blocked = c.blocked or gone.blocked, paused_until = greatest(c.paused_until, gone.paused_until),
            opted_out_at = coalesce(c.opted_out_at, gone.opted_out_at), last_seen_at = greatest(c.last_seen_at, gone.last_seen_at),
            last_message_at = greatest(c.last_message_at, gone.last_message_at), created_at = least(c.created_at, gone.created_at)
        where c.id = p_keep;
    perform keep_alias(gone.tenant_id, p_keep, gone.phone), keep_alias(gone.tenant_id, p_keep, gone.user_id);
    return true;
end $$;

create function keep_alias(p_tenant uuid, p_contact uuid, p_alias text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into contact_aliases (tenant_id, alias, contact_id)
        select p_tenant, p_alias, p_contact
        where p_alias is not null and not exists (select from contacts where id = p_contact and p_alias in (phone, user_id))
        on conflict (tenant_id, alias) do update set contact_id = excluded.contact_id, created_at = now()
$$;

-- A contact is found by user id or by phone, whichever is there, and learns the other when both come; two rows that meet become one.
-- A phone that comes with another user id than it had belongs to another person now, unless Meta has said that the id was changed.
create function find_contact(p_tenant uuid, p_phone text, p_user_id text, p_name text) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    new_phone text := nullif(ltrim(btrim(p_phone), '+'), '');
    new_user text := nullif(btrim(p_user_id), '');
    by_phone contacts;
    by_user contacts;
    person contacts;
begin
    if new_phone is null and new_user is null then
        return null;
    end if;
    for attempt in 1..5 loop
        begin
            perform 1 from contacts where id in (known_as(p_tenant, new_phone), known_as(p_tenant, new_user)) order by id for update;
            select * into by_phone from contacts where id = known_as(p_tenant, new_phone);
            select * into by_user from contacts where id = known_as(p_tenant, new_user);
            person := by_user;
            if by_phone.id is not null and by_phone.id is distinct from by_user.id then
                if by_phone.user_id is not null and new_user is not null then
                    update contacts set phone = null where id = by_phone.id;
                elsif by_user.id is null then
                    person := by_phone;
                elsif not merge_contacts(by_user.id, by_phone.id) then
                    new_phone := null;  -- both are being answered right now: their next message joins them
                end if;
            end if;
            if person.id is null then
                insert into contacts (tenant_id, phone, user_id, name, last_seen_at) values (p_tenant, new_phone, new_user, p_name, now())
                    returning * into person;
                delete from contact_aliases where tenant_id = p_tenant and alias in (new_phone, new_user);
                return person.id;
            end if;
            update contacts c
            set name = coalesce(nullif(btrim(p_name), ''), c.name), last_seen_at = now(), user_id = coalesce(c.user_id, new_user),
                phone = case when exists (select from contact_aliases a where a.contact_id = c.id and a.alias = new_phone) then c.phone
                             else coalesce(new_phone, c.phone) end
            where c.id = person.id;
            perform keep_alias(p_tenant, person.id, person.phone);
            return person.id;
        exception when unique_violation then
            null;  -- another run made the same contact in this moment: look again
        end;
    end loop;
    raise exception 'the contact could not be stored';
end $$;

-- Meta's notice that a person has another number or user id: the history moves with them.
create function change_identity(p_tenant uuid, p_contact uuid, p_phone text, p_user_id text) returns void
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

-- Whose conversation it would be, for a dry run: nothing is written, no contact is made.
create function find_conversation(p_phone_number_id text, p_senders text[]) returns jsonb
    language sql stable security definer set search_path = public, pg_temp
    return coalesce(
        (select jsonb_build_object('status', 'opened', 'tenant_id', b.tenant_id, 'contact_id',
                    (select known_as(b.tenant_id, s.name) from unnest(p_senders) s(name) where known_as(b.tenant_id, s.name) is not null limit 1))
         from chatbots b where b.phone_number_id = p_phone_number_id),
        jsonb_build_object('status', 'ended', 'reason', 'no chatbot has this phone_number_id'));

-- Messages ---------------------------------------------------------------------------------------------------------------------------

create function word_in(p_words jsonb, p_text text) returns boolean
    language sql immutable
    return exists (select from jsonb_each(case when jsonb_typeof(p_words) = 'object' then p_words else '{}' end) l, items(l.value) w
                   where lower(w #>> '{}') = lower(btrim(p_text, e' \n\t.!¡"''')));

-- When the customer wrote, by Meta's clock, as far as it can be: Meta delivers for seven days, and nothing comes from the future.
create function written_at(m jsonb) returns timestamptz
    language sql stable
    return case when m ->> 'timestamp' ~ '^[0-9]{9,11}$' and to_timestamp((m ->> 'timestamp')::bigint) between now() - interval '8 days' and now()
                then to_timestamp((m ->> 'timestamp')::bigint) else now() end;

-- What a message changes before anybody thinks about an answer: who wrote, opt-outs, edits, deletions, changed numbers. Running it again is
-- harmless. Returns {"phone", "user_id", "name", "contact_id"?, "end"?: the reason why there is no answer, "notice"?: one to give instead}.
create function receive_message(p_phone_number_id text, p_payload text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    body jsonb := payload_json(p_payload);
    v jsonb := body #> '{entry,0,changes,0,value}';
    m jsonb := v #> '{messages,0}';
    person jsonb := (select p from items(v -> 'contacts') p where jsonb_typeof(p) = 'object' limit 1);
    bot chatbots;
    c contacts;
    words text;
    answer jsonb;
begin
    answer := jsonb_build_object('phone', coalesce(said(m -> 'from'), said(person -> 'wa_id')), 'name', said(person #> '{profile,name}'),
                                 'user_id', coalesce(said(m -> 'from_user_id'), said(person -> 'user_id')));
    select * into bot from chatbots b where b.phone_number_id = p_phone_number_id;
    if not found then
        return answer;
    end if;
    if said(body #> '{entry,0,id}') is not null and (bot.waba_id is null or bot.display_phone_number is null) then
        update chatbots b set waba_id = said(body #> '{entry,0,id}'), display_phone_number = ltrim(said(v #> '{metadata,display_phone_number}'), '+')
            where b.phone_number_id = p_phone_number_id;
    end if;
    c.id := find_contact(bot.tenant_id, answer ->> 'phone', answer ->> 'user_id', answer ->> 'name');
    if c.id is null then
        perform notify(bot.tenant_id, 'unknown_sender', 'warning', 'A message names no sender: it is stored, and nobody can be answered',
                       p_phone_number_id, jsonb_build_object('message_id', m -> 'id'));
        return answer;
    end if;
    update contacts k set username = coalesce(ltrim(said(person #> '{profile,username}'), '@'), k.username),
            last_message_at = case when m ->> 'type' = 'system' then k.last_message_at else greatest(k.last_message_at, written_at(m)) end,
            send_error_code = null, send_error_at = null
        where k.id = c.id returning * into c;
    answer := answer || jsonb_build_object('contact_id', c.id);
    words := content_words(m);
    if said(m -> 'group_id') is not null then
        return answer || '{"end": "written in a group: only conversations of two are answered"}';
    end if;
    case coalesce(m ->> 'type', '')
        when 'system' then
            if m #>> '{system,type}' in ('user_changed_number', 'user_changed_user_id') then
                perform change_identity(bot.tenant_id, c.id, ltrim(coalesce(said(m #> '{system,wa_id}'), said(m #> '{system,new_wa_id}')), '+'),
                                        coalesce(said(m #> '{system,user_id}'), said(m #> '{system,new_user_id}')));
            end if;
            return answer || jsonb_build_object('end', 'an event of WhatsApp, not a message: ' || coalesce(said(m #> '{system,type}'), 'unknown'));
        when 'reaction' then
            return answer || '{"end": "a reaction: logged, not answered"}';
        when 'edit' then
            perform edit_message(p_phone_number_id, c.id, said(m #> '{edit,original_message_id}'), m #> '{edit,message}');
            return answer || '{"end": "an edit: the log shows the new words"}';
        when 'revoke' then
            perform delete_message(p_phone_number_id, c.id, said(m #> '{revoke,original_message_id}'));
            return answer || jsonb_build_object('end', 'a deletion of ' || coalesce(said(m #> '{revoke,original_message_id}'), 'nothing'));
        when 'text', 'button', 'interactive' then
            if word_in(bot.opt_out_words, words) then
                update contacts set opted_out_at = coalesce(opted_out_at, now()) where id = c.id;
                return answer || '{"end": "the contact has opted out"}';
            elsif word_in(bot.opt_in_words, words) and c.opted_out_at is not null then
                update contacts set opted_out_at = null, preface_at = now(), preface_for = m ->> 'id' where id = c.id;
                return answer || '{"preface": "welcome_back"}';
            elsif c.preface_for = m ->> 'id' then
                return answer || '{"preface": "welcome_back"}';  -- the same run again
            end if;
        when 'image', 'video', 'document', 'audio', 'location', 'contacts', 'order' then
            null;  -- a question like any other
        else
            if c.preface_for is distinct from m ->> 'id' and c.preface_at > now() - interval '1 day' then
                return answer || '{"end": "it can not be read, and the customer was told so already"}';
            end if;
            update contacts set preface_at = now(), preface_for = m ->> 'id' where id = c.id;
            return answer || '{"preface": "not_understood"}';
    end case;
    if exists (select from inbound_messages i where i.contact_id = c.id and i.reason = 'a deletion of ' || (m ->> 'id')) then
        return answer || '{"end": "the customer has deleted it"}';
    end if;
    return answer;
end $$;

-- The customer changed what a message says: the log does, too, and so does the question if nobody has answered it yet.
create function edit_message(p_phone_number_id text, p_contact uuid, p_original text, p_message jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    new_kind text := p_message ->> 'type';
begin
    if new_kind is null or jsonb_typeof(p_message -> new_kind) is distinct from 'object' then
        return;
    end if;
    update inbound_messages i
        set payload = jsonb_set(payload_json(i.payload), '{entry,0,changes,0,value,messages,0}',
                                message_of(i.payload) || jsonb_build_object('type', new_kind, new_kind, p_message -> new_kind))::text
        where i.phone_number_id = p_phone_number_id and i.message_id = p_original and i.kind = 'message'
          and known_as((select tenant_id from contacts where id = p_contact), i.sender) = p_contact and message_of(i.payload) is not null;
    update conversation_logs set body = '[edited] ' || content_words(p_message)
        where phone_number_id = p_phone_number_id and message_id = p_original and direction = 'in' and contact_id = p_contact;
end $$;

-- The customer deleted a message: its words and files go, and it is not answered any more.
create function delete_message(p_phone_number_id text, p_contact uuid, p_original text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update inbound_messages i
        set payload = jsonb_set(payload_json(i.payload), '{entry,0,changes,0,value,messages,0}',
                                jsonb_build_object('id', i.message_id, 'type', 'deleted message'))::text,
            state = case when i.state in ('received', 'dispatched', 'waiting') then 'ended' else i.state end,
            reason = case when i.state in ('received', 'dispatched', 'waiting') then 'the customer has deleted it' else i.reason end
        where i.phone_number_id = p_phone_number_id and i.message_id = p_original and i.kind = 'message'
          and known_as((select tenant_id from contacts where id = p_contact), i.sender) = p_contact and message_of(i.payload) is not null;
    update conversation_logs set body = '[deleted message]'
        where phone_number_id = p_phone_number_id and message_id = p_original and direction = 'in' and contact_id = p_contact;
    delete from media where phone_number_id = p_phone_number_id and message_id = p_original and contact_id = p_contact;
end $$;

-- Closes a message without a turn. Its conversation log is written all the same: a human may be reading along.
create function end_message(p_phone_number_id text, p_message_id text, p_run uuid, p_reason text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    message inbound_messages;
    bot chatbots;
    person uuid;
begin
    update inbound_messages i set state = 'ended', reason = p_reason, run_id = p_run
        where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id and i.state not in ('answered', 'ended', 'dead')
        returning * into message;
    select b.* into bot from chatbots b where b.phone_number_id = p_phone_number_id;
    if message.message_id is not null and bot.tenant_id is not null then
        person := known_as(bot.tenant_id, message.sender);
        update inbound_messages i set contact_id = person
            where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id;
        if person is not null then
            insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, message_id, body, status, created_at)
                values (bot.tenant_id, person, p_phone_number_id, 'in', p_message_id, message_words(message.payload), 'not answered', message.received_at)
                on conflict do nothing;
        end if;
    end if;
    return jsonb_build_object('status', 'ended', 'reason', p_reason, 'tenant_id', bot.tenant_id, 'contact_id', person);
exception when untranslatable_character then
    raise exception 'the message holds characters that can not be stored';
end $$;

-- Closes a message that asks nothing. What was left to its run, because it was the newest, gets a run of its own.
create function end_received(p_phone_number_id text, p_message_id text, p_run uuid, p_contact uuid, p_reason text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    result jsonb;
begin
    perform 1 from contacts where id = p_contact for update;
    result := end_message(p_phone_number_id, p_message_id, p_run, p_reason);
    if not exists (select from turns where contact_id = p_contact and state = 'active') then
        perform wake_waiting(p_contact);
    end if;
    return result;
end $$;

-- The business wrote from its own phone app: a human is talking. It is logged, and the bot is quiet for that person.
create function apply_echo(p_phone_number_id text, p_echo jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    person uuid;
begin
    select * into bot from chatbots b where b.phone_number_id = p_phone_number_id;
    person := find_contact(bot.tenant_id, said(p_echo -> 'to'), said(p_echo -> 'to_user_id'), null);
    if bot.tenant_id is null or person is null then
        return;
    end if;
    update contacts c set paused_until = greatest(c.paused_until, now() + interval '12 hours') where c.id = person;
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, message_id, body, status)
        select bot.tenant_id, person, p_phone_number_id, 'out', p_echo ->> 'id', content_words(p_echo), 'by a human'
        where not exists (select from conversation_logs l where l.phone_number_id = p_phone_number_id and l.message_id = p_echo ->> 'id');
end $$;

select own_functions('known_as', 'merge_contacts', 'keep_alias', 'find_contact', 'change_identity', 'find_conversation', 'word_in',
                     'written_at', 'receive_message', 'edit_message', 'delete_message', 'end_message', 'end_received', 'apply_echo');
grant execute on function receive_message, end_received, find_conversation to chatbot_app;
