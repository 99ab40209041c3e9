-- The calls to which a person has agreed (approvals.sql): each is made at most once, by a turn that answers the yes,
-- and what became of it is written down once. Whether a call has begun is what its row in the ledger says: one that
-- has not is made by a later turn; of one that has, a later turn asks what became of it, where that is known.

-- How long after a turn that ended without an outcome the next one makes the call, or asks for it: 5 s, 20 s, 80 s,
-- 320 s. Null: no turn does any more.
create or replace function next_turn_in(p_approval tool_approvals) returns interval
    language sql immutable
    return case when p_approval.turns_lost < 4 then make_interval(secs => 5 * 4 ^ p_approval.turns_lost) end;
select own_functions('next_turn_in');

-- Whether an approved call may have reached its tool.
create or replace function has_begun(p_approval tool_approvals) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return exists (select from tool_calls k
                   where k.turn_id = p_approval.turn_id and k.digest = uuid_send(p_approval.id));
select own_functions('has_begun');
grant execute on function has_begun to chatbot_app;

-- The request of a begun call that can be sent again, as hex: its server makes it once under one key
-- (http_actions.idempotent). Null: it can't.
create or replace function request_of(p_approval tool_approvals) returns text
    language sql stable security definer set search_path = public, pg_temp
    return (select encode(k.request, 'hex') from tool_calls k
            where k.turn_id = p_approval.turn_id and k.digest = uuid_send(p_approval.id)
              and k.made_at > now() - keys_last());
select own_functions('request_of');

-- Whether what became of a begun call can be asked for: Windmill keeps the job of a script's or flow's call, under an
-- id that follows from the approval (f/tools/script_jobs), and starts none twice; no server has this name. A server
-- that knows the request's key says it when the request comes again.
create or replace function keeps_outcome(p_approval tool_approvals) returns boolean
    language sql stable
    return p_approval.server = 'Windmill' or request_of(p_approval) is not null;
select own_functions('keeps_outcome');

