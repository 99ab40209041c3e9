"""Every function's body is run, or at least checked, against the tables as they are.

PostgreSQL checks a function in SQL as a whole when it is made. One in PL/pgSQL it checks statement by statement, when each
is reached. So each function is called with a conversation's own ids and with nulls, in a transaction that is taken back. A
call may fail for what it was asked (no such turn); it may not fail for what the function is (no such column). A branch
that no call here reaches is checked by the tests of what it does.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sql import apply
from tests.sql.catalog import OURS

SEED = Path(__file__).with_name("seed.sql").read_text()
VECTOR = "array_fill(0.1, array[384])::vector"
HOURS = '{"mon": [["09:00", "14:00"]], "tue": [["20:00", "02:00"]]}'
MESSAGES: list[dict[str, Any]] = [
    {"type": "text", "text": {"body": "hello"}},
    {"type": "text", "text": {"body": "stop"}},
    {"type": "text", "text": {"body": "start"}},
    {"type": "reaction", "reaction": {"emoji": "!"}},
    {
        "type": "edit",
        "edit": {"original_message_id": "in1", "message": {"type": "text", "text": {"body": "x"}}},
    },
    {"type": "revoke", "revoke": {"original_message_id": "in1"}},
    {"type": "system", "system": {"type": "user_changed_number", "wa_id": "34699"}},
    {"type": "system", "system": {"type": "user_changed_user_id", "wa_id": "34600000002", "user_id": "ES.9"}},
    {"type": "contacts", "contacts": [{"name": {"first_name": "A"}, "phones": [{"phone": "1"}]}]},
    {"type": "order", "order": {"product_items": [{"product_retailer_id": "p", "quantity": 1}]}},
    {"type": "interactive", "interactive": {"nfm_reply": {"response_json": "{}"}}},
    {
        "type": "interactive",
        "interactive": {"button_reply": {"id": f"rating:{'0' * 8}-0000-0000-0000-{'0' * 12}:5"}},
    },
    {"type": "sticker"},
]


def text(value: object) -> str:
    return "'" + (value if isinstance(value, str) else json.dumps(value)).replace("'", "''") + "'"


def payload(message: dict[str, Any]) -> str:
    about = {"id": "in1", "from": "34600000001", "timestamp": "1700000000"}
    value = {"metadata": {"phone_number_id": "bot"}, "messages": [about | message]}
    return text({"entry": [{"id": "waba", "changes": [{"field": "messages", "value": value}]}]})


# What a parameter may be, by its name, or by its name and type where that is not enough. Several: tried one after the other.
VALUES: dict[str, list[str]] = {
    "batch": ["10"],
    "m": [text(message) for message in MESSAGES],
    "most": ["3"],
    "p_a": [text({"persona": "a"})],
    "p_admitted": ["true", "false"],
    "p_alias": ["'34611'"],
    "p_approval tool_approvals": ["(select a from tool_approvals a where state = 'waiting')"],
    "p_approval uuid": [f"(select id from tool_approvals where state = '{state}')" for state in ("waiting", "approved")],
    "p_approve": ["true", "false"],
    "p_arguments": ["'{\"amount\": 60}'", "'{\"amount\": 70}'"],
    "p_any": ["true", "false"],
    "p_asked": ["now()"],
    "p_assignee": ["'owner@shop.example'", "null"],
    "p_at_once": ["array['enabled']", "'{}'"],
    "p_author": ["'owner@shop.example'"],
    "p_at": ["now()"],
    "p_b": [text({"persona": "b"})],
    "p_batch": ["50"],
    "p_others": ["3"],
    "p_source knowledge_sources": ["(select s from knowledge_sources s limit 1)"],
    "p_room": ["5"],
    "p_body": ["'words'"],
    "p_bot": ["(select b from chatbots b where phone_number_id = 'bot')"],
    "p_burst": ["3"],
    "p_by": ["'owner@shop.example'"],
    "p_bytes": ["1000"],
    "p_changes": [text({"staff_name": "A", "tags": ["a"], "lead": {"x": None}, "blocked": True, "opted_out": True, "language": "es"})],
    "p_chunks": ["array(select id from chunks)"],
    "p_closed_on": ["'{}'"],
    "p_citations": [text([{"document": "Ready", "page": 1}, {"document": "?", "url": "https://a.example"}])],
    "p_code": ["131056", "7"],
    "p_code bytea": ["'code'", "'wrong'"],
    "p_contact uuid": ["(select id from contacts where phone = '34600000001')", "(select id from contacts where name = 'Idle')"],
    "p_contact contacts": ["(select c from contacts c where phone = '34600000001')"],
    "p_content bytea": ["'bytes'", "'words'"],
    "p_content jsonb": [text({"type": kind, kind: {}}) for kind in ("text", "interactive", "template", "document")],
    "p_contents": [text([{"type": "text", "text": {"body": "x"}}])],
    "p_count": ["5"],
    "p_detail": ["'{}'"],
    "p_digest": ["'digest'", "'new'"],
    "p_document": ["(select id from documents where title = 'Ready')", "(select id from documents where title = 'Staged')"],
    "p_domain": ["'chat.shop.example'", "''"],
    "p_hash": ["'none'"],
    "p_host": ["'chat.shop.example'"],
    "p_proof": ["'letters'"],
    "p_verified_by": ["'operator@platform.example'", "null"],
    "p_drop": ["(select id from contacts where name = 'Idle')"],
    "p_due": ["'1 minute'"],
    "p_echo": [text({"to": "34600000001", "id": "echo1", "type": "text", "text": {"body": "x"}})],
    "p_email": ["'operator@platform.example'", "'owner@shop.example'"],
    "p_embedding": [VECTOR],
    "p_embeddings": [f"array[{VECTOR}]"],
    "p_epoch": ["1"],
    "p_error": ["'trouble'"],
    "p_error_code": ["131056", "null"],
    "p_every": ["'1 second'"],
    "p_failed": ["false"],
    "p_fallbacks": ["'[]'"],
    "p_field": ["'account_update'", "'history'", "'smb_app_state_sync'"],
    "p_fields text[]": ["array['persona']"],
    "p_fields": [text({"email": "a@b.example"})],
    "p_filename": ["'a.txt'"],
    "p_first": ["0"],
    "p_found": ["'[]'"],
    "p_from": ["now() - interval '1 day'"],
    "p_dispatch_no": ["0"],
    "p_hours": [text(HOURS)],
    "p_id bigint": ["(select min(id) from notifications)"],
    "p_id uuid": ["(select id from media limit 1)", "gen_random_uuid()"],
    "p_live": ["1"],
    "p_log": ["(select l from conversation_logs l limit 1)"],
    "p_problem": ["'unreachable'", "null"],
    "p_if_free": ["true", "false"],
    "p_keep": ["(select id from contacts where phone = '34600000001')"],
    "p_keep text[]": ["array['persona']", "'{}'"],
    "p_keep_messages": ["'30 days'"],
    "p_endpoint": ["(select id from event_endpoints limit 1)"],
    "p_time": ["'\"1780000000\"'", "null"],
    "p_thread": [text({"id": "34600000009", "messages": [{"id": "m", "from": "34600000009", "timestamp": "1780000000", "type": "text"}]})],
    "p_piece": [text({"id": "34600000009", "messages": []}), text({"type": "contact", "action": "add", "contact": {"phone_number": "346000000"}})],
    "p_entry": [text({"type": "contact", "action": action, "contact": {"phone_number": "346", "full_name": "A"}}) for action in ("add", "remove")],
    "p_event events": ["(select e from events e order by seq limit 1)"],
    "p_event uuid": ["(select id from events order by seq limit 1)", "gen_random_uuid()"],
    "p_facts": ["'{}'"],
    "p_lane": ["(select id from contacts limit 1)"],
    "p_lease_no": ["0", "1"],
    "p_log bigint": ["(select id from conversation_logs limit 1)", "null"],
    "p_refused": ["array[2::bigint]", "'{}'"],
    "p_taken": ["array[1::bigint]", "'{}'"],
    "p_tries": ["1", "50"],
    "p_key bytea": ["'key'", "'none'"],
    "p_scope": ["'contacts:read'", "'messages:send'"],
    "p_keys": ["array[array['bot', 'in1'], array['bot', 'in2']]"],
    "p_kind": ["'whatsapp_token'"],
    "p_heading": ["''"],
    "p_language": ["'english'", "'simple'"],
    "p_lease": ["'5 minutes'"],
    "p_lexemes": ["array['word']"],
    "p_limit": ["10"],
    "p_left_out": ["true", "false"],
    "p_limits": [text({"documents": 3})],
    "p_member": ["'new@shop.example'"],
    "p_message inbound_messages": ["(select i from inbound_messages i where message_id = 'in2')"],
    "p_message jsonb": [text(message) for message in MESSAGES],
    "p_message_id": ["'in1'", "'in2'", "'in3'", "'in4'"],
    "p_model smallint": ["(select id from embedding_models where name = 'multilingual-e5-small')"],
    "p_model text": ["'gpt'"],
    "p_name": ["'documents'", "'34600000001'"],
    "p_names": ["variadic array['34600000001', 'ES.1']"],
    "p_note": ["'Warmer'"],
    "p_number": ["1"],
    "p_number text": ["'bot'"],
    "p_ok": ["true", "false"],
    "n": ["0", "9", "10", "500"],
    "p_act": ["'raise'"],
    "p_bad": ["3"],
    "p_customers": ["3"],
    "p_margin": ["10"],
    "p_others_bad": ["1"],
    "p_percent": ["25"],
    "p_turns": ["20"],
    "p_version int": ["2"],
    "p_address": ["'192.0.2.1'"],
    "p_attempt": ["'attempt'", "'none'"],
    "p_begun": ["true", "false"],
    "p_browser": ["'Firefox'"],
    "p_how": ["'email'"],
    "p_invitation": ["'invitation'"],
    "p_credential": ["'credential'"],
    "p_public_key": ["'key'"],
    "p_sign_count": ["1"],
    "p_content text": ["'{}'"],
    "p_id text": ["encode(sha256('credential'), 'hex')"],
    "p_job bytea": ["'job'"],
    "p_most": ["3"],
    "p_padded": ["'000000'"],
    "p_request bytea": ["'request'"],
    "p_subject bytea": ["'subject'"],
    "p_token bytea": ["'token'"],
    "p_who": ["'owner@shop.example'"],
    "p_within": ["'10 minutes'"],
    "p_pair": ["(select id from qa_pairs)"],
    "p_pairs": [text([{"question": "Q", "answer": "b"}, {"question": "n", "answer": "b"}])],
    "p_person": ["'owner@shop.example'", "null"],
    "p_result": ["'done'", "'not_called'", "'unsure'"],
    "p_server": ["'orders'"],
    "p_what": ["'approved'"],
    "p_operator": ["'other@platform.example'", "'operator@platform.example'"],
    "p_ordinal": ["1"],
    "p_one": ["'draft'", "'1'", "''"],
    "p_origin": ["'qa_pairs'", "'qa_draft'"],
    "p_other": ["''"],
    "p_original": ["'in1'"],
    "p_other_said": ["'b'"],
    "p_outcome": ["'answered'", "'failed'"],
    "p_overruled": ["null", "'{}'"],
    "p_page": ["1"],
    "p_part int": ["1", "2"],
    "p_part outbound_messages": [
        f"(select o from outbound_messages o where part = {part} order by state limit 1)" for part in (1, 2)
    ],
    "p_passage": ["'some words of a passage'"],
    "p_payload": [payload(message) for message in MESSAGES],
    "p_patience": ["'30 seconds'"],
    "p_phone": ["'34600000001'", "'34600000003'"],
    "p_phone_number_id": ["'bot'"],
    "p_provider": ["'openai'"],
    "p_question": ["'what are the words of the shop?'"],
    "p_reason": ["'because'"],
    "p_replaces": ["null", "(select id from documents where title = 'Ready')"],
    "p_response": [text({"a": "b"}), "'no json'"],
    "p_retry_in": ["'1 second'"],
    "p_role": ["'agent'", "'owner'", "null"],
    "p_run": ["'00000000-0000-4000-8000-000000000001'", "'00000000-0000-4000-8000-000000000002'"],
    "p_said": ["'a'"],
    "p_sealed": ["'key'"],
    "p_seen": ["'{}'", text({"persona": "a"})],
    "p_send_id": [f"(select send_id from outbound_messages where {which})" for which in ("state = 'sent'", "part = 2 and state = 'sending'")],
    "p_senders": ["array['34600000001', 'ES.1']"],
    "p_sends_per_s": ["10"],
    "p_severity": ["'critical'"],
    "p_source text": ["'model'"],
    "p_source uuid": ["(select id from knowledge_sources limit 1)"],
    "p_state": ["'sent'", "'failed'", "'done'"],
    "p_status jsonb": [
        text({"id": "out1", "status": status, "errors": [{"code": 131026, "title": "x"}]}) for status in ("read", "failed")
    ],
    "p_status text": ["'active'", "'solved'"],
    "p_stays": ["true", "false"],
    "p_step": ["1", "2", "4"],
    "p_subject": ["'subject'"],
    "p_summary": [text({"question": "q", "usage": {"input_tokens": 1, "output_tokens": 1, "cost_usd": 0.1}})],
    "p_tenant": ["(select id from tenants where name = 'Shop')", "null"],
    "p_text": ["'These are the words of the shop, and it is open.'", "'你好'"],
    "p_title": ["'Title'"],
    "p_to": ["now() + interval '1 day'"],
    "p_tools": [text({"orders.find": "never", "HTTP.find": "always"})],
    "p_schema": [text({"properties": {"n": {"type": "number"}}}), "'{}'"],
    "p_before": [text({"orders.gone": "never"})],
    "p_tokens": ["1"],
    "p_tool": ["'orders.cancel'"],
    "p_turn uuid": [f"(select id from turns where state = '{state}')" for state in ("active", "done")],
    "p_turn turns": [f"(select t from turns t where state = '{state}')" for state in ("active", "done")],
    "p_unknown_wait": ["'20 seconds'", "'0'"],
    "p_since": ["0", "1"],
    "p_upto": ["null", "0", "1"],
    "p_values": [text({"persona": "a", "languages": ["es"], "time_zone": "UTC"}), text({"persona": "Bot"})],
    "p_version": ["'draft'", "'1'"],
    "p_view": ["'waiting'", "'all'", "'unassigned'", "'snoozed'"],
    "p_wait": ["true", "false"],
    "p_waiting": ["true"],
    "p_until": ["now() + interval '1 hour'"],
    "p_user_id": ["'ES.1'", "'ES.2'"],
    
    "p_value": ["'[1, \"a\"]'", "'\"a\"'"],
    "p_was jsonb": [text({"persona": ""}), text({"persona": "other"})],
    "p_was": ["'words'"],
    "p_weights": ["array[1.0::real]"],
    "p_trace jsonb": ["null", "'[{\"tool\": \"search\"}, {\"tool\": \"(note)\"}]'"],
    "p_words jsonb": ["'{\"en\": [\"stop\"]}'"],
    "p_words text": ["'34600000001'", "'in1'"],
    "p_folder text": ["'shop'", "null"],
    "p_why text": ["'it does not answer'"],
    "p_zone": ["'Europe/Madrid'"],
    "v": [text({"event": "DISABLED_UPDATE", "reason": "x"})],
}  # fmt: skip
SHORT = {"integer": "int"}
# Functions that are for new objects, and what happens around them.
ACTIVE = "(select id from contacts where name = 'Active')"
CALLS = {
    **{
        name: [f"""select {name}({who}'{{"name": "Shop Chat", "accent": null}}')"""]
        for name, who in (
            ("put_branding", "null, "),
            ("put_own_branding", "'owner@shop.example', "),
            ("operator_put_branding", "'operator@platform.example', "),
        )
    },
    "read_sign_in": ["select read_sign_in('state')", "select read_sign_in(null)"],
    "answer_sign_in": [
        "select answer_sign_in('state', 'sealed', null)",
        "select answer_sign_in(null, null, 'no')",
    ],
    "taken_numbers": ["select taken_numbers(array['1001'])"],
    "connect_number": [
        "select connect_number('op@platform.example', 'a new one', 'Name', 'sealed', array['a new one'])"
    ],
    "may_use_script": [
        "select may_use_script('f/tenant_tools/shared/a')",
        "select may_use_script('f/chatbot/a')",
    ],
    "appointment_times": ["select appointment_times(c, current_date) from appointment_calendars c"],
    "appointment_taken": ["select appointment_taken(c, now()) from appointment_calendars c"],
    "free_appointments": ["select * from free_appointments('main', current_date, 3)"],
    "appointment_words": ["select appointment_words(a) from appointments a"],
    "contact_appointments": [f"select contact_appointments({ACTIVE})"],
    "refuse_time": ["select refuse_time(c, now() + interval '2 days', null) from appointment_calendars c"],
    "appointment_job": ["select appointment_job(gen_random_uuid())"],
    "book_appointment": [
        f"select book_appointment({ACTIVE}, 'main', current_date + 2, '09:30', gen_random_uuid())",
        f"select book_appointment({ACTIVE}, 'none', current_date + 2, '09:30', gen_random_uuid())",
    ],
    "change_appointment": [
        f"select change_appointment({ACTIVE}, 1001, current_date + 2, '09:30', gen_random_uuid())",
        f"select change_appointment({ACTIVE}, null, null, null, gen_random_uuid())",
    ],
    "returnable_order": [f"select returnable_order({ACTIVE}, '#CL-1')"],
    "contact_returns": [f"select contact_returns({ACTIVE})"],
    "open_return": [
        f"select open_return({ACTIVE}, 'CL-1', '{{Lamp}}', 'broken', gen_random_uuid())",
        f"select open_return({ACTIVE}, 'CL-9', '{{}}', null, gen_random_uuid())",
    ],
    "plan_figure": [
        "select plan_figure('{}', 'monthly_turns')",
        "select plan_figure('{\"monthly_turns\": 3}', 'monthly_turns')",
    ],
    "add_usage": ["select add_usage(id, 1, 2, 3, 0.5) from tenants"],
    "chart_cost": ["select chart_cost(id, 0.5) from tenants"],
    "count_charge": ["select count_charge(m) from message_charges m"],
    "meta_rate": ["select meta_rate('Spain', 'service', '2026-12-01')"],
    "note_charge": [
        """select note_charge('1001', '{"id": "m", "status": "delivered", "pricing": {"category": "service"}}')"""
    ],
    "delete_template": ["select delete_template('waba', 'back_in_stock', 'en')"],
    "keep_health": [
        """select keep_health(phone_number_id, 'LIMITED', '[{"code": 141006, "problem": "x"}]') from chatbots"""
    ],
    "keep_findings": [
        """select keep_findings(phone_number_id, '[{"check": "pin", "state": "red", "words": "x"}]') from chatbots""",
        """select keep_findings(phone_number_id, '[{"check": "pin", "state": "green"}]') from chatbots""",
    ],
    "words_of_turn": ["select words_of_turn(id) from turns"],
    "follow_message": ["select follow_message(phone_number_id, 'words', now()) from chatbots"],
    "last_round_trips": ["select last_round_trips(phone_number_id, 72) from chatbots"],
    "inbox_news": ["select inbox_news(null)", "select inbox_news(inbox_news('{}') -> 'since')"],
    "count_usage": ["select count_usage(2, 3, 0.5, 'speech', 'bot')"],
    "service_who": ["select service_who(gen_random_uuid())"],
    "ending_of": [
        "select ending_of(reason) from inbound_messages",
        "select ending_of('given up after 6 runs')",
    ],
    "record_service": ["select record_service(id, 'bot', 'cost', id, now(), '{}') from tenants"],
    "record_cost": ["select record_cost(id, 'bot', 'speech', 0.5) from tenants"],
    "record_gone": ["select record_gone(id, 'bot', 'turn', id) from tenants"],
    "record_expiry": ["select record_expiry(id, 'bot', 'message', now()) from tenants"],
    "is_good_ticket": ["select is_good_ticket(d) from door_tickets d"],
    "turn_usd": ["select turn_usd(t) from turns t"],
    "part_facts": ["select part_facts(o, 'bot') from outbound_messages o"],
    "charge_facts": ["select charge_facts(c) from message_charges c"],
    "service_text": ["select service_text(r) from service_records r"],
    "service_hash": ["select service_hash('', r) from service_records r"],
    "chain_records": [
        "select record_service(id, 'bot', 'cost', id, now(), '{}') from tenants; select chain_records(5)"
    ],
    **{name: [f"select {name}(facts) from service_records"] for name in ("was_taken", "is_settled")},
    "fault_of": ["select fault_of('{}', null)"],
    "is_gone": ["select is_gone('turn', 'bot', gen_random_uuid(), now())"],
    "statement_faults": ["select * from statement_faults('bot', now() - interval '1 day', now(), 5)"],
    "report_recovery": [
        'select report_recovery(\'{"chat": {"has_worker": true, "queued": 0}}\')',
        "select report_recovery(null)",
    ],
    "message_trace": ["select message_trace('1001', 'wamid.1')"],
    "turn_trace": ["select turn_trace(id) from turns"],
    "turns_to_trace": [
        "select record_traces(now() - interval '5 minutes'); update turns set closed_at = now() - interval '1 minute';"
        " select * from turns_to_trace(5)"
    ],
    "record_traces": ["select record_traces(now())"],
    "is_budget_spent": ["select is_budget_spent()"],
    "begin_dry_run": [
        "select begin_dry_run(gen_random_uuid(), 'preview', 'q', 'a@b.example')",
        "update tenants set limits = '{\"previews_per_hour\": 0.5}';"
        " select begin_dry_run(gen_random_uuid(), 'preview', 'q', 'a@b.example')",
    ],
    "count_dry_run": [
        "select begin_dry_run('00000000-0000-4000-8000-0000000000aa', 'preview', 'q', 'a@b.example');"
        " select count_dry_run('00000000-0000-4000-8000-0000000000aa', '{}')",
    ],
    "note_jobs": ["select note_jobs(array[gen_random_uuid()], '0')"],
    "claim_jobs": ["select note_jobs(array[gen_random_uuid()], '0'); select claim_jobs(5)"],
    "forget_jobs": ["select forget_jobs(array[gen_random_uuid()])"],
    "drop_erased": [
        "select drop_erased('bot', 'in1', null)",
        "insert into erased_messages values (message_digest('bot', 'in1')); select drop_erased('bot', 'in1', gen_random_uuid())",
    ],
    "retention": ["select retention('{\"keep_words_days\": 3}', 'keep_words_days')"],
    "claim_expiry": [
        "select claim_expiry()",
        'update tenants set limits = \'{"keep_jobs_days": 1, "keep_words_days": 1}\'; select claim_expiry()',
    ],
    "expire_data": [
        "update tenants set limits = '{\"keep_words_days\": 1}'; select expire_data(id) from tenants"
    ],
    "columns_of": [
        "select columns_of(t, 'id name') from tenants t",
        "select columns_of(t, '') from tenants t",
    ],
    "record_audit": [
        "select record_audit('contacts.export', 'x', id, '{}') from contacts",
        "select record_audit('x')",
    ],
    "operator_audit": ["select operator_audit('operator@platform.example', 0, 10)"],
    "handoff_notice_wait": ["select handoff_notice_wait(1)", "select handoff_notice_wait(5)"],
    "is_noted_job": ["select is_noted_job(gen_random_uuid())"],
    "handoff_is_out": ["select handoff_is_out('1', gen_random_uuid())"],
    "record_handoff_notice": [
        "select record_handoff_notice(id, '{}', false) from handoffs",
        "update handoffs set tries = 5; select record_handoff_notice(id, '{}', false) from handoffs",
    ],
    "claim_handoff_notices": [
        "update handoffs set turn_id = (select id from turns limit 1), tell_at = now(); select claim_handoff_notices(5)"
    ],
    "claim_files": [
        "select expect_file(c.tenant_id, c.id, i) from contacts c, inbound_messages i; select * from claim_files(5)",
        "select * from claim_files(5, null)",
    ],
    "ask_cases_soon": ["select ask_cases_soon(id) from tenants"],
    "begin_case_run": [
        "select begin_case_run('bot', 'publish', 'draft', 'a@b.example')",
        "select begin_case_run('none', 'nightly', '', null)",
    ],
    "end_case": [
        f"update case_results set state = 'running', job = gen_random_uuid(), tries = {tries};"
        f" select end_case(job, '{state}', '{{}}', '[]') from case_results"
        for state, tries in (("green", 1), ("red", 1), ("red", 2))
    ],
    "end_case_run": [
        f"select end_case_run(id, '{state}', jsonb_build_object((select id from bot_cases), 1)) from case_runs"
        for state in ("red", "green")
    ],
    "ask_more_cases": [
        "select ask_more_cases(r.id, array[c.id], array['draft']) from case_runs r, bot_cases c"
    ],
    "begin_case_slice": ["select begin_case_slice(id, 0) from case_runs"],
    "next_cases": ["select * from next_cases((select id from case_runs))"],
    "case_run_results": ["select * from case_run_results((select id from case_runs))"],
    "replayable_turns": [
        "update turns set state = 'done', outcome = 'answered', closed_at = now(), question = 'x';"
        " select * from replayable_turns('bot', now() - interval '1 day', now() + interval '1 day', 5)"
    ],
    "replay_estimate": [
        "select replay_estimate('bot', now() - interval '1 day', now() + interval '1 day', 5)"
    ],
    "begin_replay": [
        "select begin_replay('bot', 'draft', now() - interval '1 day', now(), 5, 0.1, 1, 'a@b.example')",
        "delete from replays; update turns set state = 'done', outcome = 'answered', closed_at = now(), question = 'x';"
        " insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, body)"
        " select tenant_id, contact_id, phone_number_id, id, 'in', 'x' from turns;"
        " select begin_replay('bot', 'draft', now() - interval '1 day', now() + interval '1 day', 5, 0.1, 1, null)",
        "select begin_replay('none', '1', now(), now(), 5, 0.1, 1, null)",
    ],
    "begin_replay_slice": ["select begin_replay_slice(id, 0) from replays"],
    "affordable_turns": ["select affordable_turns(r) from replays r"],
    "next_replayed": ["select * from next_replayed((select id from replays))"],
    "replayed_turn": ["select replayed_turn('bot', id) from turns", "select replayed_turn('bot', null)"],
    "running_replayed": [
        "update replay_results set state = 'running'; select * from running_replayed((select id from replays))"
    ],
    "end_replayed": [
        "update replay_results set state = 'running', job = gen_random_uuid();"
        f" select end_replayed(job, '{{}}', array['{kind}'], '{{}}', '{{}}') from replay_results"
        for kind in ("changed", "failed")
    ],
    "end_replay": [
        "select end_replay(id) from replays",
        "select end_replay(id, true) from replays",
        "update replays set shadow = true; select end_replay(id) from replays",
        "delete from replay_results; select end_replay(id) from replays",
    ],
    "lost_replays": ["update replays set seen_at = now() - interval '1 hour'; select * from lost_replays()"],
    "changes_since": ["select changes_since(now() - interval '1 day')"],
    "why_unpublished": ["select why_unpublished('bot', id, '{}') from case_runs"],
    "claim_due_cases": [
        "delete from case_runs; select ask_cases_soon(id) from tenants; update case_schedules set due_at = now();"
        " select * from claim_due_cases(5)"
    ],
    "lost_case_runs": [
        "update case_runs set seen_at = now() - interval '1 hour'; select * from lost_case_runs()"
    ],
    "set_status": [
        "select set_status(id, 'solved') from contacts",
        "select set_status(id, 'snoozed', now()) from contacts",
    ],
    "claim_template_readings": [
        "update chatbots set waba_id = 'w'; update tenants set whatsapp_token = 'x'; select claim_template_readings(5)"
    ],
    "rating_tap": [f"select rating_tap({text(message)})" for message in MESSAGES],
    "queue_words": [
        """select queue_words(c, 'bot', '{"type": "text", "text": {"body": "x"}}', 'rating') from contacts c where phone is not null"""
    ],
    "ask_for_rating": [
        "insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, body, model, status)"
        " select tenant_id, id, 'bot', 'out', 'x', 'human', 'sent' from contacts;"
        " update contacts set last_message_at = now();"
        """ select ask_for_rating(c, jsonb_build_object('id', gen_random_uuid(), 'content', '{"type": "text"}'::jsonb,"""
        " 'thanks', 'x')) from contacts c where phone is not null;"
        " select cancel_rating_question(id), rate_conversation(c, '{}') from contacts c"
    ],
    "cancel_rating_question": ["select cancel_rating_question(id) from contacts"],
    "rate_conversation": [
        f"select rate_conversation(c, {text(message)}) from contacts c" for message in MESSAGES
    ],
    "mark_answer": [
        f"update turns set outcome = 'answered'; select mark_answer(id, 'a@b.example', {verdict}, 'why') from turns"
        for verdict in ("'good'", "null")
    ],
    "keep_reaction": [
        'select keep_reaction(tenant_id, id, \'bot\', \'{"id": "in1", "reaction": {"message_id": "x"}}\') from contacts'
    ],
    "wrong_answers": ["select * from wrong_answers(now() - interval '1 day', '', 5)"],
    "reaction_kind": ["select reaction_kind('x')"],
    "marks_of": ["select marks_of(id) from turns"],
    "answer_of": ["select answer_of(l) from conversation_logs l"],
    "reaction_to": ["select reaction_to(l) from conversation_logs l"],
    "reacts_to_ours": ["select reacts_to_ours(id, 'bot', '{}') from contacts"],
    "keep_templates": ['select keep_templates(\'w\', \'[{"name": "a", "language": "en"}]\', now())'],
    "insert_template": [
        """select insert_template('w', '{"name": "a", "language": "en", "status": "PENDING"}', now())"""
    ],
    "apply_template_event": [
        "select apply_template_event(id, 'w', jsonb_build_object('event', e, 'message_template_name', 'a',"
        " 'message_template_language', 'en')) from tenants, unnest(array['PAUSED', 'DELETED', 'FLAGGED']) e"
    ],
    "fail_template_reading": ["select fail_template_reading('w', 'trouble')"],
    "release_words": [
        "update outbound_messages set state = 'waiting'; select release_words(id) from contacts"
    ],
    "withdraw_words": [
        "update outbound_messages set state = 'waiting'; select withdraw_words(id) from turns"
    ],
    "notice_id": ["select notice_id(gen_random_uuid(), 0)", "select notice_id(gen_random_uuid(), 2)"],
    "tell_handoffs_again": [
        "update handoffs set turn_id = (select id from turns limit 1), again_at = now(); select tell_handoffs_again()"
    ],
    "isolate": ["create table fresh (tenant_id uuid); select isolate('fresh')"],
    "own_functions": ["select own_functions('said')"],
    "problem": ["select problem('plan_pages')", """select problem('plan_documents', '{"most": 1}')"""],
    "index_embedding_model": [
        "insert into embedding_models (name, dimensions, passage_model, query_model) values ('m', 3000, 'm', 'm');"
        " select index_embedding_model(id) from embedding_models where name = 'm'"
    ],
    "nearest_indexed": [
        f"select nearest_indexed(1::smallint, {VECTOR}, 5)"
    ],  # builds its query from the model's own row
    "give_up": [
        "select give_up(gen_random_uuid())",
        "update turns set deaths = 4, lease_until = now() - interval '1 hour' where state = 'active';"
        " select give_up(gen_random_uuid())",
        "update turns set deaths = 7, lease_until = now() - interval '1 hour' where state = 'active';"
        " select give_up(gen_random_uuid())",
    ],
    "take_over": [
        f"{change}; select take_over(t, c, i, gen_random_uuid(), '1 minute') from turns t join contacts c on c.id = t.contact_id,"
        " inbound_messages i where t.state = 'active' and i.message_id = 'in2'"
        for change in (
            "select 1",
            "update turns set lease_until = now() - interval '1 hour'",
            "update turns set lease_until = now() - interval '1 hour', deaths = 4",
            "update turns set lease_until = now() - interval '1 hour'; delete from outbound_messages",
            "update turns set lease_until = now() - interval '1 hour';"
            " update inbound_messages set phone_number_id = 'other' where message_id = 'in2'",
        )
    ],
}
# Calls beside the usual ones, for what happens only after something else.
DRAFTED = (
    "select make_version('bot'); insert into chatbot_drafts (phone_number_id, setting, tenant_id, value, person)"
    """ select 'bot', 'persona', id, '"a"', 'a@b.example' from tenants; """
)
SHARED = (
    DRAFTED + """select publish_draft('bot', '', '{"persona": "a"}', 1, null, null, 25, 10); """
    "update turns set version = 2, state = 'done', outcome = 'failed'; "
)
SHARE = "(select s from version_shares s)"
CALLS |= {
    "choice_after": [
        """select choice_after('{"a.b": "never", "c.d": "never"}', '{a.b}', '{}', '{"c.d": "always"}')"""
    ],
    "settle_tools": [
        f"""update chatbots set tools = {tools}; select settle_tools('{{"orders.gone": "always", "a.b": "never"}}', {live})"""
        for tools in ("null", """'{"orders.gone": "always"}'""")
        for live in ("null", "'{}'")
    ],
    "change_shared_tools": [
        """select begin_share('bot', '{"tools": {"a.b": "never"}}', '', null, 5, 10);"""
        """ select change_shared_tools('bot', null, '{}', null, '{a.b}', '{}', '{}')"""
    ],
    "begin_share": [
        """select make_version('bot'); select begin_share('bot', '{"persona": "x"}', '', null, 5, 10)"""
    ],
    "end_share": [f"""{SHARED}select end_share({SHARE}, 'taken_back', '{{"bad": 1}}')"""],
    "publish_share": [
        f"{SHARED}select publish_share({SHARE})",
        f"{SHARED}update chatbots set model = 'x'; select publish_share({SHARE})",
    ],
    "share_figures": [f"{SHARED}select share_figures({SHARE})"],
    "is_share_due": [f"{SHARED}update version_shares set looked_at = now(); select is_share_due({SHARE})"],
    "worst_of_share": [f"{SHARED}select worst_of_share({SHARE})"],
    "last_heard": ["select last_heard(t) from turns t"],
    "share_of_turn": [f"{SHARED}select share_of_turn(t) from turns t"],
    "bot_of_turn": [f"{SHARED}select bot_of_turn(t) from turns t"],
    "change_share": [
        *(
            f"{SHARED}select change_share('bot', 2, 25, '{act}', 50)"
            for act in ("raise", "publish", "take_back")
        ),
        f"{SHARED}update chatbots set persona = 'x'; select change_share('bot', 2, 25, 'publish')",
        f"{SHARED}select change_share('bot', 2, 5, 'publish')",
    ],
    "take_back_shares": [
        f"{SHARED}select take_back_shares()",
        f"""{SHARED}insert into contacts (tenant_id, phone) select id, '34699' || n from tenants, generate_series(1, 60) n;
        insert into turns (tenant_id, contact_id, phone_number_id, run_id, lease_until, state, outcome, version)
        select tenant_id, id, 'bot', id, now(), 'done', case when right(phone, 1) < '5' then 'failed' else 'answered' end,
        case when right(phone, 1) < '5' then 2 else 1 end from contacts where phone like '34699%'; select take_back_shares()""",
    ],
    "is_answer": ["select is_answer(t) from turns t"],
    "is_replayable": ["select is_replayable(t) from turns t"],
    "take_shadowed": ["update replays set shadow = true; select take_shadowed(r) from replays r"],
}
HAS_TOOLS = "insert into tenant_tools (tenant_id, name, url, allowed_tools) select id, 'found', 'https://a.example', '{find}' from tenants; "
CALLS["settle_tools"] += [
    *(
        f"""{HAS_TOOLS}update chatbots set tools = {tools}; select settle_tools('{{"orders.gone": "never"}}', '{{}}')"""
        for tools in ("null", """'{"orders.gone": "never"}'""")
    ),
    HAS_TOOLS + "select settle_tools(all_tools(), '{}')",
]
PAIRS_DRAFTED = "insert into qa_pair_drafts (tenant_id, pair_id, question, answer, person) select tenant_id, id, question, 'b', 'a' from qa_pairs; "
PAIRS_READ = (
    "select write_pairs('qa_draft', 'a'); insert into staged_chunks select d.id, s.ordinal, s.tenant_id, s.page, s.char_start, s.page_end,"
    " s.char_end, s.heading, s.tokens, s.text, s.source_text, s.model_id, s.embedding from staged_chunks s, documents d"
    " where d.origin = 'qa_draft'; select publish_document(id) from documents where origin = 'qa_draft'; "
)
MORE = {
    "version_of": [f"{DRAFTED}select version_of(b, v) from chatbots b, unnest(array['draft', '1']) v"],
    "draft_part": [
        f"{DRAFTED}select draft_part('bot', v) from unnest(array['draft', 'draft:persona', '']) v"
    ],
    "publish_draft": [
        SHARED + DRAFTED + """select publish_draft('bot', '', '{"persona": "a"}', 1, null, null, 25, 10)""",
        f"""{SHARED}{DRAFTED}select publish_draft('bot', '', '{{"persona": "a"}}', 1)""",
    ]
    + [
        f"""{DRAFTED}select publish_draft('bot', 'note', '{{"persona": "{seen}"}}', 1)"""
        for seen in ("a", "b")
    ],
    "replace_share": [f"{SHARED}select replace_share('bot')"],
    "share_rates": [f"{SHARED}select share_rates('bot', 2)"],
    "discard_draft": [f"""{DRAFTED}select discard_draft('bot', '{{"persona": "a"}}')"""],
    "restore_draft": [
        f"""{DRAFTED}select restore_draft('bot', 1, '{{"persona": "x"}}', '{{"persona": "a"}}')"""
    ],
    "pairs_audience": [f"{PAIRS_DRAFTED}{PAIRS_READ}select pairs_audience('draft')"],
    "searched_pairs": [f"{PAIRS_DRAFTED}{PAIRS_READ}select searched_pairs('draft'), searched_pairs('')"],
    "search_chunks": [
        f"{PAIRS_DRAFTED}{PAIRS_READ}select search_chunks('words', {VECTOR}, 1::smallint, 5, 'draft')"
    ],
    "qa_draft_changed": [f"{PAIRS_DRAFTED}select qa_draft_changed('a')"],
    "publish_pairs": [
        f"{PAIRS_DRAFTED}select publish_pairs('', pairs_revision(), null, 'a')",
        f"{PAIRS_DRAFTED}{PAIRS_READ}select publish_pairs('', pairs_revision(), null, 'a')",
        f"{PAIRS_DRAFTED}{PAIRS_READ}select publish_pairs('', pairs_revision(), 'because', 'a')",
    ],
    "discard_pairs": [f"{PAIRS_DRAFTED}select discard_pairs(pairs_revision(), null, 'a')"],
    "restore_pairs": ["select qa_pairs_changed('a'); select restore_pairs(1, null, 'a')"],
    "qa_pairs_changed": [
        f"{PAIRS_DRAFTED}select qa_pairs_changed('a')",
        "delete from qa_pairs; select qa_pairs_changed('a')",
        "select qa_pairs_changed('a'); insert into qa_pairs (tenant_id, question, answer) select id, 'more', 'a' from tenants;"
        " select qa_pairs_changed('a')",
    ],
    "begin_human_reply": [
        'select begin_human_reply(gen_random_uuid(), id, \'{"type": "text"}\', gen_random_uuid()) from contacts'
    ],
    "claim_part": [
        f"update outbound_messages set {change} where state = 'pending'; select claim_part(id, 1, 1, '1 minute') from turns"
        for change in (
            "state = 'sending', sending_since = now()",
            "state = 'unknown', attempts = 4, sending_since = now() - interval '1 hour'",
        )
    ]
    + [
        "update contacts set blocked = true; select claim_part(id, 1, 1, '1 minute') from turns where state = 'active'"
    ],
    "find_contact": ["select find_contact(id, '34600000001', 'ES.77', 'Somebody else') from tenants"],
    "judge_retry": [
        f"{change}; select judge_retry(o, t) from turns t join outbound_messages o on o.turn_id = t.id and o.part = 3"
        for change in (
            "update contacts set blocked = true",
            "delete from send_stops; insert into send_rates (tenant_id, name, blocked_until)"
            " select tenant_id, 'pair bot ' || id, now() + interval '1 hour' from contacts",
        )
    ],
    "may_send": [
        "update send_stops set until = now() + interval '1 hour'; select may_send(id, 1, 1) from turns where state = 'active'"
    ],
    "receive_message": [
        f"update contacts set opted_out_at = now(); select receive_message('bot', {payload(MESSAGES[2])})"
    ],
    "operator_put_tenant": ["select operator_put_tenant('operator@platform.example', null, 'New', null)"],
    "queue_parts": [
        "delete from outbound_messages; select queue_parts(id, 1, '[{}]') from turns where state = 'active'"
    ],
    "record_retry": [
        f"update outbound_messages set retry_run = gen_random_uuid() where state = 'sending';"
        f" select record_retry(send_id, retry_run, '{state}', null, null, null) from outbound_messages where state = 'sending'"
        for state in ("sent", "failed")
    ],
    "take_upload": [
        "update documents set state = 'failed', sha256 = sha256(content) where title = 'Ready';"
        " select take_upload('a', 'Other title', 'a.txt', 'words', null)"
    ],
}
AS_OWNER = "set local role chatbot_owner; {}; reset role"
FIRES = {
    "forget_endpoint": AS_OWNER.format("delete from event_endpoints"),
    "record_messages": AS_OWNER.format(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload) values ('bot', 'new', 'message', '{}')"
    ),
    "record_ending": AS_OWNER.format("update inbound_messages set state = 'dead' where message_id = 'in2'"),
    "record_turn": AS_OWNER.format("update turns set state = 'done', closed_at = now() where state = 'active'"),
    "record_part_state": AS_OWNER.format("update outbound_messages set state = 'sent', message_id = 'w' where part = 2"),
    "sign_out_removed": ["delete from tenant_members", "delete from operators"],
    "audit_change": ["insert into tenants (name, llm_api_key) values ('New', 'x')", "update tenants set name = 'Other'",
        "delete from tenants", "update documents set sendable = false", "insert into operators values ('n@x.example')"],
    "event_of_message": "insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, body, send_id)"
    " select tenant_id, id, 'bot', 'out', 'x', id from contacts; update conversation_logs set status = 'read' where body = 'x'",
    "event_of_turn": "update turns set state = 'done', closed_at = now() where state = 'active'",
    "event_of_handoff": "insert into handoffs (tenant_id, contact_id, source, paused_until) select tenant_id, id, 'program', now()"
    " from contacts; update handoffs set resumed_at = now() where resumed_at is null",
    "event_of_lead": """update contacts set lead = '{"email": "x"}'""",
    "event_of_document": ["update documents set state = 'ready'", "delete from documents", "delete from tenants"],
    "note_version": "update chatbots set persona = 'x'; set constraints all immediate",
    "note_change_for_cases": ["update documents set state = 'ready'", "delete from documents", "delete from tenants"],
    "doubt_templates": "update outbound_messages set error_code = 132015",
    "assign_in_turn": [
        "update tenants set assignment = 'in_turn'; delete from handoffs; insert into handoffs (tenant_id, contact_id, source,"
        " paused_until) select tenant_id, id, 'hours', now() from contacts"],
    "notify_dispatchers": ["update turns set state = 'done', closed_at = now() where state = 'active'",
        "update inbound_messages set state = 'received' where state = 'waiting'"],
    "pause_after_turn": "update turns set state = 'done', closed_at = now() where state = 'active'",
    "notify_free_replies": "insert into charge_months (tenant_id, phone_number_id, month, category, type, messages)"
    " select id, 'bot', '2026-12-01', 'service', 'free_customer_service', 1000 from tenants",
    "count_turn": "update turns set state = 'done', closed_at = now() where state = 'active'",
    "count_messages": "insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, body)"
    " select tenant_id, id, 'bot', 'in', 'x' from contacts",
    "log_in_words": "insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, send_id, body)"
    " select o.tenant_id, t.contact_id, 'bot', 'out', o.send_id, '{}' from outbound_messages o join turns t on t.id = o.turn_id"
    " on conflict do nothing",
    "learn_from_send": [
        "update outbound_messages set state = 'sent'",
        *(
            f"update outbound_messages set state = 'failed', error_code = {code}"
            for code in (131056, 130429, 131026, 131047, 190, 100, 1)
        ),
    ],
    "pause_after_human_reply": "update turns set outcome = 'human'; update outbound_messages set state = 'sent'",
    "plan_retry": [
        f"update outbound_messages set state = 'failed', message_id = 'w' || part, error_code = {code}"
        for code in (1, 131047, 131062)
    ],
    "end_calls_of_turn": ["delete from tool_calls; update turns set state = 'done'", "update turns set state = 'failed'"],
    "notify_approval": ["update tool_approvals set state = 'expired' where state = 'waiting'",
        *(f"update tool_approvals set result = '{result}' where state = 'approved'" for result in ("done", "unsure", "not_called")),
        "create temp table again on commit drop as select * from tool_approvals; delete from tool_approvals;"
        " insert into tool_approvals select * from again"],
    "resume_sends": "update tenants set whatsapp_token = 'new'",
    "count_words": ["delete from chunks", "insert into chunks (tenant_id, document_id, version, ordinal, page, char_start,"
        " char_end, page_end, tokens, text, language, words) select tenant_id, id, 9, 1, 1, 0, 1, 1, 1, 'x', 'simple', 'x'"
        " from documents where title = 'Ready'"],
    "notify_document": [f"update documents set state = '{state}'" for state in ("failed", "ready")],
    "forget_document_notification": "update documents set state = 'failed'; delete from documents",
    "notify_handoff": ["update handoffs set resumed_at = null; update handoffs set resumed_at = now()",
        "delete from handoffs; insert into handoffs (tenant_id, contact_id, turn_id, source, paused_until)"
        " select tenant_id, contact_id, id, 'model', now() from turns limit 1"],
    "forget_handoff_notification": "update turns set outcome = 'human'",
    "notify_source": [f"update knowledge_sources set state = '{state}'" for state in ("failed", "ready")],
    "notify_usage": ["update usage_months set turns = 9", "update usage_months set turns = 11",
        "insert into usage_months (tenant_id, month, turns) select id, '2020-01-01', 10 from tenants"],
}  # fmt: skip


@pytest.fixture(scope="module")
def seeded(new_product_database: Callable[[], str]) -> Iterator[psycopg.Connection[Any]]:
    url = new_product_database()
    apply.apply(url, {}, operators=["operator@platform.example"])
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(SEED.encode())
        conn.execute("select set_config('app.tenant_id', id::text, false) from tenants where name = 'Shop'")
        conn.execute("set track_functions = 'all'")
        yield conn


def functions(conn: psycopg.Connection[Any], where: str) -> list[Any]:
    query = (
        "select proname, coalesce(proargnames[1:pronargs], '{}'), provariadic <> 0,"
        " array(select format_type(t, null) from unnest(proargtypes) with ordinality a(t, n) order by n), pronargdefaults"
        f" from pg_proc p where pronamespace = 'public'::regnamespace and {OURS} and {where} order by 1"
    )
    return conn.execute(query.encode()).fetchall()


def is_sound(conn: psycopg.Connection[Any], command: str) -> list[str]:
    """Runs it, and takes it back. Says what is wrong with the function itself: SQLSTATEs of class 42."""
    try:
        with conn.transaction(force_rollback=True):
            conn.execute(command.encode())
    except psycopg.Error as error:
        if (error.sqlstate or "").startswith("42"):
            return [f"{command}: {error.sqlstate} {error}"]
    return []


def test_functions_in_sql_are_checked_as_a_whole(seeded: psycopg.Connection[Any]) -> None:
    """Together with the syntax of those in PL/pgSQL."""
    query = f"select pg_get_functiondef(p.oid) from pg_proc p where pronamespace = 'public'::regnamespace and {OURS}"
    definitions = [definition for (definition,) in seeded.execute(query.encode())]
    seeded.execute("set check_function_bodies = on")
    assert [wrong for definition in definitions for wrong in is_sound(seeded, definition)] == []


def test_every_function_can_be_called(seeded: psycopg.Connection[Any]) -> None:
    wrong = []
    for name, arguments, variadic, types, _ in functions(seeded, "prorettype <> 'trigger'::regtype"):
        values = []
        for argument, kind in zip(arguments, types, strict=True):
            known = VALUES.get(f"{argument} {SHORT.get(kind, kind)}") or VALUES.get(argument)
            assert known or name in CALLS, (
                f"{name}: say in VALUES what {argument} {kind} may be, or in CALLS how it is called"
            )
            values.append(known or ["null"])
        nulls = [f"null::{kind}" for kind in types]
        if variadic:
            nulls[-1] = f"variadic {nulls[-1]}"
        tried = max(map(len, values), default=1)
        lists = [list(itertools.islice(itertools.cycle(each), tried)) for each in values]
        calls = [f"select {name}({', '.join(each[n] for each in lists)})" for n in range(tried)]
        calls = CALLS.get(name) or [*calls, f"select {name}({', '.join(nulls)})", *MORE.get(name, [])]
        for call in calls:
            wrong += is_sound(seeded, call)
    assert wrong == []


def test_every_trigger_fires(seeded: psycopg.Connection[Any]) -> None:
    names = [name for name, *_ in functions(seeded, "prorettype = 'trigger'::regtype")]
    assert set(names) == set(FIRES), "say in FIRES what fires it"
    for name, commands in FIRES.items():
        for command in [commands] if isinstance(commands, str) else commands:
            with seeded.transaction(force_rollback=True):
                seeded.execute(command.encode())
                query = "select calls from pg_stat_xact_user_functions where funcname = %s"
                assert seeded.execute(query, [name]).fetchone(), f"{command} does not fire {name}"


def test_a_body_that_fits_no_table_is_found(seeded: psycopg.Connection[Any]) -> None:
    """So that the tests above mean something."""
    for body in (
        "begin perform 1 from nowhere; return 1; end",
        "begin return (select no_such from tenants); end",
        "begin return nobody(); end",
        "declare id uuid; begin return (select count(*) from tenants where id = id); end",
    ):
        made = f"create function broken() returns int language plpgsql as $$ {body} $$; select broken()"
        assert is_sound(seeded, made), body
    assert is_sound(seeded, "select hold_turn(null, null)") == [], "it was asked for a turn that is not there"
