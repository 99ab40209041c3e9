-- Parts that Meta accepted and that a status called failed later. They go out again when the error table says so:
-- once, in order, and fenced against older runs.
--
-- While the turn is open, its own step sends them (may_send); afterwards recovery does (claim_retry).

-- Whether Meta refuses a message for what it is, so that the same in words may get through: our own mistake, a file
-- that can't be used, a phone that can't show it.
create or replace function is_refused_for_kind(p_code int) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return coalesce(p_code = 131026 or (send_error(p_code) ->> 'action') in ('ours', 'media'), false);
select own_functions('is_refused_for_kind');

-- A part that says the same in words (`instead`) goes out as these, at once, where Meta refuses it for what it is, in
-- its response or in a status. Words have no other words: they take its place once.
-- Decides by the error table when a part goes out again that Meta had accepted and that has just failed; null: never,
-- and the failure stays as its mark. When the response itself refused the part, the sending step waits and tries
-- again.
create or replace function plan_retry() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    rule send_errors;
begin
    if old.state = 'waiting' then
        return new;  -- release_words() has said when
    elsif new.state <> 'failed' then
        new.retry_at := null;
    elsif new.content ? 'instead' and is_refused_for_kind(new.error_code)
          and (old.state <> 'failed' or new.error_code is distinct from old.error_code) then
        new.content := new.content -> 'instead';
        new.retry_at := clock_timestamp();
    elsif (new.message_id is not null or new.retry_run is not null)
          and (old.state <> 'failed' or new.error_code is distinct from old.error_code) then
        select * into rule from send_errors e where new.error_code between e.first_code and e.last_code;
        new.retry_at := case
            when rule.action in ('retry', 'throttle_pair', 'throttle_number', 'media')
                then clock_timestamp() + make_interval(secs => rule.waits[new.attempts])
            when rule.action = 'template' and new.part = 1 and new.content ->> 'type' <> 'template'
                and exists (select from chatbots b join turns t using (phone_number_id)
                            where t.id = new.turn_id and coalesce(t.outcome, '') not in ('human', 'rating')
                              and said(b.window_template -> 'name') is not null)
                                then clock_timestamp()
            when rule.action = 'by_phone' and new.attempts = 1
                and exists (select from contacts c join turns t on t.contact_id = c.id where t.id = new.turn_id
                            and c.phone is not null)
                then clock_timestamp()
        end;
    end if;
    return new;
end $$;
create or replace trigger plan_retry before update of state, error_code on outbound_messages for each row
    execute function plan_retry();
select own_functions('plan_retry');

-- Makes a failed part pending again, under a new send id, so that what Meta still says about the failed request does
-- not count for the next one.
create or replace function set_free(p_part outbound_messages) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    fresh uuid := gen_random_uuid();
begin
    insert into failed_sends (send_id, tenant_id, turn_id, part, message_id, error_code, error)
        values (p_part.send_id, p_part.tenant_id, p_part.turn_id, p_part.part, p_part.message_id, p_part.error_code,
                p_part.error);
    update conversation_logs set send_id = fresh, message_id = null, status = 'pending',
        body = case when p_part.content ->> 'type' = 'text' then p_part.content #>> '{text,body}' else body end
        where send_id = p_part.send_id and direction = 'out';
    update outbound_messages set send_id = fresh, message_id = null, state = 'pending', error_code = null,
        error = null, sent_at = null, updated_at = now()
        where turn_id = p_part.turn_id and part = p_part.part;
end $$;
select own_functions('set_free');

-- Takes one part of a closed turn that is due to go out again, of one contact or of all; null: there is none. Returns
-- {tenant_id, contact_id, phone_number_id, turn_id, part, send_id, content, attempt}. One person gets one part at a
-- time, the oldest first, and none while a turn with them is open, because its reply comes first. A request that was
-- lost with its run is made again after a minute without a status.
create or replace function claim_retry(p_run uuid, p_contact uuid default null) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    o outbound_messages;
    t turns;
    verdict jsonb;
begin
    for o in
        select r.* from outbound_messages r join turns u on u.id = r.turn_id
        where u.state <> 'active' and is_due(r) and (p_contact is null or u.contact_id = p_contact)
        order by u.opened_at, r.part limit 200
    loop
        select * into t from turns where id = o.turn_id;
        perform 1 from contacts where id = t.contact_id for update skip locked;
        continue when not found or exists (select from turns u where u.contact_id = t.contact_id
                                           and u.state = 'active');
        continue when exists (
            select from outbound_messages e join turns u on u.id = e.turn_id
            where u.contact_id = t.contact_id and (u.opened_at, e.part) < (t.opened_at, o.part)
              and (e.retry_at is not null or e.retry_run is not null and e.state in ('sending', 'unknown')));
        select * into o from outbound_messages e where e.turn_id = o.turn_id and e.part = o.part and is_due(e)
            for update skip locked;
        continue when not found;
        verdict := judge_retry(o, t);
        if verdict ->> 'do' = 'go' then
            if o.state in ('failed', 'pending') and o.attempts > 0 then
                perform set_free(o);
            end if;
            update outbound_messages set state = 'sending', sending_since = clock_timestamp(), attempts = attempts + 1,
                retry_run = p_run, updated_at = now()
                where turn_id = o.turn_id and part = o.part returning * into o;
            return jsonb_build_object('tenant_id', t.tenant_id, 'contact_id', t.contact_id, 'phone_number_id',
                                      t.phone_number_id, 'turn_id', t.id,
                                      'part', o.part, 'send_id', o.send_id, 'content', o.content,
                                          'attempt', o.attempts);
        end if;
    end loop;
    return null;