-- The decisions that a turn answers, oldest first. `result` of an approved call without one: again (a later turn makes
-- it or asks for it, if this one does not), not_called, or null where nobody will know. `question`: what the customer
-- had written when it was asked for.
create or replace function decisions_of_turn(p_turn uuid)
    returns table (id uuid, state text, server text, tool text, arguments text, decided_by text, decided_at text,
                   result text, question text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.state, a.server, a.tool, a.arguments::text, a.decided_by,
           to_char(a.decided_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
           coalesce(a.result, case when a.state = 'approved' and (not has_begun(a) or keeps_outcome(a))
                                   then case when next_turn_in(a) is not null then 'again'
                                             when not has_begun(a) then 'not_called' end end),
           t.question
    from inbound_messages i, lateral decision_of(i.phone_number_id, i.message_id) a join turns t on t.id = a.turn_id
    where i.turn_id = p_turn and is_decision(i.message_id) and a.tenant_id = current_tenant() order by i.seq
$$;
select own_functions('decisions_of_turn');
grant execute on function decisions_of_turn to chatbot_app;

-- Begins a call to which a person agreed: {"do": "call", "is_last"}: make it, it is written down | {"do": "ask",
-- "is_last", "is_fresh", "request"}: it has begun before; ask what became of it, and make it where it never came to its
-- tool | {"do": "told", "result", "outcome"}: it was made before, or is not made any more | {"do": "nothing"}: this
-- turn does not answer a yes. is_last: no later turn asks again. is_fresh: so lately that whoever began it may be
-- sending it yet. p_request, request: as of begin_tool_call. The ledger's row is the approval's, not the turn's, so no
-- second turn and no later attempt makes it again.
create or replace function begin_approved_call(p_turn uuid, p_epoch int, p_approval uuid,
                                               p_request bytea default null) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    a tool_approvals;
begin
    perform hold_turn(p_turn, p_epoch);
    select * into a from tool_approvals where id = p_approval and tenant_id = current_tenant() for update;
    if a.state is distinct from 'approved' or not exists (
        select from inbound_messages i where i.turn_id = p_turn and i.phone_number_id = a.phone_number_id
            and i.message_id = 'approval:' || a.id) then
        return '{"do": "nothing"}';
    end if;
    if a.result is null and approval_digest(a.server, a.tool, a.arguments::text) <> a.digest then
        perform end_approved_call(a.id, 'not_called', 'what was agreed to was changed afterwards');
    elsif a.result is null then
        insert into tool_calls (turn_id, digest, tenant_id, tool, told, request)
            values (a.turn_id, uuid_send(a.id), a.tenant_id, a.server || '.' || a.tool, p_epoch, p_request)
            on conflict do nothing;
        if found then
            return jsonb_build_object('do', 'call', 'is_last', next_turn_in(a) is null);
        elsif keeps_outcome(a) then
            return jsonb_build_object('do', 'ask', 'is_last', next_turn_in(a) is null, 'request', request_of(a),
                'is_fresh', (select k.made_at > now() - interval '1 minute' from tool_calls k
                             where k.turn_id = a.turn_id and k.digest = uuid_send(a.id)));
        end if;
        perform end_approved_call(a.id, 'unsure', null);
    end if;
    select * into a from tool_approvals where id = p_approval;
    return jsonb_build_object('do', 'told', 'result', a.result, 'outcome', a.outcome);
end $$;
select own_functions('begin_approved_call');
grant execute on function begin_approved_call to chatbot_app;

-- Records what became of an approved call. The first word counts; but an attempt that was overtaken may still say what
-- nobody knew.
create or replace function end_approved_call(p_approval uuid, p_result text, p_outcome text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    a tool_approvals;
begin
    update tool_approvals set result = p_result, outcome = left(p_outcome, 2000), ended_at = now()
        where id = p_approval and state = 'approved' and tenant_id = coalesce(current_tenant(), tenant_id)
          and (result is null or result = 'unsure' and p_result <> 'unsure') returning * into a;
    if not found then
        return;
    end if;
    if p_result in ('done', 'refused') then
        update tool_calls set outcome = coalesce(a.outcome, ''), failed = p_result = 'refused', ended_at = now()
            where turn_id = a.turn_id and digest = uuid_send(a.id) and outcome is null;
    elsif p_result = 'not_called' then
        delete from tool_calls where turn_id = a.turn_id and digest = uuid_send(a.id) and outcome is null;
    end if;
    perform audit_approval(a, 'run', a.decided_by, jsonb_build_object('result', p_result));
end $$;
select own_functions('end_approved_call');
grant execute on function end_approved_call to chatbot_app;

-- Leaves a call to a later turn. p_begun: it may have come to its tool, so that turn asks what became of it; else
-- nobody answered there, and it has not begun by the ledger any more. Returns what became of it: again (the turn's end
-- gives it to a later turn), not_called or unsure. Only the newest attempt of a turn may say so, and that it has not
-- begun only where no other one has begun it: that one may be making it.
create or replace function put_back_call(p_turn uuid, p_epoch int, p_approval uuid, p_begun boolean, p_why text)
    returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    a tool_approvals;
begin
    perform hold_turn(p_turn, p_epoch);
    select * into a from tool_approvals where id = p_approval and tenant_id = current_tenant() for update;
    if a.state = 'approved' and a.result is null and next_turn_in(a) is not null
       and (not p_begun or keeps_outcome(a)) then
        delete from tool_calls
            where turn_id = a.turn_id and digest = uuid_send(a.id) and outcome is null and not p_begun;
        update tool_approvals set outcome = left(p_why, 2000) where id = a.id;
        return 'again';
    end if;
    if a.result is null then
        perform end_approved_call(a.id, case when p_begun then 'unsure' else 'not_called' end, p_why);
    end if;
    return (select o.result from tool_approvals o where o.id = a.id);
end $$;
select own_functions('put_back_call');
grant execute on function put_back_call to chatbot_app;

-- Ends an approved call of which nothing more will be heard: whether it was made is known only where it has not begun.
create or replace function end_without_outcome(p_approval tool_approvals, p_why text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    select end_approved_call(p_approval.id, case when has_begun(p_approval) then 'unsure' else 'not_called' end, p_why)
$$;
select own_functions('end_without_outcome');

-- Gives an approved call without an outcome to a later turn; false: there is none any more. Its decision is not held
-- (dispatch.sql), so the customer's messages do not wait for it, and one that comes first takes it along. It gets as
-- many runs as any message.
create or replace function take_up_again(p_approval tool_approvals) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if next_turn_in(p_approval) is null then
        return false;
    end if;
    update inbound_messages i set state = 'received', turn_id = null, reason = null, hold = null,
            due_at = now() + next_turn_in(p_approval),
            dispatch_no = greatest(i.dispatch_no + 1, 7 * (p_approval.turns_lost + 1))
        where i.phone_number_id = p_approval.phone_number_id and i.message_id = 'approval:' || p_approval.id;
    if found then
        update tool_approvals set turns_lost = turns_lost + 1 where id = p_approval.id;
    end if;
    return found;
end $$;
select own_functions('take_up_again');

-- No run of the present turn answers an approved call any more: a later turn makes it, or asks what became of it; else
-- its result is decided now.
create or replace function give_up_call(p_approval tool_approvals, p_why text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if (not has_begun(p_approval) or keeps_outcome(p_approval)) and take_up_again(p_approval) then
        return;
    end if;
    perform end_without_outcome(p_approval, coalesce(p_approval.outcome, p_why));
end $$;
select own_functions('give_up_call');

-- A turn is over: so for what it has not said about an approved call.
create or replace function end_calls_of_turn() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform give_up_call(a, 'the run ended before it was done')
        from inbound_messages i, lateral decision_of(i.phone_number_id, i.message_id) a
        where i.turn_id = new.id and is_decision(i.message_id) and a.state = 'approved' and a.result is null;
    return null;
end $$;
create or replace trigger end_calls_of_turn after update of state on turns
    for each row when (old.state = 'active' and new.state <> 'active') execute function end_calls_of_turn();
select own_functions('end_calls_of_turn');

-- The portal's bell: that a request waits; that a call was not made although a person agreed, or that nobody knows.
create or replace function notify_approval() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    detail jsonb := (select jsonb_build_object('contact_id', c.id, 'approval_id', new.id, 'tool', new.tool, 'name',
                                               coalesce(c.staff_name, c.name, c.username, '+' || c.phone))
                     from contacts c where c.id = new.contact_id);
begin
    if new.state = 'waiting' then
        perform notify(new.tenant_id, 'approval', 'warning', 'A call waits for somebody to agree', new.id::text,
                       detail);
        return null;
    end if;
    perform settle_subject(new.tenant_id, 'approval', new.id::text);
    perform settle_subject(new.tenant_id, 'approval_unsure', new.id::text) where new.result <> 'unsure';
    if new.result in ('unsure', 'not_called') then
        perform notify(new.tenant_id, 'approval_' || new.result, 'warning',
            case new.result when 'unsure' then 'Nobody knows whether an approved call was made'
                else 'An approved call was not made' end, new.id::text,
            detail || jsonb_build_object('why', new.outcome));
    end if;
    return null;
end $$;
create or replace trigger notify_approval after insert on tool_approvals
    for each row execute function notify_approval();
create or replace trigger notify_decision after update of state, result on tool_approvals
    for each row when (old.state is distinct from new.state or old.result is distinct from new.result)
    execute function notify_approval();
select own_functions('notify_approval');
