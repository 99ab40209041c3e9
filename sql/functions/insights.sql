-- The sums by the hour that the portal's charts read. Triggers keep them.

create or replace function count_messages() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into insight_hours as h (tenant_id, phone_number_id, hour, messages_in, messages_out)
        select tenant_id, phone_number_id, date_trunc('hour', created_at, 'UTC'),
            count(*) filter (where direction = 'in'), count(*) filter (where direction = 'out')
        from added group by 1, 2, 3 order by 1, 2, 3
        on conflict (tenant_id, hour, phone_number_id) do update set messages_in = h.messages_in + excluded.messages_in,
            messages_out = h.messages_out + excluded.messages_out;
    return null;
end $$;
create or replace trigger count_messages after insert on conversation_logs referencing new table as added
    for each statement execute function count_messages();
select own_functions('count_messages');

create or replace function count_turn() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    began timestamptz := coalesce((select min(received_at) from inbound_messages where turn_id = new.id),
                                  new.opened_at);
    outcome text := coalesce(new.outcome, 'failed');
    closed_hour timestamptz := date_trunc('hour', new.closed_at, 'UTC');
    seconds double precision := extract(epoch from new.closed_at - began);
begin
    -- Words that were ready before anybody asked a model (a limit is reached, the business is closed) are no answer.
    insert into insight_hours as h (tenant_id, phone_number_id, hour, answered, unanswered, handoffs, failed,
                                    response_s, responses, cost_usd)
        values (new.tenant_id, new.phone_number_id, closed_hour,
                (outcome = 'answered' and new.say is null)::int, (outcome = 'unanswered')::int,
                    (outcome like 'hand%')::int,
                (outcome not like all (array['answered', 'unanswered', 'hand%', 'acted']))::int,
                seconds, 1, coalesce((new.usage ->> 'cost_usd')::numeric, 0))
        on conflict (tenant_id, hour, phone_number_id) do update set answered = h.answered + excluded.answered,
            unanswered = h.unanswered + excluded.unanswered,
            handoffs = h.handoffs + excluded.handoffs, failed = h.failed + excluded.failed,
            response_s = h.response_s + excluded.response_s, responses = h.responses + 1,
            cost_usd = h.cost_usd + excluded.cost_usd;
    if outcome like any (array['answered', 'unanswered', 'hand%']) then
        insert into insight_replies as r (tenant_id, phone_number_id, hour, bucket, replies)
            values (new.tenant_id, new.phone_number_id, closed_hour,
                    round(8 * log(2, greatest(seconds, 0.01)::numeric)), 1)
            on conflict (tenant_id, hour, phone_number_id, bucket) do update set replies = r.replies + 1;
    end if;
    return null;
end $$;
create or replace trigger count_turn after update of state on turns
    for each row when (old.state = 'active' and new.state <> 'active' and new.closed_at is not null)
        execute function count_turn();
select own_functions('count_turn');

-- Whether a turn has looked anything up: greetings, thanks and the wish for a human need nothing. Names in brackets are
-- the loop's own notes, no tools.
create or replace function looked_up(p_trace jsonb) returns boolean
    language sql immutable parallel safe
    return exists (select from items(p_trace) x
                   where x ->> 'tool' not like '(%'
                     and x ->> 'tool' not in ('hand_off', 'remember_contact_details'));
select own_functions('looked_up');
grant execute on function looked_up to chatbot_app;
