-- Humans in a conversation: the bot passes it on, the staff takes it over, writes, and gives it back.

-- A human takes a conversation over, until a time or until somebody resumes the bot. A turn that is under way sends
-- nothing more. p_source: 'operator', who is there; or 'program', which says that the contact waits for a person.
create or replace function pause_contact(p_contact uuid, p_until timestamptz default 'infinity',
    p_reason text default null, p_source text default 'operator') returns timestamptz
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    contact contacts;
begin
    update contacts set paused_until = p_until where id = p_contact and tenant_id = current_tenant() returning *
        into contact;
    if not found then
        raise exception 'contact % does not exist', p_contact using errcode = 'no_data_found';
    end if;
    insert into handoffs (tenant_id, contact_id, source, reason, paused_until)
        values (contact.tenant_id, p_contact, p_source, left(p_reason, 500), p_until);
    perform record_audit('contacts.pause', null, p_contact, jsonb_build_object('until', p_until));
    return contact.paused_until;
end $$;
select own_functions('pause_contact');
grant execute on function pause_contact to chatbot_app;

-- The bot answers again. What the customer wrote meanwhile was logged and stays unanswered, because a human has dealt
-- with it.
create or replace function resume_contact(p_contact uuid) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update contacts set paused_until = null where id = p_contact and tenant_id = current_tenant();
    if not found then
        raise exception 'contact % does not exist', p_contact using errcode = 'no_data_found';
    end if;
    update handoffs set resumed_at = now() where contact_id = p_contact and resumed_at is null;
    perform record_audit('contacts.resume', null, p_contact);
end $$;
select own_functions('resume_contact');
grant execute on function resume_contact to chatbot_app;

-- Notes that this turn passes its contact on to a human. The pause begins when the turn closes (pause_after_turn),
-- because the customer still has to read the words about it. Returns the id at the first call, null when this turn
-- has passed the contact on already. A stale attempt is refused.
create or replace function hand_off_contact(p_turn uuid, p_epoch int, p_source text, p_reason text) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made uuid;
begin
    if not exists (select from turns where id = p_turn and tenant_id = current_tenant()) then
        raise exception 'turn % does not exist', p_turn using errcode = 'no_data_found';
    end if;
    perform lock_contact_of(p_turn);  -- because the new row refers to it
    perform hold_turn(p_turn, p_epoch);
    insert into handoffs (tenant_id, contact_id, turn_id, source, reason, paused_until, tell_at, again_at, tries)
        select t.tenant_id, t.contact_id, t.id, p_source, left(p_reason, 500),
               case when b.handoff_hours = 0 then 'infinity'::timestamptz
                   else now() + make_interval(secs => b.handoff_hours * 3600) end,
               -- The step tells it now. When it dies before it has recorded the outcome, recovery does.
               case when tells_somebody(b) then now() + handoff_notice_wait(1) end,
               case when (tells_somebody(b) or b.handoff_next <> '{}') and b.handoff_again_min > 0
                   then now() + make_interval(mins => b.handoff_again_min) end, 1
        from turns t join bot_of_turn(t) b on true where t.id = p_turn
        on conflict (turn_id) do nothing returning id into made;
    return made;
end $$;
select own_functions('hand_off_contact');
grant execute on function hand_off_contact to chatbot_app;

-- Whether anybody is told of this chatbot's handoffs.
create or replace function tells_somebody(p_bot chatbots) returns boolean
    language sql immutable
    return coalesce(p_bot.notify_webhook_url, p_bot.notify_phone, p_bot.notify_email) is not null;
select own_functions('tells_somebody');

create or replace function pause_after_turn() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update contacts c set paused_until = greatest(c.paused_until, h.paused_until)
    from handoffs h where h.turn_id = new.id and h.resumed_at is null and c.id = new.contact_id;
    return null;
end $$;
create or replace trigger pause_after_turn after update of state on turns
    for each row when (old.state = 'active' and new.state <> 'active') execute function pause_after_turn();
select own_functions('pause_after_turn');

