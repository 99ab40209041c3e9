-- A person's yes to a tool's call: asked for once in a turn, decided once, made at most once.
--
-- The decision comes to the conversation as a message that nobody wrote: a row of the inbox with the id
-- 'approval:<id>', in order with the customer's messages, dispatched and retried as they are. What holds is what the
-- table tool_approvals says, and nothing that the row says. Locks: the contact, then the approval.

-- What a person agrees to: this tool of this server with exactly these arguments.
create or replace function approval_digest(p_server text, p_tool text, p_arguments text) returns bytea
    language sql immutable
    return sha256(convert_to(p_server || e'\n' || p_tool || e'\n' || p_arguments, 'UTF8'));
select own_functions('approval_digest');

-- Whether a message is a decision, by its id: Meta's own ids begin with 'wamid.'.
create or replace function is_decision(p_message_id text) returns boolean
    language sql immutable parallel safe
    return p_message_id like 'approval:%';
select own_functions('is_decision');
grant execute on function is_decision to chatbot_app;

-- The decision that a message brings; null: it is none.
create or replace function decision_of(p_phone_number_id text, p_message_id text) returns tool_approvals
    language sql stable security definer set search_path = public, pg_temp as $$
    select a from tool_approvals a
    where is_decision(p_message_id) and a.phone_number_id = p_phone_number_id and a.state <> 'waiting'
      and a.id = case when p_message_id ~ '^approval:[0-9a-f-]{36}$' then substr(p_message_id, 10)::uuid end
$$;
select own_functions('decision_of');

