-- The steps of a turn, from its opening to its close.
--
-- A step may run twice, even at the same time. begin_step() raises the turn's epoch; after that, the database refuses
-- an older copy's writes with SQLSTATE CB001 and a sentence.

-- Begins a step of a turn and shuts out every older copy of it. Raises CB001 when another run has the turn or it is
-- closed. The lease lasts longer than the longest thinking that the chatbot allows. A step that goes on to close the
-- turn in the same transaction (persist, the failure handler) locks the contact first.
create or replace function begin_step(p_turn uuid, p_run uuid, p_step int, p_lease interval default '5 minutes')
    returns int
    language plpgsql as $$
declare
    new_epoch int;
begin
    if p_step >= 4 then
        perform lock_contact_of(p_turn);
    end if;
    update turns t
        set epoch = t.epoch + 1, step = p_step,
            lease_until = now() + greatest(p_lease, (select make_interval(secs => b.max_seconds + 120)
                                                     from bot_of_turn(t) b where p_step = 2))
        where t.id = p_turn and t.run_id = p_run and t.state = 'active' and t.step <= p_step returning t.epoch
            into new_epoch;
    if not found then
        raise exception 'turn % is closed, or another run has taken it over', p_turn using errcode = 'CB001';
    end if;
    return new_epoch;
end $$;
select own_functions('begin_step');
grant execute on function begin_step to chatbot_app;

-- Keeps the turn for p_lease more; raises CB001 when a newer copy has begun. Every write of a step calls it first, in
-- its own transaction.
create or replace function hold_turn(p_turn uuid, p_epoch int, p_lease interval default '5 minutes') returns void
    language plpgsql as $$
begin
    update turns set lease_until = greatest(lease_until, now() + p_lease) where id = p_turn and epoch = p_epoch
        and state = 'active';
    if not found then
        raise exception 'turn % is no longer in attempt %: a newer one has begun or it is closed', p_turn, p_epoch
            using errcode = 'CB001';
    end if;
end $$;
select own_functions('hold_turn');
grant execute on function hold_turn to chatbot_app;

-- Closes a turn: logs both sides, marks the messages that it answered, counts its usage, and makes what arrived
-- meanwhile ready for the next turn. Returns whether something is pending. It does all of this or nothing, so a step
-- that died in the middle can do it again. It reads the turn only when it has the contact's lock, so that nobody can
-- merge the contact any more.
create or replace function close_turn(p_turn uuid, p_epoch int, p_state text, p_outcome text, p_summary jsonb)
    returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    turn turns;
