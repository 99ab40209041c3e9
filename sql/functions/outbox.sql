-- The outbox: a step writes the parts of a reply, claims each one before it sends it, and records what became of it.
-- Statuses only move a part forward, see statuses.sql.

-- Writes the reply's parts to the outbox. The first writer wins: a second copy of the step sends what the first one
-- wrote.
create or replace function queue_parts(p_turn uuid, p_epoch int, p_contents jsonb) returns int
    language plpgsql as $$
begin
    perform hold_turn(p_turn, p_epoch);
    if not exists (select from outbound_messages where turn_id = p_turn) then
        insert into outbound_messages (turn_id, part, tenant_id, content)
            select p_turn, ordinality, current_tenant(), value from jsonb_array_elements(p_contents) with ordinality;
    end if;
    return (select count(*) from outbound_messages where turn_id = p_turn);
end $$;
select own_functions('queue_parts');
grant execute on function queue_parts to chatbot_app;

-- Begins send_reply and writes its parts, in one: {epoch, parts}. A copy that comes second shuts out the first one and
-- sends what that has written.
create or replace function begin_reply(p_turn uuid, p_run uuid, p_contents jsonb) returns jsonb
    language plpgsql as $$
declare
    new_epoch int := begin_step(p_turn, p_run, 3);
begin
    return jsonb_build_object('epoch', new_epoch, 'parts', queue_parts(p_turn, new_epoch, p_contents));
end $$;
select own_functions('begin_reply');
grant execute on function begin_reply to chatbot_app;

-- Words that no run has thought up, as a turn of their own that is closed already, with this outcome; returns the turn.
-- p_run sends them; without it recovery or the customer's own run does.
create or replace function queue_words(p_contact contacts, p_phone_number_id text, p_content jsonb, p_outcome text,
    p_run uuid default null) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    turn uuid;
    send uuid;
begin
    insert into turns (tenant_id, contact_id, phone_number_id, state, run_id, lease_until, closed_at, outcome)
        values (p_contact.tenant_id, p_contact.id, p_phone_number_id, 'done', coalesce(p_run, gen_random_uuid()), now(),
                now(), p_outcome)
        returning id into turn;
    insert into outbound_messages (turn_id, part, tenant_id, content, retry_at, retry_run)
        values (turn, 1, p_contact.tenant_id, p_content, now(), p_run) returning send_id into send;
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, send_id, body, status)
        values (p_contact.tenant_id, p_contact.id, p_phone_number_id, turn, 'out', send, sent_words(p_content),
                'pending');
    return turn;
end $$;
select own_functions('queue_words');

-- Why a part must not go out any more, asked right before it is sent; null: it may.
create or replace function reason_not_to_send(p_turn uuid) returns text
    language sql stable as $$
    select case
        when c.paused_until > now() or c.blocked or wants_silence(c)
            then 'a human took over, or the contact opted out'
        when not b.enabled then 'the chatbot is switched off'
        when n.status <> 'active' then 'the tenant is suspended'
        when exists (select from turns u join outbound_messages o on o.turn_id = u.id
                     where u.contact_id = t.contact_id and u.outcome = 'human'
                       and u.opened_at > now() - interval '1 day'
                       and (o.state in ('sending', 'unknown') or o.retry_at is not null))
            then 'a human''s reply is on its way'
    end
    from turns t join contacts c on c.id = t.contact_id join chatbots b on b.phone_number_id = t.phone_number_id
         join tenants n on n.id = t.tenant_id
    where t.id = p_turn
$$;
select own_functions('reason_not_to_send');
grant execute on function reason_not_to_send to chatbot_app;

-- What to do with a part now: {"do": "send", send_id, content} | {"do": "done"} | {"do": "wait"} | {"do":
-- "cancelled", "reason"}. When the outcome of a request was lost, the step waits, because a status may still tell it.
-- It sends the part again only after p_unknown_wait, three times at most.
create or replace function claim_part(p_turn uuid, p_epoch int, p_part int, p_unknown_wait interval) returns jsonb
    language plpgsql as $$
declare
    o outbound_messages;
    reason text;
begin
    perform hold_turn(p_turn, p_epoch);
    select * into o from outbound_messages where turn_id = p_turn and part = p_part for update;
    if not found or o.state not in ('pending', 'sending', 'unknown') then
        return jsonb_build_object('do', 'done', 'state', o.state);
    end if;
    if o.state = 'sending' and o.sending_epoch = p_epoch then
        raise exception 'part % of turn % is being sent by this very step', p_part, p_turn;
    end if;
    if o.state <> 'pending' and o.sending_since > now() - p_unknown_wait then
        update outbound_messages set state = 'unknown', updated_at = now() where turn_id = p_turn and part = p_part;
        return jsonb_build_object('do', 'wait');
    end if;
    if o.state <> 'pending' and o.attempts >= 4 then
        update outbound_messages set state = 'failed', error = 'no answer to ' || o.attempts
            || ' requests, and no status', updated_at = now()
            where turn_id = p_turn and part = p_part;
        return jsonb_build_object('do', 'done', 'state', 'failed');
    end if;
    -- A human may have taken over while the model was thinking.
    reason := reason_not_to_send(p_turn);
    if reason is not null then
        update outbound_messages set state = 'cancelled', error = reason, updated_at = now() where turn_id = p_turn
            and state = 'pending';
        -- Of a request whose outcome was lost nobody knows more by now, and it is not made again.
        update outbound_messages set state = 'failed', updated_at = now(),
            error = left(concat_ws('; ', error, 'not sent again: ' || reason), 500)
            where turn_id = p_turn and part = p_part and state in ('sending', 'unknown');
        return jsonb_build_object('do', 'cancelled', 'reason', reason);
    end if;
    update outbound_messages set state = 'sending', sending_epoch = p_epoch, sending_since = now(),
        attempts = attempts + 1, updated_at = now()
        where turn_id = p_turn and part = p_part returning * into o;
    return jsonb_build_object('do', 'send', 'send_id', o.send_id, 'content', o.content, 'attempt', o.attempts);
