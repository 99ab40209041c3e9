-- The sums by the hour that the portal's charts read. Triggers keep them.

create or replace function count_messages() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into insight_hours as h (tenant_id, hour, messages_in, messages_out)
        select tenant_id, date_trunc('hour', created_at, 'UTC'), count(*) filter (where direction = 'in'),
            count(*) filter (where direction = 'out')
        from added group by 1, 2 order by 1, 2
        on conflict (tenant_id, hour) do update set messages_in = h.messages_in + excluded.messages_in,
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
begin
    -- Words that were ready before anybody asked a model (a limit is reached, the business is closed) are no answer.
    insert into insight_hours as h (tenant_id, hour, answered, unanswered, handoffs, failed, response_s, responses,
                                    cost_usd)
        values (new.tenant_id, date_trunc('hour', new.closed_at, 'UTC'),
                (outcome = 'answered' and new.say is null)::int, (outcome = 'unanswered')::int,
                    (outcome like 'hand%')::int,
                (outcome not like all (array['answered', 'unanswered', 'hand%']))::int,
                extract(epoch from new.closed_at - began), 1, coalesce((new.usage ->> 'cost_usd')::numeric, 0))
        on conflict (tenant_id, hour) do update set answered = h.answered + excluded.answered,
            unanswered = h.unanswered + excluded.unanswered,
            handoffs = h.handoffs + excluded.handoffs, failed = h.failed + excluded.failed,
            response_s = h.response_s + excluded.response_s, responses = h.responses + 1,
            cost_usd = h.cost_usd + excluded.cost_usd;
    return null;
end $$;
create or replace trigger count_turn after update of state on turns
    for each row when (old.state = 'active' and new.state <> 'active' and new.closed_at is not null)
        execute function count_turn();
select own_functions('count_turn');
