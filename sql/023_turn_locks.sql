-- One order of locks for all that takes a conversation and its turn; a writing tool's call once a turn; look-ups by index.

-- Locks -----------------------------------------------------------------------------------------------------------------------------

-- 005's order (the contact, then its inbox rows, then its turn, then the outbox) where a turn's id is what is known: its contact is locked
-- before the turn is. A contact that was merged away in this moment is looked for again.
create function lock_contact_of(p_turn uuid) returns void
    language plpgsql as $$
declare
    person uuid;
begin
    loop
        select contact_id into person from turns where id = p_turn;
        perform 1 from contacts where id = person for update;
        exit when found or person is null;
    end loop;
end $$;

-- Several names may be several people: locked together, by id, as everywhere. Until the names mean those who are locked.
create function lock_people(p_tenant uuid, variadic p_names text[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    people uuid[];
begin
    loop
        people := array(select distinct known_as(p_tenant, n) as id from unnest(p_names) n order by id);
        perform 1 from contacts where id = any (people) order by id for update;
        exit when people = array(select distinct known_as(p_tenant, n) as id from unnest(p_names) n order by id);
    end loop;
end $$;

-- As before; a step that goes on to close the turn in the same transaction (persist, the failure handler) has the contact first.
create or replace function begin_step(p_turn uuid, p_run uuid, p_step int, p_lease interval default '5 minutes') returns int
    language plpgsql as $$
declare
    new_epoch int;
begin
    if p_step >= 4 then
        perform lock_contact_of(p_turn);
    end if;
    update turns t
        set epoch = t.epoch + 1, step = p_step,
            lease_until = now() + greatest(p_lease, (select make_interval(secs => b.max_seconds + 120) from chatbots b
                                                     where b.phone_number_id = t.phone_number_id and p_step = 2))
        where t.id = p_turn and t.run_id = p_run and t.state = 'active' and t.step <= p_step returning t.epoch into new_epoch;
    if not found then
        raise exception 'turn % is closed, or another run has taken it over', p_turn using errcode = 'CB001';
    end if;
    return new_epoch;
end $$;

-- As before; the turn is read when nobody can merge its contact any more.
create or replace function close_turn(p_turn uuid, p_epoch int, p_state text, p_outcome text, p_summary jsonb) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    turn turns;
begin
    perform lock_contact_of(p_turn);
    perform hold_turn(p_turn, p_epoch);
    select * into turn from turns where id = p_turn and tenant_id = current_tenant();
    -- Locked before they are read: a status that is applied in this moment must find the log's row, or be in it.
    perform 1 from outbound_messages where turn_id = p_turn order by part for update;
    update outbound_messages set state = 'cancelled', error = coalesce(error, 'the turn ended before it was sent'), updated_at = now()
        where turn_id = p_turn and state = 'pending';
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, message_id, body, created_at)
        select turn.tenant_id, turn.contact_id, turn.phone_number_id, p_turn, 'in', i.message_id, message_words(i.payload), i.received_at
        from inbound_messages i where i.turn_id = p_turn order by i.seq
        on conflict do nothing;
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, message_id, send_id, body, citations, model, status)
        select turn.tenant_id, turn.contact_id, turn.phone_number_id, p_turn, 'out', o.message_id, o.send_id,
               coalesce(o.content #>> '{text,body}', o.content::text), case when o.part = 1 then p_summary -> 'citations' end,
               p_summary ->> 'model', o.state
        from outbound_messages o where o.turn_id = p_turn order by o.part
        on conflict do nothing;
    update turns set state = p_state, outcome = p_outcome, closed_at = now(), question = left(p_summary ->> 'question', 4000),
            trace = p_summary -> 'trace', usage = p_summary -> 'usage', error = left(p_summary ->> 'error', 2000)
        where id = p_turn;
    update inbound_messages set state = 'answered', reason = case when p_outcome <> 'answered' then p_outcome end
        where turn_id = p_turn and state <> 'dead';
    insert into usage_months (tenant_id, month, turns, input_tokens, output_tokens, cost_usd)
        values (turn.tenant_id, date_trunc('month', now() at time zone 'utc')::date, 1,
                coalesce((p_summary #>> '{usage,input_tokens}')::bigint, 0), coalesce((p_summary #>> '{usage,output_tokens}')::bigint, 0),
                coalesce((p_summary #>> '{usage,cost_usd}')::numeric, 0))
        on conflict (tenant_id, month) do update set turns = usage_months.turns + 1,
            input_tokens = usage_months.input_tokens + excluded.input_tokens,
            output_tokens = usage_months.output_tokens + excluded.output_tokens,
            cost_usd = usage_months.cost_usd + excluded.cost_usd;
    return wake_waiting(turn.contact_id);
end $$;

-- As before, contact first.
create or replace function hand_off_contact(p_turn uuid, p_epoch int, p_source text, p_reason text) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made uuid;
begin
    if not exists (select from turns where id = p_turn and tenant_id = current_tenant()) then
        raise exception 'turn % does not exist', p_turn using errcode = 'no_data_found';
    end if;
    perform lock_contact_of(p_turn);  -- the new row refers to it
    perform hold_turn(p_turn, p_epoch);
    insert into handoffs (tenant_id, contact_id, turn_id, source, reason, paused_until)
        select t.tenant_id, t.contact_id, t.id, p_source, left(p_reason, 500),
               case when b.handoff_hours = 0 then 'infinity'::timestamptz else now() + make_interval(secs => b.handoff_hours * 3600) end
        from turns t join chatbots b using (phone_number_id) where t.id = p_turn
        on conflict (turn_id) do nothing returning id into made;
    return made;
end $$;

-- As before, contact first.
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

-- As before; of a message that is given up, too, the contact is locked first, and nobody is waited for.
create or replace function give_up(p_run uuid) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    turn turns;
    message inbound_messages;
    bot chatbots;
    contact contacts;
    person uuid;
begin
    for turn in select * from turns t where t.state = 'active' and t.takeovers >= 3 and t.lease_until < now() order by t.lease_until limit 20 loop
        perform 1 from contacts c where c.id = turn.contact_id for update skip locked;
        continue when not found;
        update turns t set run_id = p_run, epoch = t.epoch + 1, step = 9, takeovers = t.takeovers + 1, lease_until = now() + interval '5 minutes',
                           state = case when t.takeovers > 5 then 'failed' else 'active' end,
                           outcome = case when t.takeovers > 5 then 'lost' end, closed_at = case when t.takeovers > 5 then now() end
            where t.id = turn.id and t.state = 'active' and t.lease_until < now() returning t.* into turn;
        continue when not found;
        update inbound_messages i set state = 'dead', reason = coalesce(i.reason, 'given up: every run that tried to answer died')
            where i.turn_id = turn.id;
        if turn.state = 'failed' then
            perform wake_waiting(turn.contact_id);
            continue;
        end if;
        return turn.id;
    end loop;
    for message in select * from inbound_messages i where i.state = 'dead' and i.turn_id is null and i.due_at < 'infinity' order by i.seq limit 20
    loop
        contact := null;
        select b.* into bot from chatbots b where b.phone_number_id = message.phone_number_id;
        if found and message.sender is not null then
            person := known_as(bot.tenant_id, message.sender);
            perform 1 from contacts c where c.id = person for update skip locked;
            continue when not found and person is not null;  -- somebody is with them: the next run looks again
            contact.id := case when message.sender ~ '^[+]?[0-9]+$' then find_contact(bot.tenant_id, message.sender, null, null)
                               else find_contact(bot.tenant_id, null, message.sender, null) end;
        end if;
        update inbound_messages i set due_at = 'infinity'  -- looked at once
            where i.phone_number_id = message.phone_number_id and i.message_id = message.message_id and i.state = 'dead' and i.due_at < 'infinity';
        continue when not found or contact.id is null;
        select * into contact from contacts c where c.id = contact.id for update;
        continue when reason_not_to_answer(bot, contact, message) is not null
            or exists (select from turns t where t.contact_id = contact.id and t.state = 'active');
        insert into turns (tenant_id, contact_id, phone_number_id, run_id, step, takeovers, lease_until)
            values (bot.tenant_id, contact.id, bot.phone_number_id, p_run, 9, 4, now() + interval '5 minutes') returning * into turn;
        update inbound_messages i set turn_id = turn.id, contact_id = contact.id
            where i.phone_number_id = message.phone_number_id and i.message_id = message.message_id;
        return turn.id;
    end loop;
    return null;
end $$;

-- As before; both people are locked before anything of them is, so that no turn opens or closes meanwhile, and their rows in the one order.
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

-- As before; a notice that somebody has another number may make two people one: both are locked first.
create or replace function receive_message(p_phone_number_id text, p_payload text) returns jsonb
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
    if m #>> '{system,type}' in ('user_changed_number', 'user_changed_user_id') then
        perform lock_people(bot.tenant_id, answer ->> 'phone', answer ->> 'user_id',
                            coalesce(said(m #> '{system,wa_id}'), said(m #> '{system,new_wa_id}')),
                            coalesce(said(m #> '{system,user_id}'), said(m #> '{system,new_user_id}')));
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

-- Tools that write ------------------------------------------------------------------------------------------------------------------

-- A call of a tool that may change something, written down before it is made. A later attempt of the step is told the outcome instead of
-- calling again. What was asked for is kept as a digest only, what was answered is cut and holds no key.
create table tool_calls (
    turn_id           uuid not null references turns on delete cascade,
    digest            bytea not null,                     -- of the turn, the tool and the arguments
    tenant_id         uuid not null references tenants on delete cascade,
    tool              text not null,                      -- '<server>.<tool>'
    told              int not null,                       -- the newest attempt (turns.epoch) that knows of it
    outcome           text,                               -- null: lost, or still on its way
    failed            boolean,                            -- the tool itself said that it can't
    made_at           timestamptz not null default now(),
    ended_at          timestamptz,
    primary key (turn_id, digest)
);
select isolate('tool_calls');
grant select, insert, update, delete on tool_calls to chatbot_app;

-- Null: the call is written down, make it. Else it was made: {"outcome", "failed", "same"}; an outcome that is null was lost. An attempt is
-- told each call of this tool that an earlier one made before it may make its own: a model seldom chooses the same words twice. After an
-- outcome that was lost the tool is not called any more in this turn.
create function begin_tool_call(p_turn uuid, p_epoch int, p_tool text, p_digest bytea) returns jsonb
    language plpgsql as $$
declare
    made tool_calls;
begin
    perform hold_turn(p_turn, p_epoch);
    select * into made from tool_calls
        where turn_id = p_turn and (digest = p_digest or tool = p_tool and (outcome is null or told < p_epoch))
        order by digest = p_digest desc, outcome is null desc, made_at limit 1;
    if not found then
        insert into tool_calls (turn_id, digest, tenant_id, tool, told) values (p_turn, p_digest, current_tenant(), p_tool, p_epoch);
        return null;
    end if;
    update tool_calls set told = p_epoch where turn_id = p_turn and digest = made.digest;
    return jsonb_build_object('outcome', made.outcome, 'failed', made.failed, 'same', made.digest = p_digest);
end $$;

-- What became of it; null: the server was not reached, so it was not made. An attempt that was overtaken may say so, too: it is knowledge.
create function end_tool_call(p_turn uuid, p_digest bytea, p_outcome text, p_failed boolean) returns void
    language plpgsql as $$
begin
    if p_outcome is null then
        delete from tool_calls where turn_id = p_turn and digest = p_digest and outcome is null;
    else
        update tool_calls set outcome = p_outcome, failed = p_failed, ended_at = now()
            where turn_id = p_turn and digest = p_digest and outcome is null;
    end if;
end $$;

-- Look-ups --------------------------------------------------------------------------------------------------------------------------

-- As before, without the number of model calls and their mean time: nobody read them, and every turn read all turns for them.
create or replace function tenant_usage() returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    with used as (
        select t.limits, coalesce(u.turns, 0) as turns, coalesce(u.input_tokens + u.output_tokens, 0) as tokens,
               coalesce(u.cost_usd, 0) as cost_usd, u.warned_at
        from tenants t left join usage_months u on u.tenant_id = t.id and u.month = date_trunc('month', now() at time zone 'utc')::date
        where t.id = current_tenant()
    ), per_limit as (
        select l.name, l.amount, (used.limits ->> l.name)::numeric as bound
        from used, lateral (values ('monthly_turns', used.turns::numeric), ('monthly_tokens', used.tokens), ('monthly_cost_usd', used.cost_usd))
                   as l(name, amount)
        where jsonb_typeof(used.limits -> l.name) = 'number' and (used.limits ->> l.name)::numeric > 0
    ), fullest as (
        select name, amount, bound, amount / bound as share from per_limit order by amount / bound desc limit 1
    )
    select jsonb_build_object('turns', used.turns, 'tokens', used.tokens, 'cost_usd', used.cost_usd, 'limits', used.limits,
        'share', coalesce(round(f.share, 4), 0), 'limit', f.name, 'warned', used.warned_at is not null,
        'reached', case when f.share >= 1 then 'the tenant''s limit ' || f.name || ' of ' || f.bound || ' is used up for this month' end)
    from used left join fullest f on true
$$;

-- A message that answers another one, an echo, and a contact that is erased or merged read the log by these.
create index conversation_logs_by_message on conversation_logs (phone_number_id, message_id);
create index conversation_logs_by_turn on conversation_logs (turn_id);
create index conversation_logs_by_person on conversation_logs (contact_id);

-- What clean_inbox looks for, and nothing else: the index by time alone gave it, each minute, all that is kept longer than a week.
create index inbound_to_clean on inbound_messages (kind, received_at) where kind = 'other' or state in ('answered', 'ended', 'dead');

-- As before: keys are kept for the seven days that Meta redelivers and one more, messages longer; what is open is never deleted.
create or replace function clean_inbox(p_keep_messages interval default '30 days', p_limit int default 20000) returns int
    language sql security definer set search_path = public, pg_temp as $$
    with events as (
        delete from inbound_messages where ctid = any (array(
            select i.ctid from inbound_messages i
            where (i.kind = 'other' or i.state in ('answered', 'ended', 'dead')) and i.kind in ('status', 'echo', 'other')
              and i.received_at < now() - interval '8 days'
            limit p_limit))
        returning 1),
    messages as (
        delete from inbound_messages where ctid = any (array(
            select i.ctid from inbound_messages i
            where (i.kind = 'other' or i.state in ('answered', 'ended', 'dead')) and i.kind = 'message'
              and i.received_at < now() - greatest(p_keep_messages, interval '8 days')
            limit p_limit))
        returning 1)
    select ((select count(*) from events) + (select count(*) from messages))::int
$$;

select own_functions('lock_contact_of', 'lock_people', 'begin_tool_call', 'end_tool_call');
grant execute on function lock_contact_of, begin_tool_call, end_tool_call to chatbot_app;