end $$;
select own_functions('claim_part');
grant execute on function claim_part to chatbot_app;

-- What may_send() says against sending a part now, or what claim_part() says to do with it. The part is locked before
-- the rates are, in the order of whoever records an outcome, which may set the rates back.
create or replace function take_part(p_turn uuid, p_epoch int, p_part int, p_unknown_wait interval) returns jsonb
    language plpgsql as $$
declare
    verdict jsonb;
begin
    perform hold_turn(p_turn, p_epoch);
    perform 1 from outbound_messages where turn_id = p_turn and part = p_part for update;
    verdict := may_send(p_turn, p_epoch, p_part);
    if verdict ->> 'do' <> 'go' then
        return verdict;
    end if;
    return claim_part(p_turn, p_epoch, p_part, p_unknown_wait);
end $$;
select own_functions('take_part');
grant execute on function take_part to chatbot_app;

-- Records the outcome of a request: 'sent' with Meta's id, 'failed' or 'pending' (to be tried again) with the error,
-- 'unknown'. When a status came first and moved the part further, the part stays there. An attempt that was overtaken
-- may still say that Meta accepted its own request, as long as nobody has sent the part again: this saves the
-- customer a second copy. Nothing else of it counts.
create or replace function record_part(p_turn uuid, p_epoch int, p_part int, p_state text, p_message_id text,
    p_error_code int, p_error text)
    returns void
    language plpgsql as $$
begin
    if p_state = 'sent' then
        perform 1 from outbound_messages where turn_id = p_turn and part = p_part and sending_epoch = p_epoch
            for update;
    end if;
    if p_state <> 'sent' or not found then
        perform hold_turn(p_turn, p_epoch);
    end if;
    update outbound_messages
    set state = case when state in ('sending', 'unknown') then p_state else state end,
        message_id = coalesce(message_id, p_message_id),
        error_code = case when state in ('sending', 'unknown') then p_error_code
            else coalesce(error_code, p_error_code) end,
        error = case when state in ('sending', 'unknown') then left(p_error, 500)
            else coalesce(error, left(p_error, 500)) end,
        sent_at = case when p_state = 'sent' then coalesce(sent_at, now()) else sent_at end, updated_at = now()
    where turn_id = p_turn and part = p_part;
end $$;
select own_functions('record_part');
grant execute on function record_part to chatbot_app;

-- Sends a part again because a person wants it: a new row with its own send id, once for each run, whatever became of
-- the first one. Returns {tenant_id, contact_id, phone_number_id, send_id, content, is_new}; null: no such part.
create or replace function resend_part(p_send_id uuid, p_run uuid) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    first outbound_messages;
    turn turns;
    again outbound_messages;
    is_new boolean;
begin
    select * into first from outbound_messages where send_id = p_send_id;
    if not found then
        return null;
    end if;
    select * into turn from turns where id = first.turn_id for update;
    if turn.state = 'active' then
        raise exception 'the turn of this part is still being answered';
    end if;
    insert into outbound_messages (turn_id, part, tenant_id, content, state, sending_since, attempts, resend_of,
                                   resend_run)
        select first.turn_id, max(o.part) + 1, first.tenant_id, first.content, 'sending', now(), 1, p_send_id, p_run
        from outbound_messages o where o.turn_id = first.turn_id
        on conflict on constraint outbound_resent_once do nothing;
    is_new := found;
    select * into again from outbound_messages where resend_of = p_send_id and resend_run = p_run;
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, send_id, body, status)
        values (turn.tenant_id, turn.contact_id, turn.phone_number_id, turn.id, 'out', again.send_id,
                coalesce(again.content #>> '{text,body}', again.content::text), again.state)
        on conflict do nothing;
    return jsonb_build_object('tenant_id', turn.tenant_id, 'contact_id', turn.contact_id, 'phone_number_id',
                              turn.phone_number_id,
                              'send_id', again.send_id, 'content', again.content, 'state', again.state,
                                  'is_new', is_new);
end $$;
select own_functions('resend_part');
grant execute on function resend_part to chatbot_app;

-- Records what became of a part that a person had sent again. When a status came first and moved the part further,
-- the part stays there.
create or replace function record_resend(p_send_id uuid, p_state text, p_message_id text, p_error_code int,
    p_error text) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    o outbound_messages;
begin
    perform lock_contact_of(turn_id) from outbound_messages where send_id = p_send_id;
    update outbound_messages
    set state = case when state = 'sending' then p_state else state end,
        message_id = coalesce(message_id, p_message_id),
        error_code = coalesce(p_error_code, error_code), error = coalesce(left(p_error, 500), error),
        sent_at = case when p_state = 'sent' then coalesce(sent_at, now()) end, updated_at = now()
    where send_id = p_send_id and resend_of is not null returning * into o;
    update conversation_logs set status = o.state, message_id = o.message_id where send_id = p_send_id
        and direction = 'out';
    return o.state;
end $$;
select own_functions('record_resend');
grant execute on function record_resend to chatbot_app;

-- Writes what a sent message says into the log instead of its JSON.
create or replace function log_in_words() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    select coalesce(sent_words(o.content), new.body) into new.body from outbound_messages o
        where o.send_id = new.send_id;
    return new;
end $$;
create or replace trigger log_in_words before insert on conversation_logs for each row
    when (new.direction = 'out' and new.send_id is not null and new.body like '{%') execute function log_in_words();
select own_functions('log_in_words');