-- Seconds between the tries to tell people of a handoff: at once, then 1, 4, 16 and 64 minutes later.
create or replace function handoff_notice_wait(p_tries int) returns interval
    language sql immutable
    return case when p_tries < 5 then interval '1 minute' * 4 ^ (p_tries - 1) end;
select own_functions('handoff_notice_wait');

-- Records what became of telling people about a handoff. Where somebody did not take it, recovery tells it again; after
-- the last try the portal's bell says that nobody knows.
create or replace function record_handoff_notice(p_handoff uuid, p_notified jsonb, p_ok boolean) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    h handoffs;
begin
    update handoffs set notified = coalesce(notified, '{}') || p_notified,
            tell_at = case when not p_ok then now() + handoff_notice_wait(tries) end
        where id = p_handoff and tenant_id = coalesce(current_tenant(), tenant_id) returning * into h;
    if h.id is not null and not p_ok and h.tell_at is null then
        perform notify(h.tenant_id, 'handoff_untold', 'warning', 'Nobody could be told of a customer who waits',
                       h.contact_id::text, jsonb_build_object('contact_id', h.contact_id, 'notified', h.notified));
    end if;
end $$;
select own_functions('record_handoff_notice');
grant execute on function record_handoff_notice to chatbot_app;

-- What a message to the staff about a handoff is known by at WhatsApp: each level has its own.
create or replace function notice_id(p_handoff uuid, p_level int) returns uuid
    language sql immutable
    return case when p_level = 0 then p_handoff else md5(p_handoff::text || p_level)::uuid end;
select own_functions('notice_id');

-- Begins the next level of handoffs that nobody has answered in time. Returns how many. Who snoozes a conversation is
-- there. It ends where there is nobody else to tell.
create or replace function tell_handoffs_again() returns int
    language sql security definer set search_path = public, pg_temp as $$
    with due as (
        select h.id, h.level + 1 as level, c.status = 'snoozed' as quiet,
               h.resumed_at is null and h.answered_at is null and not c.blocked
               and not exists (select from turns u where u.contact_id = h.contact_id and u.outcome = 'human'
                               and u.opened_at > h.created_at)
               and (h.level = 0 and tells_somebody(b) or h.level < 1 + cardinality(b.handoff_next)) as goes_on,
               make_interval(mins => nullif(b.handoff_again_min, 0)) as wait, tells_somebody(b) as told
        from handoffs h join turns t on t.id = h.turn_id join contacts c on c.id = h.contact_id
            join bot_of_turn(t) b on true
        where h.again_at <= now() order by h.again_at limit 200 for update of h skip locked),
    changed as (
        update handoffs h set
            again_at = case when d.goes_on then now() + d.wait end,
            level = case when d.goes_on and not d.quiet
                then case when d.level = 1 and not d.told then 2 else d.level end else h.level end,
            tries = case when d.goes_on and not d.quiet then 0 else h.tries end,
            tell_at = case when d.goes_on and not d.quiet then now() when not d.goes_on then null else h.tell_at end,
            notified = case when d.goes_on and not d.quiet then null else h.notified end
        from due d where h.id = d.id returning d.goes_on and not d.quiet as is_told)
    select count(*)::int from changed where is_told
$$;
select own_functions('tell_handoffs_again');
grant execute on function tell_handoffs_again to chatbot_app;

-- A person has written to this contact: nobody waits any more, and the bell is quiet.
create or replace function answer_handoffs(p_tenant uuid, p_contact uuid) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update handoffs set answered_at = now(), tell_at = null, again_at = null
        where contact_id = p_contact and answered_at is null;
    perform settle_subject(p_tenant, kind, p_contact::text)
        from unnest(array['handoff', 'outside_hours', 'handoff_untold']) kind;
end $$;
select own_functions('answer_handoffs');

