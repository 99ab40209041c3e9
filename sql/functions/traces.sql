-- What OpenTelemetry's traces are made of: times, counts and names of models and tools; no text, no phone number, no id
-- of a job (who knows one can read the job).

-- The trace of a message, 48 hexadecimal digits: the first 32 are the trace's id, the others that of its first span. As
-- in ingress/tracing.py.
create or replace function message_trace(p_phone_number_id text, p_message_id text) returns text
    language sql immutable
    return left(encode(sha256(convert_to('trace/' || p_phone_number_id || '/' || p_message_id, 'UTF8')), 'hex'), 48);
select own_functions('message_trace');
grant execute on function message_trace to chatbot_app;

-- The id of a turn's trace: that of its first message. Null where it answers none, as a human's reply.
create or replace function turn_trace(p_turn uuid) returns text
    language sql stable as $$
    select left(message_trace(i.phone_number_id, i.message_id), 32)
    from inbound_messages i where i.turn_id = p_turn order by i.seq limit 1
$$;
select own_functions('turn_trace');
grant execute on function turn_trace to chatbot_app;

-- The turns that were closed since the traces were last sent (record_traces), oldest first, of ten minutes at most.
-- Times are in seconds since 1970.
create or replace function turns_to_trace(p_limit int) returns table (
        turn_id uuid, tenant_id uuid, run_id uuid, outcome text, closed_at timestamptz, closed double precision,
        takeovers int, version int, pairs_version int, messages jsonb, model_calls jsonb, tool_calls jsonb, parts jsonb)
    language sql stable security definer set search_path = public, pg_temp as $$
    select t.id, t.tenant_id, t.run_id, coalesce(t.outcome, 'failed'), t.closed_at, extract(epoch from t.closed_at),
        t.takeovers, t.version, t.pairs_version,
        (select jsonb_agg(jsonb_build_object('trace', message_trace(i.phone_number_id, i.message_id),
                                             'received', extract(epoch from i.received_at)) order by i.seq)
         from inbound_messages i where i.turn_id = t.id),
        (select jsonb_agg(jsonb_build_object('provider', c -> 'provider', 'model', c -> 'model', 'at', c -> 'at',
            'ms', c -> 'ms', 'input_tokens', c -> 'input_tokens', 'output_tokens', c -> 'output_tokens',
            'failed', c ->> 'error' is not null))
         from jsonb_array_elements(case when jsonb_typeof(t.usage -> 'model_calls') = 'array'
                                   then t.usage -> 'model_calls' else '[]' end) c where c ? 'at'),
        (select jsonb_agg(jsonb_build_object('tool', c -> 'tool', 'at', c -> 'at', 'ms', c -> 'ms',
            'failed', c -> 'error'))
         from jsonb_array_elements(case when jsonb_typeof(t.trace) = 'array' then t.trace else '[]' end) c
         where c ? 'at'),
        (select jsonb_agg(jsonb_build_object('part', o.part, 'state', o.state, 'attempts', o.attempts,
            'code', o.error_code, 'since', extract(epoch from o.sending_since),
            'until', extract(epoch from coalesce(o.sent_at, o.updated_at))) order by o.part)
         from outbound_messages o where o.turn_id = t.id and o.sending_since is not null)
    from turns t, recovery_report r
    where t.closed_at > greatest(r.traced_until, now() - interval '10 minutes')
      and t.closed_at <= now() - interval '5 seconds'  -- by then its run is over, and who closed it has committed
      and exists (select from inbound_messages i where i.turn_id = t.id)
    order by t.closed_at limit p_limit
$$;
select own_functions('turns_to_trace');
grant execute on function turns_to_trace to chatbot_app;

-- Notes that the traces of all turns that were closed until then are sent, or given up.
create or replace function record_traces(p_until timestamptz) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update recovery_report set traced_until = p_until
$$;
select own_functions('record_traces');
grant execute on function record_traces to chatbot_app;
