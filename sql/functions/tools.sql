-- Calls of tools that may change something: each is made once in a turn, even when the step that makes it runs twice.

-- How long a server is trusted to know the key of a request that it has had: most keep keys for a day, some for hours.
create or replace function keys_last() returns interval
    language sql immutable
    return interval '1 hour';
select own_functions('keys_last');
grant execute on function keys_last to chatbot_app;

-- Null: the call is written down, make it. Else it was made: {"outcome", "failed", "same", "digest", "request"}; an
-- outcome that is null was lost. request: of what was sent, where it can be sent again. p_request: of what will be,
-- where it can. Each attempt hears of every call of this tool that an earlier attempt made, before it may make its
-- own: a model seldom chooses the same words twice. After an outcome that was lost, the tool is not called any more in
-- this turn.
create or replace function begin_tool_call(p_turn uuid, p_epoch int, p_tool text, p_digest bytea,
                                           p_request bytea default null) returns jsonb
    language plpgsql as $$
declare
    made tool_calls;
begin
    perform hold_turn(p_turn, p_epoch);
    select * into made from tool_calls
        where turn_id = p_turn and (digest = p_digest or tool = p_tool and (outcome is null or told < p_epoch))
        order by digest = p_digest desc, outcome is null desc, made_at limit 1;
    if not found then
        insert into tool_calls (turn_id, digest, tenant_id, tool, told, request)
            values (p_turn, p_digest, current_tenant(), p_tool, p_epoch, p_request);
        return null;
    end if;
    update tool_calls set told = p_epoch where turn_id = p_turn and digest = made.digest;
    return jsonb_build_object('outcome', made.outcome, 'failed', made.failed, 'same', made.digest = p_digest,
                              'digest', encode(made.digest, 'hex'),
                              'request', case when made.made_at > now() - keys_last()
                                              then encode(made.request, 'hex') end);
end $$;
select own_functions('begin_tool_call');
grant execute on function begin_tool_call to chatbot_app;

-- Records the outcome of a call; null: the server was not reached, so the call was not made. An attempt that was
-- overtaken may say so, too, because it is knowledge.
create or replace function end_tool_call(p_turn uuid, p_digest bytea, p_outcome text, p_failed boolean) returns void
    language plpgsql as $$
begin
    if p_outcome is null then
        delete from tool_calls where turn_id = p_turn and digest = p_digest and outcome is null;
    else
        update tool_calls set outcome = p_outcome, failed = p_failed, ended_at = now()
            where turn_id = p_turn and digest = p_digest and outcome is null;
    end if;
end $$;
select own_functions('end_tool_call');
grant execute on function end_tool_call to chatbot_app;

-- When a model that could hear of earlier calls has last answered in this turn's conversation; null: never. Words that
-- are known before, and turns that answer a decision, tell nothing of them.
create or replace function last_heard(p_turn turns) returns timestamptz
    language sql stable as $$
    select max(a.closed_at) from turns a
    where a.contact_id = p_turn.contact_id and a.phone_number_id = p_turn.phone_number_id and a.outcome = 'answered'
      and a.opened_at > now() - interval '2 days' and a.say is null and not a.silent
      and not exists (select from inbound_messages i where i.turn_id = a.id and is_decision(i.message_id))
$$;
select own_functions('last_heard');
grant execute on function last_heard to chatbot_app;

-- The calls in earlier turns of this turn's conversation of which no customer has heard what became: it was written
-- down after the last answer, because the attempt that did it has died since, or its turn has failed; or it was lost
-- after that answer. And each of a script or flow whose outcome nobody has written down: Windmill keeps their jobs (no
-- server has its name). Those of the last day, the oldest first; not the approved ones, of which turns of their own ask
-- (approved_calls.sql). is_fresh: whoever began it may be sending it yet.
create or replace function calls_in_doubt(p_turn uuid)
    returns table (turn_id uuid, digest bytea, tool text, is_fresh boolean, outcome text, failed boolean)
    language sql stable as $$
    select k.turn_id, k.digest, k.tool, k.made_at > now() - interval '1 minute', k.outcome, k.failed
    from turns t join turns o on o.contact_id = t.contact_id and o.phone_number_id = t.phone_number_id
        join tool_calls k on k.turn_id = o.id
    where t.id = p_turn and o.id <> t.id and o.opened_at > now() - interval '2 days' and o.state <> 'active'
      and (k.outcome is null and k.tool like 'Windmill.%'
           or coalesce(k.ended_at, k.made_at) >= coalesce(last_heard(t), '-infinity'))
      and k.made_at > now() - interval '1 day'
      and not exists (select from tool_approvals a where a.turn_id = k.turn_id and uuid_send(a.id) = k.digest)
    order by k.outcome is not null, k.made_at limit 5
$$;
select own_functions('calls_in_doubt');
grant execute on function calls_in_doubt to chatbot_app;

-- Whether the current tenant may use a script or flow as a tool: it is in the folder that the operator gave the tenant,
-- or in the shared one.
create or replace function may_use_script(p_path text) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return coalesce(p_path ~ '^f/tenant_tools/[a-z0-9_]+/[A-Za-z0-9_/-]+$' and split_part(p_path, '/', 3) in (
        'shared', (select coalesce(tool_folder, 'shared') from tenants where id = current_tenant())), false);
select own_functions('may_use_script');
grant execute on function may_use_script to chatbot_app;