end $$;
select own_functions('claim_retry');
grant execute on function claim_retry to chatbot_app;

-- Whether a part is due to go out again.
create or replace function is_due(p_part outbound_messages) returns boolean
    language sql stable
    return p_part.retry_at <= now()
        or p_part.retry_run is not null and p_part.state in ('sending', 'unknown')
           and p_part.sending_since < now() - interval '1 minute';
select own_functions('is_due');

-- The last check before a part goes out again. A part that may not go out gets a mark; one that has to wait becomes
-- due later.
create or replace function judge_retry(p_part outbound_messages, p_turn turns) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    why text := case
        when p_part.retry_at < now() - interval '1 hour' then 'it was to be sent again an hour ago: too late'
        when p_part.state <> 'failed' and p_part.attempts >= 6 then 'no answer to ' || p_part.attempts
            || ' requests, and no status'
        when p_turn.outcome in ('human', 'rating') then (
            select case when wants_silence(c) or c.blocked then 'the contact opted out'
                        when n.status <> 'active' then 'the tenant is suspended' end
            from contacts c join tenants n on n.id = c.tenant_id where c.id = p_turn.contact_id)
        else reason_not_to_send(p_turn.id) end;
    verdict jsonb := case when why is null then judge_send(p_part, p_turn)
        else jsonb_build_object('do', 'stop', 'reason', why) end;
begin
    if verdict ->> 'do' = 'wait' then
        update outbound_messages
            set retry_at = clock_timestamp() + make_interval(secs => (verdict ->> 'seconds')::double precision)
            where turn_id = p_part.turn_id and part = p_part.part;
    elsif verdict ->> 'do' = 'hold' then
        update outbound_messages set state = 'waiting', retry_at = null, retry_run = null, updated_at = now()
            where turn_id = p_part.turn_id and part = p_part.part;
        update conversation_logs set status = 'waiting' where send_id = p_part.send_id and direction = 'out';
    elsif verdict ->> 'do' = 'stop' then
        update outbound_messages set state = 'failed', retry_at = null, updated_at = now(),
            error = left(concat_ws('; ', error, 'not sent again: ' || (verdict ->> 'reason')), 500)
            where turn_id = p_part.turn_id and part = p_part.part;
        update conversation_logs set status = 'failed' where send_id = p_part.send_id and direction = 'out';
    end if;
    return verdict;
end $$;
select own_functions('judge_retry');

-- Records what became of a part that went out again: 'sent', 'failed' or 'unknown'. Null: another run has taken it
-- over, or a status came first.
create or replace function record_retry(p_send_id uuid, p_run uuid, p_state text, p_message_id text, p_error_code int,
    p_error text) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    o outbound_messages;
begin
    perform lock_contact_of(turn_id) from outbound_messages where send_id = p_send_id;
    update outbound_messages
        set state = p_state, message_id = coalesce(message_id, p_message_id), error_code = p_error_code,
            error = left(p_error, 500),
            sent_at = case when p_state = 'sent' then now() end, updated_at = now()
        where send_id = p_send_id and retry_run = p_run and state in ('sending', 'unknown') returning * into o;
    if not found then
        return null;
    end if;
    if o.state = 'failed' and o.error_code is null and o.attempts < 6 then  -- Meta could not be reached
        update outbound_messages set retry_at = now() + interval '1 minute' where turn_id = o.turn_id and part = o.part;
    end if;
    update conversation_logs set status = o.state, message_id = o.message_id where send_id = p_send_id
        and direction = 'out';
    return o.state;
end $$;
select own_functions('record_retry');
grant execute on function record_retry to chatbot_app;

-- Seconds until the next part is due to go out again; null: none is.
create or replace function next_retry() returns double precision
    language sql stable security definer set search_path = public, pg_temp
    return (select extract(epoch from least(
                (select min(retry_at) from outbound_messages where retry_at is not null),
                (select min(sending_since) + interval '1 minute' from outbound_messages
                 where retry_run is not null and state in ('sending', 'unknown')))
            - clock_timestamp()));
select own_functions('next_retry');
grant execute on function next_retry to chatbot_app;
