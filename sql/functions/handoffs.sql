-- Humans in a conversation: the bot passes it on, the staff takes it over, writes, and gives it back.

-- A human takes a conversation over, until a time or until somebody resumes the bot. A turn that is under way sends
-- nothing more.
create or replace function pause_contact(p_contact uuid, p_until timestamptz default 'infinity',
    p_reason text default null) returns timestamptz
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
        values (contact.tenant_id, p_contact, 'operator', left(p_reason, 500), p_until);
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
    insert into handoffs (tenant_id, contact_id, turn_id, source, reason, paused_until)
        select t.tenant_id, t.contact_id, t.id, p_source, left(p_reason, 500),
               case when b.handoff_hours = 0 then 'infinity'::timestamptz
                   else now() + make_interval(secs => b.handoff_hours * 3600) end
        from turns t join chatbots b using (phone_number_id) where t.id = p_turn
        on conflict (turn_id) do nothing returning id into made;
    return made;
end $$;
select own_functions('hand_off_contact');
grant execute on function hand_off_contact to chatbot_app;

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

-- A human writes to a contact from the portal. The turn's id comes from the page, so that a second click sends
-- nothing again. Returns {"do": "send", send_id, phone_number_id} | {"do": "nothing", "reason"}.
create or replace function begin_human_reply(p_turn uuid, p_contact uuid, p_body text, p_run uuid) returns jsonb
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
        values (p_turn, 1, contact.tenant_id,
                jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', p_body, 'preview_url', false)),
                'sending', now(), 1) returning send_id into new_send_id;
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, send_id, body, model,
                                   status)
        values (contact.tenant_id, p_contact, latest.phone_number_id, p_turn, 'out', new_send_id, p_body,
                'human', 'sending');
    return jsonb_build_object('do', 'send', 'send_id', new_send_id, 'phone_number_id', latest.phone_number_id);
end $$;
select own_functions('begin_human_reply');
grant execute on function begin_human_reply to chatbot_app;

-- Records what became of it. When a status came first and moved the part further, the part stays there.
create or replace function end_human_reply(p_turn uuid, p_state text, p_message_id text, p_error_code int,
    p_error text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    o outbound_messages;
begin
    update outbound_messages set state = case when state in ('sending', 'unknown') then p_state else state end,
            message_id = coalesce(message_id, p_message_id), error_code = p_error_code, error = left(p_error, 500),
            sent_at = case when p_state = 'sent' then coalesce(sent_at, now()) else sent_at end, updated_at = now()
        where turn_id = p_turn and part = 1 and tenant_id = current_tenant() returning * into o;
    update conversation_logs set status = o.state, message_id = o.message_id where send_id = o.send_id
        and direction = 'out';
end $$;
select own_functions('end_human_reply');
grant execute on function end_human_reply to chatbot_app;