begin
    perform lock_contact_of(p_turn);
    perform hold_turn(p_turn, p_epoch);
    select * into turn from turns where id = p_turn and tenant_id = current_tenant();
    -- Locks the parts before it reads them: a status that is applied at this moment must find the log's row, or be
    -- in it already.
    perform 1 from outbound_messages where turn_id = p_turn order by part for update;
    update outbound_messages set state = 'cancelled', error = coalesce(error, 'the turn ended before it was sent'),
        updated_at = now()
        where turn_id = p_turn and state = 'pending';
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, message_id, body,
                                   created_at)
        select turn.tenant_id, turn.contact_id, turn.phone_number_id, p_turn, 'in', i.message_id,
            message_words(i.payload), i.received_at
        from inbound_messages i where i.turn_id = p_turn and not is_decision(i.message_id) order by i.seq
        on conflict do nothing;
    perform expect_file(turn.tenant_id, turn.contact_id, i) from inbound_messages i where i.turn_id = p_turn;
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, message_id, send_id,
                                   body, citations, model, status)
        select turn.tenant_id, turn.contact_id, turn.phone_number_id, p_turn, 'out', o.message_id, o.send_id,
               coalesce(o.content #>> '{text,body}', o.content::text), case
                   when o.part = 1 then p_summary -> 'citations' end,
               p_summary ->> 'model', o.state
        from outbound_messages o where o.turn_id = p_turn order by o.part
        on conflict do nothing;
    update turns set state = p_state, outcome = p_outcome, closed_at = now(),
        question = left(p_summary ->> 'question', 4000),
            trace = p_summary -> 'trace', usage = p_summary -> 'usage', error = left(p_summary ->> 'error', 2000),
            version = coalesce((p_summary ->> 'version')::int, version),
            pairs_version = (p_summary ->> 'pairs_version')::int
        where id = p_turn;
    -- The language that the customer writes: later words for limits, closing and failures are said in it.
    update contacts c set language = p_summary ->> 'language'
        where c.id = turn.contact_id and p_summary ->> 'language' is distinct from c.language
          and p_summary ->> 'language' is not null;
    update inbound_messages set state = 'answered', reason = case when p_outcome <> 'answered' then p_outcome end
        where turn_id = p_turn and state <> 'dead';
    perform add_usage(turn.tenant_id, 1, coalesce((p_summary #>> '{usage,input_tokens}')::bigint, 0),
                      coalesce((p_summary #>> '{usage,output_tokens}')::bigint, 0),
                      coalesce((p_summary #>> '{usage,cost_usd}')::numeric, 0));
    return wake_waiting(turn.contact_id);
end $$;
select own_functions('close_turn');
grant execute on function close_turn to chatbot_app;

-- Begins the last step of a turn and closes the turn, all or nothing; where an earlier copy of the step has closed it,
-- nothing is left to do. Returns {contact_id, trace_id}: the turn's contact, who may have become another one since the
-- turn was opened. Raises CB001 when another run has the turn.
create or replace function finish_turn(p_turn uuid, p_run uuid, p_outcome text, p_summary jsonb) returns jsonb
    language plpgsql as $$
begin
    if not exists (select from turns where id = p_turn and run_id = p_run and state <> 'active') then
        perform close_turn(p_turn, begin_step(p_turn, p_run, 4), 'done', p_outcome, p_summary);
    end if;
    return (select jsonb_build_object('contact_id', contact_id, 'trace_id', turn_trace(id)) from turns
            where id = p_turn);
end $$;
select own_functions('finish_turn');
grant execute on function finish_turn to chatbot_app;

-- Takes one conversation that is given up, so that p_run can tell the customer and close the turn; find_turn(p_run)
-- says who it is. Null: there is none. A turn that outlives even this is closed without words. It locks the contact
-- first and waits for nobody.
create or replace function give_up(p_run uuid) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    turn turns;
    message inbound_messages;
    bot chatbots;
    contact contacts;
    decision tool_approvals;
    person uuid;
begin
    for turn in select * from turns t where t.state = 'active' and is_given_up(t) and t.lease_until < now()
        order by t.lease_until limit 20 loop
        perform 1 from contacts c where c.id = turn.contact_id for update skip locked;
        continue when not found;
        -- Each try counts as a death, until it has closed the turn.
        update turns t set run_id = p_run, epoch = t.epoch + 1, step = 9, deaths = greatest(t.deaths, 4) + 1,
            lease_until = now() + interval '5 minutes',
                           state = case when t.deaths > 6 then 'failed' else 'active' end,
                           outcome = case when t.deaths > 6 then 'lost' end, closed_at = case when t.deaths > 6
                               then now() end
            where t.id = turn.id and t.state = 'active' and t.lease_until < now() returning t.* into turn;
        continue when not found;
        update inbound_messages i set state = 'dead', reason = coalesce(i.reason,
            'given up: every run that tried to answer died')
            where i.turn_id = turn.id;
        if turn.state = 'failed' then
            perform wake_waiting(turn.contact_id);
            continue;
        end if;
        return turn.id;
    end loop;
    for message in select * from inbound_messages i where i.state = 'dead' and i.turn_id is null
        and i.due_at < 'infinity' order by i.seq limit 20
    loop
        contact := null;
        select b.* into bot from chatbots b where b.phone_number_id = message.phone_number_id;
        if found and message.sender is not null then
            person := known_as(bot.tenant_id, message.sender);
            perform 1 from contacts c where c.id = person for update skip locked;
            continue when not found and person is not null;  -- somebody else holds them: the next run looks again
            contact.id := case when message.sender ~ '^[+]?[0-9]+$' then find_contact(bot.tenant_id, message.sender,
                null, null)
                               else find_contact(bot.tenant_id, null, message.sender, null) end;
        end if;
        update inbound_messages i set due_at = 'infinity'  -- so that nobody looks at it again
            where i.phone_number_id = message.phone_number_id and i.message_id = message.message_id
                and i.state = 'dead' and i.due_at < 'infinity';
        continue when not found or contact.id is null;
        select * into decision from decision_of(message.phone_number_id, message.message_id);
        if decision.state = 'approved' and decision.result is null then
            perform give_up_call(decision, 'every run that tried died before the call');
            continue when (select a.result from tool_approvals a where a.id = decision.id) is null;
        end if;
        if wish_of(bot, message_of(message.payload)) is not null then  -- it needs no run to count
            begin
                perform receive_message(message.phone_number_id, message.payload);
            exception when others then  -- one message must not keep those of all others waiting
                raise warning 'a wish could not be applied: %', sqlerrm;
            end;
        end if;
        select * into contact from contacts c where c.id = contact.id for update;
        continue when reason_not_to_answer(bot, contact, message) is not null
            or exists (select from turns t where t.contact_id = contact.id and t.state = 'active');
        insert into turns (tenant_id, contact_id, phone_number_id, run_id, step, deaths, lease_until)
            values (bot.tenant_id, contact.id, bot.phone_number_id, p_run, 9, 5, now() + interval '5 minutes')
                returning * into turn;
        update inbound_messages i set turn_id = turn.id, contact_id = contact.id
            where i.phone_number_id = message.phone_number_id and i.message_id = message.message_id;
        return turn.id;
    end loop;
    return null;
end $$;
select own_functions('give_up');
grant execute on function give_up to chatbot_app;

-- The turn that a run has open, in the shape of a Context, for the failure handler, which can't read the failed
-- step's result. `replied`: a reply is written already, and what is left of it is sent. `handed_off`: to a human.
create or replace function find_turn(p_run uuid) returns jsonb
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select jsonb_build_object('mode', 'live', 'tenant_id', t.tenant_id, 'contact_id', t.contact_id,
                                      'turn_id', t.id,
                'phone_number_id', t.phone_number_id, 'replied', exists (select from outbound_messages o
                    where o.turn_id = t.id),
                'handed_off', exists (select from handoffs h where h.turn_id = t.id),
                'question', coalesce((select string_agg(message_words(i.payload), e'\n' order by i.seq)
                                      from inbound_messages i
                                      where i.turn_id = t.id and not is_decision(i.message_id)), ''),
                'contact', jsonb_build_object('language', c.language), 'decisions', has_decision(t.id),
                'chatbot', jsonb_build_object('failure_message', b.failure_message, 'dont_know', b.dont_know,
                                              'languages', b.languages,
                                              'handoff_on_failure', b.handoff_on_failure))
                || jsonb_strip_nulls(jsonb_build_object('version', share_of_turn(t)))
            from turns t join bot_of_turn(t) b on true join contacts c on c.id = t.contact_id
            where t.run_id = p_run and t.state = 'active');
end $$;
select own_functions('find_turn');
grant execute on function find_turn to chatbot_app;

-- The past turns that can be taken through the current bot again, each with the message that opened it and with what
-- was answered then.
create or replace function turns_to_replay(p_from timestamptz, p_to timestamptz, p_turn uuid default null,
    p_limit int default 500)
    returns table (turn_id uuid, tenant_id uuid, contact_id uuid, phone_number_id text, opened_at timestamptz,
                   question text, outcome text,
                   reply text, citations jsonb, trace jsonb, usage jsonb, model text, payload text)
    language sql stable as $$
    select t.id, t.tenant_id, t.contact_id, t.phone_number_id, t.opened_at, t.question, t.outcome,
           (select string_agg(l.body, e'\n\n' order by l.id) from conversation_logs l where l.turn_id = t.id
            and l.direction = 'out'),
           (select l.citations from conversation_logs l where l.turn_id = t.id and l.direction = 'out'
            and l.citations is not null limit 1),
           t.trace, t.usage,
           (select l.model from conversation_logs l where l.turn_id = t.id and l.direction = 'out' order by l.id
            limit 1),
           (select i.payload from inbound_messages i where i.turn_id = t.id and not is_decision(i.message_id)
            order by i.seq desc limit 1)
    from turns t
    where t.state <> 'active' and (t.id = p_turn or p_turn is null and t.opened_at >= p_from and t.opened_at < p_to)
      -- a person's own words, a notice and a decision answer no message: they would only take the places of others
      and exists (select from inbound_messages i where i.turn_id = t.id and i.payload is not null
                  and not is_decision(i.message_id))
    order by t.opened_at limit p_limit
$$;
select own_functions('turns_to_replay');
grant execute on function turns_to_replay to chatbot_app;
