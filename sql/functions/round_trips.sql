-- A round trip: a person's message has come in, was answered, and Meta has brought them the answer. What the inbox, the
-- turns and the outbox hold tells it, so nothing is kept for it.

-- What became of the words of a turn: {parts, sent_at, delivered_at, heard, refused?: {problem, words}}. Both times are
-- null until all parts are so far. heard: Meta has reported something of them. A part that goes out again is not
-- refused; problem: null where Meta has named no error, as where nothing is sent at all for the moment.
create or replace function words_of_turn(p_turn uuid) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_build_object(
        'parts', count(*),
        'sent_at', case when bool_and(o.sent_at is not null) then max(o.sent_at) end,
        'delivered_at', case when bool_and(o.state in ('delivered', 'read', 'played'))
                             then max(coalesce(told.at, o.updated_at)) end,
        'heard', coalesce(bool_or(told.any), false),
        'refused', (array_agg(jsonb_build_object('problem', case when o.error_code is not null
                                                      then problem(send_error(o.error_code) ->> 'meaning') end,
                                                 'words', coalesce(o.error, '')) order by o.part)
                    filter (where o.state = 'failed' and o.retry_at is null))[1])
    from outbound_messages o join turns t on t.id = o.turn_id left join lateral (
        select count(*) > 0 as any, min(i.received_at)
               filter (where split_part(right(i.message_id, -length('status:' || o.message_id)), ':', 2)
                             in ('delivered', 'read', 'played')) as at
        from inbound_messages i
        where i.phone_number_id = t.phone_number_id and i.kind = 'status' and i.received_at > t.opened_at
          and starts_with(i.message_id, 'status:' || o.message_id || ':')) told on true
    where o.turn_id = p_turn and o.state <> 'cancelled'
$$;
select own_functions('words_of_turn');

-- What became of the message that has a code in its words and came to a number of the current tenant since then, an
-- hour ago at most: {now, message?: {came_at, state, ending, turn?: {state, outcome, answered_at, stopped} and
-- words_of_turn}}.
create or replace function follow_message(p_phone_number_id text, p_code text, p_since timestamptz) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_build_object('now', clock_timestamp(), 'message', (
        select jsonb_build_object('came_at', i.received_at, 'state', i.state, 'ending', ending_of(i.reason), 'turn', (
            select jsonb_build_object('state', t.state, 'outcome', t.outcome, 'answered_at', t.closed_at,
                                      'stopped', (select problem(s.reason) from send_stops s
                                                  where s.tenant_id = t.tenant_id and s.until > now()))
                   || words_of_turn(t.id)
            from turns t where t.id = i.turn_id))
        from inbound_messages i
        where i.phone_number_id = b.phone_number_id and i.kind = 'message'
          and i.received_at >= greatest(p_since, now() - interval '1 hour') and strpos(i.payload, p_code) > 0
          and strpos(content_words(message_of(i.payload)), p_code) > 0
        order by i.seq desc limit 1))
    from chatbots b where b.phone_number_id = p_phone_number_id and b.tenant_id = current_tenant()
$$;
select own_functions('follow_message');
grant execute on function follow_message to chatbot_app;

-- How the last answers of a number of the current tenant fared: {proven_at, people, problem}. proven_at: when the
-- newest message came whose answer Meta has brought to its sender, within p_hours; null: none. people: how many since
-- then, or within p_hours, got none because of something that is no fault of theirs; problem: that of the newest. Of
-- the newest two hundred turns.
create or replace function last_round_trips(p_phone_number_id text, p_hours int) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    with newest as (
        select t.* from turns t
        where t.tenant_id = current_tenant() and t.opened_at > now() - make_interval(hours => p_hours)
          and t.phone_number_id = p_phone_number_id and t.state <> 'active'
          and t.outcome not in ('human', 'wait_notice', 'rating', 'acted')
        order by t.opened_at desc limit 200
    ), judged as (
        select n.*, o.arrived, o.code, n.state = 'failed' or coalesce(o.refused, false) as lost
        from newest n left join lateral (
            select bool_or(p.state in ('delivered', 'read', 'played')) as arrived,
                   bool_or(p.fault) as refused, min(p.error_code) filter (where p.fault) as code
            from (select m.state, m.error_code, m.state = 'failed' and m.retry_at is null
                      and send_error(m.error_code) ->> 'action' not in ('contact', 'by_phone', 'template') as fault
                  from outbound_messages m where m.turn_id = n.id) p) o on true
    ), proven as (select max(opened_at) as at from judged where arrived and not lost)
    select jsonb_build_object(
        'proven_at', proven.at,
        'people', (select count(distinct contact_id) from judged
                   where lost and opened_at > coalesce(proven.at, '-infinity')),
        'problem', (select case when code is not null then problem(send_error(code) ->> 'meaning')
                                when outcome = 'lost' then problem('turn_lost')
                                when state = 'failed' then problem('turn_failed')
                                else coalesce((select problem(s.reason) from send_stops s
                                               where s.tenant_id = judged.tenant_id), problem('turn_unsent')) end
                    from judged where lost order by opened_at desc limit 1))
    from proven
$$;
select own_functions('last_round_trips');
grant execute on function last_round_trips to chatbot_app;