-- Whether a status says that the message to the staff's phone is out, although its response was lost. No part of the
-- outbox has its send id, so the status waits for an hour.
create or replace function handoff_is_out(p_phone_number_id text, p_handoff uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from inbound_messages i
                   where i.kind = 'status' and i.state = 'received' and i.phone_number_id = p_phone_number_id
                     and position(p_handoff::text in i.payload) > 0
                     and payload_json(i.payload) #>> '{entry,0,changes,0,value,statuses,0,status}' <> 'failed')
$$;
select own_functions('handoff_is_out');

-- The handoffs that people have to be told about now: their steps died, somebody did not take it, or nobody has written
-- yet. `notified` says what became of it so far, at this level. Nobody else gets them for a minute.
create or replace function claim_handoff_notices(p_limit int)
    returns table (id uuid, notice_id uuid, level int, source text, reason text, question text, contact jsonb,
                   turn_id uuid, phone_number_id text, tenant_id uuid, url text, phone text, email text,
                   template jsonb, notified jsonb)
    language sql security definer set search_path = public, pg_temp as $$
    update handoffs h set tell_at = now() + interval '1 minute', tries = h.tries + 1
        from turns t join bot_of_turn(t) b on true, contacts c
        where t.id = h.turn_id and c.id = h.contact_id
          and h.id in (select d.id from handoffs d where d.tell_at <= now() order by d.tell_at limit p_limit
                       for update skip locked)
        returning h.id, notice_id(h.id, h.level), h.level, h.source, h.reason,
            coalesce(t.question, (select string_agg(message_words(i.payload), e'\n' order by i.seq)
                                  from inbound_messages i
                                  where i.turn_id = t.id and not is_decision(i.message_id)), ''),
            jsonb_build_object('id', c.id, 'name', coalesce(c.staff_name, c.name), 'phone', c.phone,
                               'user_id', c.user_id),
            h.turn_id, t.phone_number_id, t.tenant_id, b.notify_webhook_url,
            case when h.level < 2 then b.notify_phone
                 when b.handoff_next[h.level - 1] not like '%@%' then b.handoff_next[h.level - 1] end,
            case when h.level < 2 then b.notify_email
                 when b.handoff_next[h.level - 1] like '%@%' then b.handoff_next[h.level - 1] end,
            b.notify_template,
            coalesce(h.notified, '{}') || case when handoff_is_out(t.phone_number_id, notice_id(h.id, h.level))
                then '{"whatsapp": "sent"}'::jsonb else '{}' end
$$;
select own_functions('claim_handoff_notices');
grant execute on function claim_handoff_notices to chatbot_app;

-- A human writes to a contact from the portal, or sends a file of staff_files or a template. p_content: the message as
-- the Graph API takes it; p_words: what the log says of it, null for the content's own. The turn's id comes from the
-- page, so that a second click sends nothing again. The message is in the outbox before anybody sends it, and belongs
-- to the run that is about to: when it dies, recovery sends it (claim_retry). After the 24 hours words wait for the
-- customer to write, where p_wait says so. Returns {"do": "send", send_id, content, …} | {"do": "wait"}: recovery
-- sends it, or the customer has to write first | {"do": "done"}: written before | {"do": "nothing", "reason"}.
create or replace function begin_human_reply(p_turn uuid, p_contact uuid, p_content jsonb, p_run uuid,
    p_words text default null, p_wait boolean default false) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    contact contacts;
    latest conversation_logs;
    t turns;
    o outbound_messages;
    number text;
    verdict text;
    waits boolean;
begin
    select * into contact from contacts where id = p_contact and tenant_id = current_tenant() for update;
    if not found then
        return jsonb_build_object('do', 'nothing', 'reason', 'not_found');
    end if;
    select * into t from turns where id = p_turn;
    if found then
        return jsonb_build_object('do', case when t.contact_id = p_contact then 'done' else 'nothing' end,
                                  'reason', 'not_found');
    end if;
    if contact.opted_out_at is not null or contact.blocked then
        return jsonb_build_object('do', 'nothing',
                                  'reason', case when contact.blocked then 'blocked' else 'opted_out' end);
    end if;
    select * into latest from conversation_logs
        where tenant_id = contact.tenant_id and contact_id = p_contact and direction = 'in' order by id desc limit 1;
    -- By Meta's clock: a delivery may have come late.
    waits := p_content ->> 'type' <> 'template'
        and (latest.id is null or least(latest.created_at, contact.last_message_at) < now() - interval '24 hours');
    if waits and not p_wait then
        return jsonb_build_object('do', 'nothing', 'reason', 'window_closed');
    end if;
    number := coalesce(latest.phone_number_id, (select n.phone_number_id from number_of_contact(p_contact) n));
    if p_content ->> 'type' = 'template' and not exists (
        select from templates m join chatbots b using (waba_id)
        where m.tenant_id = contact.tenant_id and b.phone_number_id = number and m.status = 'APPROVED'
            and m.name = p_content #>> '{template,name}' and m.language = p_content #>> '{template,language,code}') then
        return jsonb_build_object('do', 'nothing', 'reason', 'template');
    end if;
    perform cancel_rating_question(p_contact);
    insert into turns (id, tenant_id, contact_id, phone_number_id, state, run_id, lease_until, closed_at, outcome)
        values (p_turn, contact.tenant_id, p_contact, number, 'done', p_run, now(), now(), 'human')
        returning * into t;
    insert into outbound_messages (turn_id, part, tenant_id, content, state, retry_at, retry_run)
        values (p_turn, 1, contact.tenant_id, p_content, case when waits then 'waiting' else 'pending' end,
                case when not waits then now() end, p_run) returning * into o;
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, send_id, body, model,
                                   status)
        values (contact.tenant_id, p_contact, number, p_turn, 'out', o.send_id,
                coalesce(p_words, sent_words(p_content)), 'human', o.state);
    perform record_audit('contacts.reply', null, p_contact, jsonb_build_object('turn_id', p_turn));
    -- What was said before goes out first: recovery sends both.
    if waits or exists (select from outbound_messages e join turns u on u.id = e.turn_id
                        where u.contact_id = p_contact and u.id <> p_turn
                            and (e.retry_at is not null or is_due(e))) then
        return jsonb_build_object('do', 'wait');
    end if;
    verdict := judge_retry(o, t) ->> 'do';
    if verdict <> 'go' then
        return jsonb_build_object('do', case verdict when 'wait' then 'wait' else 'done' end);
    end if;
    update outbound_messages set state = 'sending', sending_since = clock_timestamp(), attempts = 1
        where turn_id = p_turn and part = 1 returning * into o;
    update conversation_logs set status = 'sending' where send_id = o.send_id and direction = 'out';
    return jsonb_build_object('do', 'send', 'turn_id', p_turn, 'contact_id', p_contact, 'send_id', o.send_id,
                              'content', o.content, 'phone_number_id', number);
end $$;
select own_functions('begin_human_reply');
grant execute on function begin_human_reply to chatbot_app;

-- Whether a human has answered what a customer asked at that time: their words went out within 24 hours, and the bot
-- has answered nothing in between, which they might have been about.
create or replace function answered_by_human(p_contact uuid, p_asked timestamptz) returns boolean
    language sql stable as $$
    select exists (
        select from conversation_logs l
        where l.tenant_id = current_tenant() and l.contact_id = p_contact and l.direction = 'out' and l.model = 'human'
          and l.status in ('sent', 'delivered', 'read', 'played', 'by a human')
          and l.created_at > p_asked and l.created_at < p_asked + interval '24 hours'
          and not exists (select from turns t
                          where t.contact_id = p_contact and t.outcome = 'answered' and t.say is null
                            and t.opened_at > p_asked and t.opened_at < l.created_at))
$$;
select own_functions('answered_by_human');
grant execute on function answered_by_human to chatbot_app;

-- The bot is quiet from the moment when a human's words are out, whoever has sent them and whether the response or a
-- status says so. Words that can't be sent pause nothing.
create or replace function pause_after_human_reply() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update contacts c set paused_until = greatest(c.paused_until, now() + interval '12 hours')
        from turns t where t.id = new.turn_id and t.outcome = 'human' and c.id = t.contact_id;
    return null;
end $$;
create or replace trigger pause_after_human_reply after update of state on outbound_messages
    for each row when (new.state in ('sent', 'delivered', 'read', 'played')
                       and old.state not in ('sent', 'delivered', 'read', 'played'))
    execute function pause_after_human_reply();
select own_functions('pause_after_human_reply');
