-- One conversation with everything that can be in it, for test_function_bodies.py.
insert into tenants (name, limits) values ('Shop', '{"monthly_turns": 10, "replies_per_hour": 100}');
insert into chatbots (phone_number_id, tenant_id, name, merge_window_s, lead_fields, send_documents, window_template)
    select 'bot', id, 'Bot', 0, '{email}', true, '{"name": "again", "parameters": ["x"]}' from tenants;
insert into event_endpoints (tenant_id, url, kinds, made_by)
    select id, 'https://hooks.example/', '{message,turn,handoff,status,lead,document}', 'owner@shop.example' from tenants;
insert into tenant_members (tenant_id, email, role) select id, 'owner@shop.example', 'owner' from tenants;
insert into usage_months (tenant_id, month, turns) select id, date_trunc('month', now())::date, 1 from tenants;
insert into contacts (tenant_id, phone, user_id, name, last_message_at)
    select id, '34600000001', 'ES.1', 'Active', now() from tenants;
insert into contacts (tenant_id, phone, name, last_message_at) select id, '34600000002', 'Idle', now() from tenants;
insert into turns (tenant_id, contact_id, phone_number_id, state, run_id, lease_until)
    select tenant_id, id, 'bot', 'active', '00000000-0000-4000-8000-000000000001', now() + interval '1 hour'
    from contacts where name = 'Active';
insert into turns (tenant_id, contact_id, phone_number_id, state, run_id, lease_until, closed_at, outcome)
    select tenant_id, id, 'bot', 'done', '00000000-0000-4000-8000-000000000002', now(), now(), 'answered'
    from contacts where name = 'Idle';
insert into inbound_messages (phone_number_id, message_id, kind, sender, payload, state, contact_id, turn_id)
    select 'bot', v.message_id, v.kind, v.sender, v.payload, v.state, c.id, case when v.state = 'in_turn' then t.id end
    from (values
        ('in1', 'message', '34600000001', '{"entry": [{"changes": [{"value": {"messages": [
            {"id": "in1", "from": "34600000001", "type": "text", "text": {"body": "hello"}}]}}]}]}', 'in_turn'),
        ('in2', 'message', '34600000001', '{}', 'received'), ('in3', 'message', '34600000001', '{}', 'waiting'),
        ('in4', 'message', '34600000002', '{}', 'dead'),
        ('status:out1', 'status', null, '{"entry": [{"changes": [{"value": {"statuses": [
            {"id": "out1", "status": "read"}]}}]}]}', 'received'),
        ('echo:1', 'echo', null, '{"entry": [{"changes": [{"value": {"message_echoes": [
            {"id": "e", "to": "34600000001", "type": "text", "text": {"body": "x"}}]}}]}]}', 'received'),
        ('notice:1', 'other', null, '{"entry": [{"changes": [{"field": "account_update",
            "value": {"event": "DISABLED_UPDATE"}}]}]}', 'received'))
        v(message_id, kind, sender, payload, state)
    left join contacts c on c.phone = v.sender left join turns t on t.contact_id = c.id;
insert into outbound_messages (turn_id, part, tenant_id, content)
    select id, part, tenant_id, '{"type": "text", "text": {"body": "hello"}}' from turns, generate_series(1, 2) part
    where state = 'active';
insert into outbound_messages (turn_id, part, tenant_id, content, state, message_id, attempts, sending_since)
    select id, 1, tenant_id, '{"type": "text", "text": {"body": "hello"}}', 'sent', 'out1', 1, now() from turns
        where state = 'done';
insert into outbound_messages (turn_id, part, tenant_id, content, state, attempts, resend_of, resend_run, sending_since)
    select turn_id, 2, tenant_id, content, 'sending', 1, send_id, gen_random_uuid(), now() from outbound_messages
        where state = 'sent';
insert into outbound_messages (turn_id, part, tenant_id, content, state, message_id, attempts, retry_at)
    select id, 3, tenant_id, '{"type": "text", "text": {"body": "hello"}}', 'failed', 'out3', 1, now() from turns
        where state = 'done';
insert into handoffs (tenant_id, contact_id, turn_id, source, paused_until)
    select tenant_id, contact_id, id, 'model', now() from turns where state = 'active';
insert into send_stops (tenant_id, code, reason, until) select id, 190, 'expired', now() - interval '1 minute'
    from tenants;
insert into knowledge_sources (tenant_id, kind, url) select id, 'page', 'https://shop.example/' from tenants;
insert into qa_pairs (tenant_id, question, answer) select id, 'q', 'a' from tenants;
insert into documents (tenant_id, title, filename, media_type, sha256, size_bytes, content, state)
    select id, title, title || '.txt', 'text/plain', title::bytea, 5, 'words', state
    from tenants, (values ('Ready', 'ready'), ('Staged', 'processing')) d(title, state);
insert into chunks (tenant_id, document_id, version, ordinal, page, char_start, char_end, page_end, tokens, text,
                    language, words)
    select tenant_id, id, 1, 1, 1, 0, 5, 1, 1, 'words', 'english', words_of('english', 'words') from documents
        where title = 'Ready';