-- Whether a turn answers a decision.
create or replace function has_decision(p_turn uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return exists (select from inbound_messages i where i.turn_id = p_turn and is_decision(i.message_id));
select own_functions('has_decision');

-- What receive_message() says of a decision: whose it is. It changes nothing: nobody wrote.
create or replace function receive_decision(p_phone_number_id text, p_message_id text) returns jsonb
    language sql stable security definer set search_path = public, pg_temp
    return coalesce((select jsonb_build_object('contact_id', c.id, 'phone', c.phone, 'user_id', c.user_id, 'name', null)
                     from contacts c where c.id = (decision_of(p_phone_number_id, p_message_id)).contact_id),
                    '{"contact_id": null, "end": "no decision is known by this id"}');
select own_functions('receive_decision');

-- Why a call is not made although a person agreed; null: it is. Who has the conversation is no reason: they said yes.
create or replace function reason_not_to_act(p_bot chatbots, p_message inbound_messages) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case
        when not p_bot.enabled then 'the chatbot is switched off'
        when (select status from tenants where id = p_bot.tenant_id) <> 'active' then 'the tenant is suspended'
        when message_age(p_message) > make_interval(secs => p_bot.stale_after_s) then 'the decision is too old'
    end
$$;
select own_functions('reason_not_to_act');

-- What came of asking a bot's staff by WhatsApp, as far as it is known beforehand; null: they can be asked. Meta takes
-- buttons within 24 hours of what that person wrote to this number.
create or replace function reason_not_to_tell(p_bot chatbots, p_contact uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case
        when p_bot.notify_phone is null then 'no_phone'
        when known_as(p_bot.tenant_id, p_bot.notify_phone) = p_contact then 'own_number'
        when not exists (
            select from inbound_messages i
            where i.contact_id = known_as(p_bot.tenant_id, p_bot.notify_phone) and i.kind = 'message'
              and i.phone_number_id = p_bot.phone_number_id and not is_decision(i.message_id)
              and written_at(message_of(i.payload)) > now() - interval '24 hours') then 'window_closed'
    end
$$;
select own_functions('reason_not_to_tell');

-- Writes down that the model wants a call to which a person must agree: {"id", "state", "is_new"}. The same wish of the
-- same customer is one request, however often a step is retried and for as long as it waits.
create or replace function ask_approval(p_turn uuid, p_epoch int, p_server text, p_tool text, p_arguments text)
    returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    t turns;
    bot chatbots;
    a tool_approvals;
    untold text;
begin
    select * into t from turns where id = p_turn and tenant_id = current_tenant();
    if not found then
        raise exception 'turn % does not exist', p_turn using errcode = 'no_data_found';
    end if;
    perform lock_contact_of(p_turn);  -- because the new row refers to it
    perform hold_turn(p_turn, p_epoch);
    select * into t from turns where id = p_turn;
    select * into a from tool_approvals o
        where o.contact_id = t.contact_id and o.phone_number_id = t.phone_number_id
          and o.digest = approval_digest(p_server, p_tool, p_arguments)
          and (o.turn_id = p_turn or o.state = 'waiting' or o.state = 'approved' and o.result is null)
        order by o.created_at desc limit 1;
    if found then
        return jsonb_build_object('id', a.id, 'state', a.state, 'is_new', false);
    end if;
    select * into bot from bot_of_turn(t);
    untold := reason_not_to_tell(bot, t.contact_id);
    insert into tool_approvals (tenant_id, contact_id, phone_number_id, turn_id, server, tool, arguments, digest,
                                expires_at, notified_phone, notified, tell_at)
        values (t.tenant_id, t.contact_id, t.phone_number_id, p_turn, p_server, p_tool, p_arguments::json,
                approval_digest(p_server, p_tool, p_arguments),
                now() + make_interval(secs => bot.approval_hours * 3600),
                case when untold is null then bot.notify_phone end, untold, case when untold is null then now() end)
        returning * into a;
    return jsonb_build_object('id', a.id, 'state', a.state, 'is_new', true);
end $$;
select own_functions('ask_approval');
grant execute on function ask_approval to chatbot_app;

-- The requests that the staff's phone is to be asked about now (of one, or of all): at once by the step, and by
-- recovery where that died or Meta did not take it. Nobody else gets them for a minute. `is_out`: a status says that
-- the message is out already.
create or replace function claim_approval_notices(p_limit int, p_approval uuid default null)
    returns table (id uuid, tenant_id uuid, phone_number_id text, phone text, server text, tool text, arguments text,
                   digest text, until text, customer text, languages text[], is_out boolean)
    language sql security definer set search_path = public, pg_temp as $$
    update tool_approvals a set tries = a.tries + 1, tell_at = now() + interval '1 minute' * 4 ^ a.tries
        from chatbots b, contacts c
        where b.phone_number_id = a.phone_number_id and c.id = a.contact_id
          and a.id in (select d.id from tool_approvals d
                       where d.tell_at <= now() and (p_approval is null or d.id = p_approval) and d.state = 'waiting'
                       order by d.tell_at limit p_limit for update skip locked)
        returning a.id, a.tenant_id, a.phone_number_id, a.notified_phone, a.server, a.tool, a.arguments::text,
            encode(a.digest, 'hex'), to_char(a.expires_at at time zone b.time_zone, 'YYYY-MM-DD HH24:MI'),
            coalesce(c.staff_name, c.name, '+' || c.phone, c.user_id), b.languages,
            handoff_is_out(a.phone_number_id, a.id)
$$;
select own_functions('claim_approval_notices');
grant execute on function claim_approval_notices to chatbot_app;

-- Records what became of asking the staff's phone. It is tried four times; the portal asks in any case.
create or replace function record_approval_notice(p_approval uuid, p_words text, p_ok boolean) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update tool_approvals set notified = left(p_words, 300), tell_at = case when not p_ok and tries < 4 then tell_at end
        where id = p_approval
$$;
select own_functions('record_approval_notice');
grant execute on function record_approval_notice to chatbot_app;

-- Writes down what happened to a request: in the log of who did what, whose rows nobody can change. p_person: null for
-- the platform.
create or replace function audit_approval(p_approval tool_approvals, p_what text, p_person text, p_detail jsonb)
    returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into audit_log (tenant_id, person, action, subject, contact_id, after)
        values (p_approval.tenant_id, coalesce(p_person, 'platform'), 'tool_approvals.' || p_what,
                left(p_approval.server || '.' || p_approval.tool, 200), p_approval.contact_id,
                jsonb_build_object('approval', p_approval.id, 'digest', encode(p_approval.digest, 'hex')) || p_detail)
$$;
select own_functions('audit_approval');

-- A decision in the form of Meta's envelope, which the flow takes.
create or replace function decision_payload(p_approval tool_approvals, p_contact contacts) returns text
    language sql stable as $$
    select jsonb_build_object('object', 'whatsapp_business_account', 'entry', jsonb_build_array(jsonb_build_object(
        'changes', jsonb_build_array(jsonb_build_object('field', 'messages', 'value', jsonb_build_object(
            'messaging_product', 'whatsapp',
            'metadata', jsonb_build_object('phone_number_id', p_approval.phone_number_id),
            'messages', jsonb_build_array(m)))))))::text
    from jsonb_strip_nulls(jsonb_build_object(
        'id', 'approval:' || p_approval.id, 'from', p_contact.phone, 'from_user_id', p_contact.user_id,
        'type', 'approval', 'timestamp', extract(epoch from now())::bigint::text,
        'approval', jsonb_build_object('id', p_approval.id, 'state', p_approval.state))) m
$$;
select own_functions('decision_payload');

-- Closes a request that waits, and puts the decision into the conversation's queue, in one transaction. The caller
-- holds the contact's and the request's lock.
create or replace function close_approval(p_approval tool_approvals, p_state text, p_by text, p_message_id text)
    returns tool_approvals
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    a tool_approvals;
    c contacts;
begin
    update tool_approvals set state = p_state, decided_at = now(), decided_by = p_by, decided_message = p_message_id,
            tell_at = null
        where id = p_approval.id and state = 'waiting' returning * into a;
    select * into c from contacts where id = a.contact_id;
    insert into inbound_messages (phone_number_id, message_id, kind, contact_id, sender, payload)
        values (a.phone_number_id, 'approval:' || a.id, 'message', a.contact_id,
                coalesce((select i.sender from inbound_messages i
                          where i.turn_id = a.turn_id and i.sender in (c.phone, c.user_id) order by i.seq desc limit 1),
                         c.user_id, c.phone), decision_payload(a, c))
        on conflict do nothing;
    perform pg_notify('dispatches', '');
    perform audit_approval(a, p_state, p_by, jsonb_build_object('tool', a.tool));
    return a;
end $$;
select own_functions('close_approval');

-- A person's decision: {"outcome", "state", "by", "at", "tool"}. outcome: done (now, or before by this very person or
-- tap) | decided (by somebody else, or by time) | changed (it is not what this person saw) | off (the bot may not act)
-- | not_found. The first decision counts; whoever comes later hears what holds.
create or replace function decide_approval_of(p_tenant uuid, p_approval uuid, p_digest bytea, p_approve boolean,
    p_by text, p_message_id text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    a tool_approvals;
    bot chatbots;
    outcome text;
begin
    perform 1 from contacts c where c.id = (select o.contact_id from tool_approvals o where o.id = p_approval
                                            and o.tenant_id = p_tenant) for update;
    select * into a from tool_approvals where id = p_approval and tenant_id = p_tenant for update;
    if not found then
        return '{"outcome": "not_found"}';
    end if;
    select * into bot from chatbots where phone_number_id = a.phone_number_id;
    if a.state = 'waiting' and a.expires_at <= now() then  -- recovery has not looked yet
        a := close_approval(a, 'expired', null, null);
    end if;
    if a.state <> 'waiting' then
        outcome := case when a.state = case when p_approve then 'approved' else 'declined' end and a.decided_by = p_by
                             and a.decided_message is not distinct from p_message_id
                        then 'done' else 'decided' end;
    elsif p_digest is distinct from a.digest or approval_digest(a.server, a.tool, a.arguments::text) <> a.digest then
        outcome := 'changed';
    elsif p_approve and (not bot.enabled or (select status from tenants where id = p_tenant) <> 'active') then
        outcome := 'off';
    else
        a := close_approval(a, case when p_approve then 'approved' else 'declined' end, p_by, p_message_id);
        outcome := 'done';
    end if;
    return jsonb_build_object('outcome', outcome, 'state', a.state, 'by', a.decided_by, 'at', a.decided_at,
                              'tool', a.tool);
end $$;
select own_functions('decide_approval_of');

-- The same from the portal, by a person of the current tenant.
create or replace function decide_approval(p_approval uuid, p_digest bytea, p_approve boolean, p_by text) returns jsonb
    language sql security definer set search_path = public, pg_temp
    return decide_approval_of(current_tenant(), p_approval, p_digest, p_approve, p_by, null);
select own_functions('decide_approval');
grant execute on function decide_approval to chatbot_app;

-- The same by a tap on WhatsApp. Null: it is no decision, and a message like any other. It counts only from the phone
-- that was asked, as long as that one still is told of this bot's handoffs, and never from the customer.
create or replace function tap_approval(p_phone_number_id text, p_payload text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    m jsonb := message_of(p_payload);
    tapped text[] := regexp_match(said(m #> '{interactive,button_reply,id}'),
                                  '^approval-(yes|no):([0-9a-f-]{36}):([0-9a-f]{64})$');
    a tool_approvals;
    bot chatbots;
    person contacts;
begin
    if tapped is null or m ->> 'type' <> 'interactive' then
        return null;
    end if;
    select * into bot from chatbots where phone_number_id = p_phone_number_id;
    select * into a from tool_approvals
        where id = tapped[2]::uuid and phone_number_id = p_phone_number_id and tenant_id = bot.tenant_id;
    select * into person from contacts
        where id = known_as(bot.tenant_id, coalesce(sender_name(said(m -> 'from')), said(m -> 'from_user_id')));
    if a.id is null or person.id = a.contact_id
       or phone_key(a.notified_phone) is distinct from phone_key(coalesce(bare_phone(said(m -> 'from')), person.phone))
       or phone_key(a.notified_phone) is distinct from phone_key(bot.notify_phone) then
        return null;
    end if;
    return decide_approval_of(bot.tenant_id, a.id, decode(tapped[3], 'hex'), tapped[1] = 'yes', '+' || a.notified_phone,
                              m ->> 'id');
end $$;
select own_functions('tap_approval');
grant execute on function tap_approval to chatbot_app;

-- Closes the requests that nobody has decided in time; the conversations hear of it as of any decision. How many.
create or replace function expire_approvals(p_limit int) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    a tool_approvals;
    closed int := 0;
begin
    for a in select * from tool_approvals where state = 'waiting' and expires_at <= now() order by expires_at
        limit p_limit
    loop
        perform 1 from contacts where id = a.contact_id for update skip locked;
        continue when not found;  -- a decision is being made, or a turn opens: the next run looks again
        select * into a from tool_approvals where id = a.id and state = 'waiting' for update;
        continue when not found;
        perform close_approval(a, 'expired', null, null);
        closed := closed + 1;
    end loop;
    return closed;
end $$;
select own_functions('expire_approvals');
grant execute on function expire_approvals to chatbot_app;

-- The requests as the staff see them, newest first: of a contact, or all that wait. `arguments`: names and values, each
-- value in the very letters that the call will have. `result`: also begun, of a call of which nobody has heard yet.
create or replace function list_approvals(p_contact uuid, p_limit int)
    returns table (id text, contact_id text, customer text, phone_number_id text, server text, tool text,
                   arguments json, digest text, state text, at text, expires_at text, decided_at text, decided_by text,
                   result text, outcome text, notified text, notified_phone text)
    language sql stable as $$
    select a.id::text, a.contact_id::text, coalesce(c.staff_name, c.name, c.username, '+' || c.phone),
           a.phone_number_id, a.server, a.tool,
           (select coalesce(json_agg(json_build_array(j.key, j.value)), '[]') from json_each_text(a.arguments) j),
           encode(a.digest, 'hex'),
           case when a.state = 'waiting' and a.expires_at <= now() then 'expired' else a.state end,
           a.created_at::text, a.expires_at::text, a.decided_at::text, a.decided_by,
           coalesce(a.result, case when a.state = 'approved' and has_begun(a) then 'begun' end), a.outcome, a.notified,
           a.notified_phone
    from tool_approvals a join contacts c on c.id = a.contact_id
    where a.tenant_id = current_tenant()
      and (a.contact_id = p_contact or p_contact is null and a.state = 'waiting' and a.expires_at > now())
    order by a.created_at desc, a.id limit p_limit
$$;
select own_functions('list_approvals');
grant execute on function list_approvals to chatbot_app;
