-- What a message changes before anybody thinks about an answer, how it is closed without one, and how the inbox is
-- cleaned.

-- Applies what a message changes: who wrote, wishes (wishes.sql), edits, deletions, changed numbers. To run it again is
-- harmless. An event that somebody has another number may join two people, so it locks both first. Returns {"phone",
-- "user_id", "name", "contact_id"?, "end"?: the reason why there is no answer, "preface"?: words to give first,
-- "released"?: true where a person's words had waited for this message}.
create or replace function receive_message(p_phone_number_id text, p_payload text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    body jsonb := payload_json(p_payload);
    v jsonb := body #> '{entry,0,changes,0,value}';
    m jsonb := v #> '{messages,0}';
    person jsonb := (select p from items(v -> 'contacts') p where jsonb_typeof(p) = 'object' limit 1);
    bot chatbots;
    c contacts;
    -- Who the person is now, where the event says that somebody is called otherwise.
    new_name text := coalesce(said(m #> '{system,wa_id}'), said(m #> '{system,new_wa_id}'));
    new_user text := coalesce(said(m #> '{system,user_id}'), said(m #> '{system,new_user_id}'),
                              case when is_user_id(btrim(new_name)) then btrim(new_name) end);
    answer jsonb;
begin
    answer := jsonb_build_object('phone', coalesce(said(m -> 'from'), said(person -> 'wa_id')),
                                 'name', said(person #> '{profile,name}'),
                                 'user_id', coalesce(said(m -> 'from_user_id'), said(person -> 'user_id')));
    if drop_erased(p_phone_number_id, said(m -> 'id'), null) then
        return jsonb_build_object('contact_id', null, 'end', 'this person was forgotten');
    end if;
    select * into bot from chatbots b where b.phone_number_id = p_phone_number_id;
    if not found then
        return answer;
    end if;
    if m ->> 'type' = 'approval' then  -- nobody wrote: it changes nothing that is known of the person
        return receive_decision(p_phone_number_id, m ->> 'id');
    end if;
    if said(body #> '{entry,0,id}') is not null and (bot.waba_id is null or bot.display_phone_number is null) then
        update chatbots b set waba_id = said(body #> '{entry,0,id}'),
            display_phone_number = ltrim(said(v #> '{metadata,display_phone_number}'), '+')
            where b.phone_number_id = p_phone_number_id;
    end if;
    if changes_identity(m) then
        perform lock_people(bot.tenant_id, sender_name(answer ->> 'phone'), answer ->> 'user_id', bare_phone(new_name),
                            new_user);
    end if;
    c.id := find_contact(bot.tenant_id, answer ->> 'phone', answer ->> 'user_id', answer ->> 'name');
    if c.id is null then
        perform notify(bot.tenant_id, 'unknown_sender', 'warning',
                       'A message names no sender: it is stored, and nobody can be answered',
                       p_phone_number_id, jsonb_build_object('message_id', m -> 'id'));
        return answer;
    end if;
    update contacts k set username = coalesce(ltrim(said(person #> '{profile,username}'), '@'), k.username),
            last_message_at = case when m ->> 'type' = 'system' then k.last_message_at
                else greatest(k.last_message_at, written_at(m)) end,
            send_error_code = null, send_error_at = null,
            -- A run that comes late must not open what somebody has solved since. Meta's clock has whole seconds.
            status = case when opens then 'open' else k.status end,
            snoozed_until = case when not opens then k.snoozed_until end
        from (select o.id, asks_something(m) and (o.status_at is null
                                                  or written_at(m) >= date_trunc('second', o.status_at)) as opens
              from contacts o where o.id = c.id) o
        where k.id = o.id returning k.* into c;
    answer := answer || jsonb_build_object('contact_id', c.id);
    if m #>> '{interactive,type}' = 'nfm_reply' then
        perform keep_form(i, c.id) from inbound_messages i
            where i.phone_number_id = p_phone_number_id and i.message_id = m ->> 'id';
    end if;
    if asks_something(m) and c.status <> 'solved' then
        perform cancel_rating_question(c.id);
    end if;
    if asks_something(m) and written_at(m) > now() - interval '24 hours' and release_words(c.id) then
        answer := answer || '{"released": true}';
    end if;
    if phone_key(bare_phone(answer ->> 'phone')) = phone_key(bare_phone(bot.display_phone_number)) then
        return answer || '{"end": "written by the number itself: nobody is to be answered"}';
    end if;
    if said(m -> 'group_id') is not null then
        return answer || '{"end": "written in a group: only conversations of two are answered"}';
    end if;
    case coalesce(m ->> 'type', '')
        when 'system' then
            if changes_identity(m) then
                perform change_identity(bot.tenant_id, c.id, nullif(bare_phone(new_name), ''), new_user);
            end if;
            return answer || jsonb_build_object('end', 'an event of WhatsApp, not a message: '
                                                || coalesce(said(m #> '{system,type}'), 'unknown'));
        when 'reaction' then
            perform keep_reaction(bot.tenant_id, c.id, p_phone_number_id, m);
            return answer || '{"end": "a reaction: logged, not answered"}';
        when 'edit' then
            if is_deleted(p_phone_number_id, c.id, said(m #> '{edit,original_message_id}')) then
                perform delete_message(p_phone_number_id, c.id, said(m #> '{edit,original_message_id}'));
                return answer || '{"end": "the customer has deleted it"}';
            end if;
            perform edit_message(p_phone_number_id, c.id, said(m #> '{edit,original_message_id}'),
                                 m #> '{edit,message}');
            return answer || jsonb_build_object('end', edit_reason(said(m #> '{edit,original_message_id}')));
        when 'revoke' then
            perform delete_message(p_phone_number_id, c.id, said(m #> '{revoke,original_message_id}'));
            return answer || jsonb_build_object('end', deletion_reason(said(m #> '{revoke,original_message_id}')));
        when 'request_welcome' then
            return answer || '{"end": "the chat was opened: nobody wrote"}';
        when 'text', 'button', 'interactive' then
            if rating_tap(m) is not null then
                return answer || jsonb_build_object('end', 'a rating of the conversation',
                                                    'released', rate_conversation(c, m));
            elsif m #>> '{interactive,type}' like 'call\_permission%' then
                return answer || '{"end": "an answer to a request to call: nobody wrote"}';
            elsif wish_of(bot, m) = 'opt_out' then
                update contacts set opted_out_at = coalesce(opted_out_at, now())
                    where id = c.id and not is_taken_back(c, p_phone_number_id, m ->> 'id');
                return answer || '{"end": "the contact has opted out"}';
            elsif wish_of(bot, m) = 'opt_in' and c.opted_out_at is not null
                and not is_taken_back(c, p_phone_number_id, m ->> 'id') then
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
    -- Meta delivers again what was not stored at once: the message may come after what changed it.
    if is_deleted(p_phone_number_id, c.id, m ->> 'id') then
        perform delete_message(p_phone_number_id, c.id, m ->> 'id');
        return answer || '{"end": "the customer has deleted it"}';
    elsif exists (select from inbound_messages i where i.contact_id = c.id and i.reason = edit_reason(m ->> 'id')) then
        perform edit_message(p_phone_number_id, c.id, m ->> 'id', null);
    end if;
    return answer;
end $$;
select own_functions('receive_message');
grant execute on function receive_message to chatbot_app;

-- Whether an event says that a person has another number or user id. Former versions of the API say customer.
create or replace function changes_identity(m jsonb) returns boolean
    language sql immutable parallel safe
    return coalesce(m #>> '{system,type}', '') in ('user_changed_number', 'customer_changed_number',
                                                   'user_changed_user_id');
select own_functions('changes_identity');

-- Why an edit gets no answer; it names the edited message, so that the message finds the edit when it comes later.
create or replace function edit_reason(p_original text) returns text
    language sql immutable
    return 'an edit of ' || coalesce(p_original, 'nothing') || ': the log shows the new words';
select own_functions('edit_reason');

-- The same for a deletion.
create or replace function deletion_reason(p_original text) returns text
    language sql immutable
    return 'a deletion of ' || coalesce(p_original, 'nothing');
select own_functions('deletion_reason');

-- Whether a customer has deleted a message, which may come later than its deletion.
create or replace function is_deleted(p_phone_number_id text, p_contact uuid, p_original text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from inbound_messages i
                   where i.contact_id = p_contact and i.reason = deletion_reason(p_original))
        or exists (select from inbound_messages i
                   where i.phone_number_id = p_phone_number_id and i.message_id = p_original
                     and message_of(i.payload) ->> 'type' = 'deleted message'
                     and known_as((select tenant_id from contacts where id = p_contact), i.sender) = p_contact)
$$;
select own_functions('is_deleted');

-- The stored edits of a message, the newest first: by Meta's clock, and then in the order of receipt.
create or replace function edits_of(p_phone_number_id text, p_contact uuid, p_original text)
    returns setof inbound_messages
    language sql stable security definer set search_path = public, pg_temp as $$
    select i.* from inbound_messages i join contacts c on c.id = p_contact
        where i.phone_number_id = p_phone_number_id and i.kind = 'message'
          and (i.contact_id = p_contact and i.reason = edit_reason(p_original)
               or i.sender in (c.phone, c.user_id) and i.state in ('received', 'dispatched', 'waiting', 'in_turn')
                  and said(message_of(i.payload) #> '{edit,original_message_id}') = p_original)
        order by written_at(message_of(i.payload)) desc, i.seq desc
$$;
select own_functions('edits_of');

-- The customer changed what a message says: the log shows the new words, and so does the question when no turn has
-- answered it yet. Of several edits the newest counts, whichever run comes first; what was deleted stays deleted.
-- p_message: what to take where no edit is stored.
create or replace function edit_message(p_phone_number_id text, p_contact uuid, p_original text, p_message jsonb)
    returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    new_message jsonb := coalesce((select message_of(e.payload) #> '{edit,message}'
                                   from edits_of(p_phone_number_id, p_contact, p_original) e limit 1), p_message);
    new_kind text := new_message ->> 'type';
begin
    if new_kind is null or jsonb_typeof(new_message -> new_kind) is distinct from 'object' then
        return;
    end if;
    update inbound_messages i
        set payload = jsonb_set(payload_json(i.payload), '{entry,0,changes,0,value,messages,0}',
                                message_of(i.payload) || jsonb_build_object('type', new_kind, new_kind,
                                    new_message -> new_kind))::text
        where i.phone_number_id = p_phone_number_id and i.message_id = p_original and i.kind = 'message'
          and known_as((select tenant_id from contacts where id = p_contact), i.sender) = p_contact
              and message_of(i.payload) ->> 'type' <> 'deleted message';
    update conversation_logs set body = '[edited] ' || content_words(new_message)
        where phone_number_id = p_phone_number_id and message_id = p_original and direction = 'in'
            and contact_id = p_contact and body <> '[deleted message]';
end $$;
select own_functions('edit_message');

-- The customer deleted a message: its words go with those of its edits, its files go, and nobody answers it any more.
create or replace function delete_message(p_phone_number_id text, p_contact uuid, p_original text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    doomed text[] := array(select p_original
                           union select message_id from edits_of(p_phone_number_id, p_contact, p_original));
begin
    update inbound_messages i
        set payload = jsonb_set(payload_json(i.payload), '{entry,0,changes,0,value,messages,0}',
                                jsonb_build_object('id', i.message_id, 'type', 'deleted message'))::text,
            state = case when i.state in ('received', 'dispatched', 'waiting') then 'ended' else i.state end,
            reason = case when i.state in ('received', 'dispatched', 'waiting') then 'the customer has deleted it'
                else i.reason end
        where i.phone_number_id = p_phone_number_id and i.message_id = any (doomed) and i.kind = 'message'
          and known_as((select tenant_id from contacts where id = p_contact), i.sender) = p_contact
              and message_of(i.payload) is not null;
    update conversation_logs set body = '[deleted message]'
        where phone_number_id = p_phone_number_id and message_id = any (doomed) and direction = 'in'
            and contact_id = p_contact;
    delete from media where phone_number_id = p_phone_number_id and message_id = p_original and contact_id = p_contact;
end $$;
select own_functions('delete_message');

-- Whether a message edits or deletes one of the same person that is stored here.
create or replace function changes_another(p_tenant uuid, p_contact uuid, p_phone_number_id text, p_payload text)
    returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from inbound_messages i
                   where i.phone_number_id = p_phone_number_id
                     and i.message_id = (select coalesce(m #>> '{edit,original_message_id}',
                                                         m #>> '{revoke,original_message_id}')
                                         from message_of(p_payload) m)
                     and known_as(p_tenant, i.sender) = p_contact)
$$;
select own_functions('changes_another');

-- Closes a message without a turn. It still writes the conversation log, because a human may be reading along; but an
-- edit, a deletion or a reaction shows on the message that it is about. A deletion that came before its message is in
-- the log already, in that message's place.
create or replace function end_message(p_phone_number_id text, p_message_id text, p_run uuid, p_reason text)
    returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    message inbound_messages;
    bot chatbots;
    person uuid;
begin
    update inbound_messages i set state = 'ended', reason = p_reason, run_id = p_run
        where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id
            and i.state not in ('answered', 'ended', 'dead')
        returning * into message;
    select b.* into bot from chatbots b where b.phone_number_id = p_phone_number_id;
    if message.message_id is not null and bot.tenant_id is not null then
        person := known_as(bot.tenant_id, message.sender);
        update inbound_messages i set contact_id = person
            where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id;
        if person is not null and not is_decision(p_message_id)
            and not changes_another(bot.tenant_id, person, p_phone_number_id, message.payload)
            and not reacts_to_ours(person, p_phone_number_id, message.payload)
            and not exists (select from inbound_messages i join conversation_logs l using (phone_number_id, message_id)
                            where i.contact_id = person and i.reason = deletion_reason(p_message_id)) then
            insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, message_id, body, status,
                                           created_at)
                values (bot.tenant_id, person, p_phone_number_id, 'in', p_message_id, message_words(message.payload),
                        case when rating_tap(message_of(message.payload)) is not null then 'rating'
                            when p_reason = 'the contact has opted out'
                                 and wish_of(bot, message_of(message.payload)) = 'opt_out' then 'opt-out'
                            else 'not answered' end,
                        message.received_at)
                on conflict do nothing;
            if p_reason <> 'the contact is blocked' then
                perform expect_file(bot.tenant_id, person, message);
            end if;
        end if;
    end if;
    return jsonb_build_object('status', 'ended', 'reason', p_reason, 'tenant_id', bot.tenant_id, 'contact_id', person);
exception when untranslatable_character then
    raise exception 'the message holds characters that can not be stored';
end $$;
select own_functions('end_message');

-- Closes a message that asks nothing. Other messages may have been left to its run, because it was the newest: they
-- get a run of their own.
create or replace function end_received(p_phone_number_id text, p_message_id text, p_run uuid, p_contact uuid,
    p_reason text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    result jsonb;
begin
    if drop_erased(p_phone_number_id, p_message_id, p_run) then
        return jsonb_build_object('status', 'ended', 'reason', p_reason);
    end if;
    perform 1 from contacts where id = p_contact for update;
    result := end_message(p_phone_number_id, p_message_id, p_run, p_reason);
    if not exists (select from turns where contact_id = p_contact and state = 'active') then
        perform wake_waiting(p_contact);
    end if;
    return result;
end $$;
select own_functions('end_received');
grant execute on function end_received to chatbot_app;

-- The business wrote from its own phone app, so a human is talking: logs the words, pauses the bot for that person, and
-- the person waits for nobody any more.
create or replace function apply_echo(p_phone_number_id text, p_echo jsonb) returns void
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
    perform answer_handoffs(bot.tenant_id, person);
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, message_id, body, model, status)
        select bot.tenant_id, person, p_phone_number_id, 'out', p_echo ->> 'id', content_words(p_echo), 'human',
               'by a human'
        where not exists (select from conversation_logs l where l.phone_number_id = p_phone_number_id
                          and l.message_id = p_echo ->> 'id');
end $$;
select own_functions('apply_echo');

-- Deletes what nobody needs any more, and never what is open. Meta redelivers for seven days, so keys are kept for
-- eight; messages are kept longer.
create or replace function clean_inbox(p_keep_messages interval default '30 days', p_limit int default 20000)
    returns int
    language sql security definer set search_path = public, pg_temp as $$
    with events as (
        delete from inbound_messages where ctid = any (array(
            select i.ctid from inbound_messages i
            where (i.kind = 'other' or i.state in ('answered', 'ended', 'dead'))
                and i.kind in ('status', 'echo', 'past', 'other')
              and i.received_at < now() - interval '8 days'
            limit p_limit))
        returning 1),
    messages as (
        delete from inbound_messages where ctid = any (array(
            select i.ctid from inbound_messages i
            where (i.kind = 'other' or i.state in ('answered', 'ended', 'dead')) and i.kind = 'message'
              and i.received_at < now() - greatest(p_keep_messages, interval '8 days')
            limit p_limit))
        returning phone_number_id),
    charges as (  -- the sums by month stay
        delete from message_charges where ctid = any (array(
            select m.ctid from message_charges m where m.noted_at < now() - interval '400 days' limit p_limit))
        returning phone_number_id, delivered_at),
    records as (
        select record_expiry(b.tenant_id, b.phone_number_id, 'message',
                             now() - greatest(p_keep_messages, interval '8 days'))
        from chatbots b where b.phone_number_id in (select phone_number_id from messages)
        union all
        select record_expiry(b.tenant_id, b.phone_number_id, 'charge', max(c.delivered_at) + interval '1 microsecond')
        from charges c join chatbots b using (phone_number_id) group by b.tenant_id, b.phone_number_id)
    select ((select count(*) from events) + (select count(*) from messages) + (select count(*) from charges)
            + 0 * (select count(*) from records))::int  -- for its effect
$$;
select own_functions('clean_inbox');
grant execute on function clean_inbox to chatbot_app;