insert into chunk_embeddings (model_id, chunk_id, tenant_id, embedding)
    select m.id, c.id, c.tenant_id, array_fill(0.1, array[384])::vector from chunks c, embedding_models m
    where m.name = 'multilingual-e5-small';
update tenants set embedding_model = 'multilingual-e5-small';
insert into staged_chunks (document_id, ordinal, tenant_id, page, char_start, page_end, char_end, heading, tokens,
                           text, model_id, embedding)
    select d.id, 1, d.tenant_id, 1, 0, 1, 5, '', 1, 'words', m.id, array_fill(0.1, array[384])::vector
    from documents d, embedding_models m where d.title = 'Staged' and m.name = 'multilingual-e5-small';
insert into notifications (tenant_id, kind, severity, title, subject, tell_at) select id, 'k', 'info', 't', 's', now()
    from tenants;
insert into media (phone_number_id, message_id, tenant_id, contact_id, kind, content, fetch_at)
    select 'bot', 'in1', tenant_id, id, 'audio', 'bytes', now() from contacts where name = 'Active';
insert into tool_calls (turn_id, digest, tenant_id, tool, told) select id, 'digest', tenant_id, 'orders.cancel', 0
    from turns where state = 'active';
insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, message_id, body)
    select tenant_id, id, 'bot', 'in', 'in-' || id, 'hello' from contacts;
insert into tool_approvals (id, tenant_id, contact_id, phone_number_id, turn_id, server, tool, arguments, digest, state,
                            expires_at, notified_phone, tell_at)
    select v.id::uuid, t.tenant_id, t.contact_id, 'bot', t.id, 'orders', 'refund', v.arguments::json,
        approval_digest('orders', 'refund', v.arguments), v.state, now() + v.lasts, '34600000002', now()
    from turns t, (values
        ('00000000-0000-4000-8000-00000000000a', '{"amount": 60}', 'waiting', interval '-1 minute'),
        ('00000000-0000-4000-8000-00000000000b', '{"amount": 80}', 'approved', interval '1 hour'))
        v(id, arguments, state, lasts)
    where t.state = 'active';
insert into inbound_messages (phone_number_id, message_id, kind, sender, payload, state, contact_id, turn_id)
    select 'bot', 'approval:' || a.id, 'message', '34600000001', '{}', 'in_turn', a.contact_id, a.turn_id
    from tool_approvals a where a.state = 'approved';
insert into appointment_calendars (tenant_id, name, title, time_zone, hours)
    select id, 'main', 'Visit', 'Europe/Madrid', jsonb_object_agg(d, '[["09:00", "13:00"]]'::jsonb)
    from tenants, unnest('{mon,tue,wed,thu,fri,sat,sun}'::text[]) d group by id;
insert into appointments (tenant_id, number, calendar, contact_id, starts_at, ends_at)
    select tenant_id, 1001, 'main', id, now() + interval '3 days', now() + interval '3 days 30 minutes'
    from contacts where name = 'Active';
insert into delivered_orders (tenant_id, order_id, phone, items, delivered_on)
    select id, 'CL-1', '34600000001', '{Lamp,Rug}', current_date from tenants;
insert into bot_cases (tenant_id, phone_number_id, title, question, expected, origin, contact_id)
    select tenant_id, 'bot', 'Return', 'How long?', '{"outcome": "answered"}', 'mark', id from contacts
    where name = 'Active';
insert into case_runs (tenant_id, phone_number_id, why) select id, 'bot', 'hand' from tenants;
insert into case_results (run_id, case_id, version, tenant_id)
    select r.id, c.id, '', c.tenant_id from case_runs r, bot_cases c;
insert into replays (tenant_id, phone_number_id, version, from_at, to_at, of_turns, turns, estimated_usd, most_usd)
    select id, 'bot', 'draft', now() - interval '1 day', now(), 1, 1, 0.01, 1 from tenants;
insert into replay_results (replay_id, turn_id, tenant_id) select r.id, t.id, t.tenant_id from replays r, turns t;

insert into door_sessions (token_digest, person, how, browser) values ('token', 'owner@shop.example', 'email', 'Firefox');
insert into api_keys (tenant_id, name, digest, start, scopes, made_by, expires_at)
    select id, 'CRM', 'key', 'cmk_', '{contacts:read}', 'owner@shop.example', now() + interval '1 day' from tenants
    where name = 'Shop';
insert into door_tickets (job_digest, session_id, request_digest) select 'job', id, 'request' from door_sessions;
insert into door_codes (attempt_digest, person, code_digest, padded, job_digest, host)
    values ('attempt', 'owner@shop.example', 'code', '000000', 'job', 'chat.shop.example');
insert into door_invitations (token_digest, tenant_id, person, role, invited_by)
    select 'invitation', id, 'guest@shop.example', 'agent', 'owner@shop.example' from tenants limit 1;
insert into door_challenges (token_digest, content) values ('token', '{}');
insert into door_passkeys (credential, person, public_key, sign_count, name)
    values ('credential', 'owner@shop.example', 'key', 0, 'Firefox');
