"""What the portal's scripts do for those who may: settings, conversations, insights, the operator's work."""

from __future__ import annotations

import csv
import io
import json
import time
import uuid
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from f.common.chatbot_settings import TENANT, names_for
from f.common.database import Database
from f.common.secrets import unseal
from f.portal_api import insights
from f.whatsapp import graph_api, retries
from tests.faults.storm import until
from tests.portal.conftest import MASTER_KEY, A, Portal, talked

OWNER, AGENT, OPERATOR = "owner@alpha.example", "agent@alpha.example", "op@platform.example"


def test_settings_are_saved_within_their_bounds(portal: Portal) -> None:
    settings = {
        "persona": "kind $5",
        "languages": ["es", "en", "es"],
        "max_rounds": 4,
        "dont_know": {"es": "No sé."},
    }
    assert portal.change("editor@alpha.example", **settings)["ok"] is True
    (bot,) = portal.ask(OWNER, "f.portal_api.bot", "get")["bots"]
    assert (bot["persona"], bot["languages"], bot["max_rounds"]) == ("kind $5", ["es", "en"], 4)
    assert bot["dont_know"] == {"es": "No sé."}
    handoff = {
        "handoff_keywords": ["human", " human ", ""],
        "handoff_hours": 2.5,
        "offer_human": {},
        "max_cost_usd": 0.02,
        "lead_fields": ["email"],
    }
    portal.change(OWNER, **handoff)
    (bot,) = portal.ask(OWNER, "f.portal_api.bot", "get")["bots"]
    assert {name: bot[name] for name in handoff} == {**handoff, "handoff_keywords": ["human"]}


def test_every_setting_that_is_shown_can_be_saved(portal: Portal) -> None:
    """What the page gets, it may send back: all of it, as it came."""
    (bot,) = portal.ask(OWNER, "f.portal_api.bot", "get")["bots"]
    settings = {name: bot[name] for name in names_for(TENANT)}
    saved = portal.ask(OWNER, "f.portal_api.bot", "update", phone_number_id="1001", settings=settings)
    assert saved["updated"] == sorted(names_for(TENANT))
    (again,) = portal.ask(OWNER, "f.portal_api.bot", "get")["bots"]
    assert again == bot


def test_a_webhooks_address_is_for_those_who_may_change_it(portal: Portal) -> None:
    settings = {"notify_webhook_url": "https://hooks.example/secret"}
    portal.ask(OWNER, "f.portal_api.bot", "update", phone_number_id="1001", settings=settings)
    for _ in ("drafted", "live"):
        for who in (AGENT, "viewer@alpha.example"):
            assert "hooks.example" not in str(portal.ask(who, "f.portal_api.bot", "get"))
        assert "hooks.example" in str(portal.ask("editor@alpha.example", "f.portal_api.bot", "get"))
        portal.publish(OWNER)


def test_hours_notices_templates_and_notifications_are_saved(portal: Portal) -> None:
    settings = {
        **{
            "opening_hours": {"mon": [["09:00", "24:00"]]},
            "time_zone": "Europe/Madrid",
            "outside_hours": "close",
        },
        **{
            "closed_on": ["2026-12-25"],
            "closed_message": {"en": "Closed."},
            "limit_message": {"en": "Wait."},
        },
        **{"canned_replies": {"cannot_see": {"en": "Words, please."}}, "opt_out_words": {"en": ["stop"]}},
        **{"window_template": {"name": "hello_again", "language": "en_US", "parameters": ["you"]}},
        **{"notify_webhook_url": "https://hooks.example/x", "notify_phone": "+34 600 111 222"},
        **{"handoff_on_failure": True, "stale_after_s": 3600, "max_tokens": 5000},
    }
    portal.change(OWNER, **settings)
    (bot,) = portal.ask(OWNER, "f.portal_api.bot", "get")["bots"]
    assert {name: bot[name] for name in settings} == {**settings, "notify_phone": "34600111222"}
    portal.change(OWNER, opening_hours={"mon": []})
    assert portal.ask(OWNER, "f.portal_api.bot", "get")["bots"][0]["open_now"] is False


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"max_rounds": 21}, "number_out_of_range"),
        ({"max_seconds": "5"}, "number_out_of_range"),
        ({"languages": []}, "languages_invalid"),
        ({"languages": ["<b>"]}, "languages_invalid"),
        ({"opening_hours": {"monday": []}}, "opening_days"),
        ({"opening_hours": {"mon": [["9:00", "18:00"]]}}, "opening_hours"),
        ({"opening_hours": {"mon": [["09:00", "09:00"]]}}, "opening_hours"),
        ({"opening_hours": {"mon": "always"}}, "opening_hours"),
        ({"time_zone": "Nowhere/Land"}, "time_zone_unknown"),
        ({"outside_hours": "sleep"}, "outside_hours"),
        ({"closed_on": ["Christmas"]}, "date"),
        ({"canned_replies": {"cannot_fly": {}}}, "reply_unknown"),
        ({"window_template": {"name": "Has Blanks"}}, "template_name"),
        ({"window_template": {"name": "a", "language": "English"}}, "template_language"),
        ({"notify_phone": "me"}, "phone_number"),
        ({"notify_webhook_url": "javascript:x"}, "webhook_address"),
        ({"notify_webhook_url": "https://a@b.example/"}, "webhook_address"),
        ({"dont_know": {}}, "text_missing"),
        ({"dont_know": {"en": "x" * 1001}}, "text_too_long"),
        ({"handoff_keywords": ["x"] * 51}, "list_too_long"),
        ({"name": " "}, "name_missing"),
        ({"persona": "x" * 4001}, "text_too_long"),
        ({"tenant_id": A}, "setting_unknown"),
        ({}, "nothing_to_save"),
        (None, "nothing_to_save"),
    ],
)
def test_settings_out_of_bounds_change_nothing(portal: Portal, settings: Any, code: str) -> None:
    before = portal.rows("select * from chatbots order by 1")
    answer = portal.ask(OWNER, "f.portal_api.bot", "update", phone_number_id="1001", settings=settings)
    assert answer["refused"] == code
    assert portal.rows("select * from chatbots order by 1") == before
    assert portal.rows("select from chatbot_drafts") == []


def test_a_tools_key_goes_in_and_never_comes_out(portal: Portal) -> None:
    tool = {"name": "orders", "url": "https://orders.example/mcp", "allowed_tools": ["get_order"]}
    sealed = portal.typed(A, "tool:orders https://orders.example/mcp", " Bearer hunter2\r\n")
    assert portal.ask(OWNER, "f.portal_api.bot", "upsert_tool", **tool, sealed_key=sealed)["ok"] is True
    portal.ask(OWNER, "f.portal_api.bot", "upsert_tool", **tool)
    (row,) = portal.rows("select tenant_id::text, sealed_headers from tenant_tools")
    assert (
        unseal(MASTER_KEY, A, "tool:orders", row["sealed_headers"]) == '{"Authorization": "Bearer hunter2"}'
    ), "what is pasted with it is not stored"
    answer = portal.ask(OWNER, "f.portal_api.bot", "get")
    assert (answer["tools"][0]["has_key"], "hunter2" in str(answer)) == (True, False)
    moved = {**tool, "url": "https://elsewhere.example/mcp"}
    portal.ask(OWNER, "f.portal_api.bot", "upsert_tool", **moved)
    assert portal.rows("select sealed_headers from tenant_tools") == [{"sealed_headers": None}], (
        "a key is for one server"
    )


def test_a_conversation_is_found_read_and_taken_along(portal: Portal, conversation: dict[str, str]) -> None:
    portal.rows("update conversation_logs set body = '=cmd()' where direction = 'in'")
    for words in ("ana", "3460000", "=CMD"):
        (found,) = portal.ask(OWNER, "f.portal_api.conversations", "list", search=words)["contacts"]
        assert found["id"] == conversation["contact"]
    assert portal.ask(OWNER, "f.portal_api.conversations", "list", search="100%")["contacts"] == []
    history = portal.ask(OWNER, "f.portal_api.conversations", "get", contact_id=conversation["contact"])
    assert [m["direction"] for m in history["messages"]] == ["in", "out"]
    assert history["messages"][1]["outcome"] == "unanswered"
    table = list(
        csv.DictReader(io.StringIO(portal.ask(AGENT, "f.portal_api.conversations", "export")["csv"]))
    )
    assert [row["text"] for row in table] == ["'=cmd()", "I don't know."], "no cell is a formula"


def test_a_human_replies_once_and_the_bot_is_quiet(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def send(self: Any, content: dict[str, Any], *_: Any) -> dict[str, Any]:
        sent.append(content["text"]["body"])
        return {"state": "sent", "message_id": "wamid.1", "code": None, "error": None, "retry_in_s": 0}

    monkeypatch.setattr(graph_api.GraphApi, "send", send)
    monkeypatch.setenv("WM_JOB_ID", str(uuid.uuid4()))
    portal.store_whatsapp_token(A)
    asked = {"contact_id": conversation["contact"], "reply_id": str(uuid.uuid4()), "body": "A human here."}
    for _ in range(2):
        assert portal.ask(AGENT, "f.portal_api.conversations", "reply", **asked) == {
            "ok": True,
            "state": "sent",
        }
    assert sent == ["A human here."]
    history = portal.ask(OWNER, "f.portal_api.conversations", "get", contact_id=conversation["contact"])
    last = history["messages"][-1]
    assert (last["body"], last["model"], last["status"]) == ("A human here.", "human", "sent")
    assert history["contact"]["paused_until"]
    portal.ask(AGENT, "f.portal_api.conversations", "resume", contact_id=conversation["contact"])
    history = portal.ask(OWNER, "f.portal_api.conversations", "get", contact_id=conversation["contact"])
    assert history["contact"]["paused_until"] is None
    portal.rows("update conversation_logs set created_at = now() - interval '25 hours'")
    asked["reply_id"] = str(uuid.uuid4())
    assert portal.ask(AGENT, "f.portal_api.conversations", "reply", **asked)["refused"] == "window_closed"
    assert len(sent) == 1


def test_a_reply_that_whatsapp_refused_is_refused_again_when_it_is_asked_for_again(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer may be lost on its way: the second must not say that it went out."""
    refusal = {"state": "refused", "message_id": None, "code": 131026, "error": "can't be reached"}
    monkeypatch.setattr(graph_api.GraphApi, "send", lambda *_: refusal)
    monkeypatch.setenv("WM_JOB_ID", str(uuid.uuid4()))
    portal.store_whatsapp_token(A)
    asked = {"contact_id": conversation["contact"], "reply_id": str(uuid.uuid4()), "body": "A human here."}
    first, second = (portal.ask(AGENT, "f.portal_api.conversations", "reply", **asked) for _ in range(2))
    assert first == second and first["refused"] == "not_sent" and "can't be reached" in str(first)


class Meta:
    """What stands in for WhatsApp: each request is answered by the next outcome, the last one again and again."""

    def __init__(self, portal: Portal, monkeypatch: pytest.MonkeyPatch, *outcomes: Any) -> None:
        self.sent: list[str] = []
        self.outcomes = list(outcomes)
        monkeypatch.setattr(graph_api.GraphApi, "send", lambda _, content, *__: self.take(content))
        monkeypatch.setenv("WM_JOB_ID", str(uuid.uuid4()))
        portal.store_whatsapp_token(A)

    def take(self, content: dict[str, Any]) -> dict[str, Any]:
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, BaseException):
            raise outcome
        if outcome["state"] == "sent":
            self.sent.append(content["text"]["body"])
        return {"message_id": None, "code": None, "error": None, **outcome}


SENT = {"state": "sent", "message_id": "wamid.1"}
UNREACHED = {"state": "refused", "error": "the Graph API can't be reached"}


def later(portal: Portal) -> None:
    """A minute passes, and recovery sends what is due."""
    portal.rows("update outbound_messages set retry_at = now() where retry_at is not null")
    portal.rows(
        "update outbound_messages set sending_since = now() - interval '61 seconds' where state = 'sending'"
    )
    with Database.open(portal.db) as database:
        resources: Any = {"whatsapp": portal.values["whatsapp"], "master_key": MASTER_KEY}
        retries.send_due(database, resources, time.monotonic() + 0.5)


def is_paused(portal: Portal, contact: str) -> bool:
    (row,) = portal.rows(
        "select coalesce(paused_until > now(), false) as paused from contacts where id = %s", contact
    )
    return bool(row["paused"])


@pytest.mark.parametrize("trouble", [KeyboardInterrupt(), UNREACHED], ids=["its worker dies", "no network"])
def test_a_reply_that_could_not_be_sent_at_once_is_sent_once_by_recovery(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch, trouble: Any
) -> None:
    meta = Meta(portal, monkeypatch, trouble, SENT)
    asked = {"contact_id": conversation["contact"], "reply_id": str(uuid.uuid4()), "body": "A human here."}
    try:
        first = portal.ask(AGENT, "f.portal_api.conversations", "reply", **asked)
        assert first == {"ok": True, "state": "pending"}
    except KeyboardInterrupt:
        pass
    assert not is_paused(portal, conversation["contact"]), "the bot goes on until the words are out"
    again = portal.ask(AGENT, "f.portal_api.conversations", "reply", **asked)
    assert (again["ok"], again["state"] in ("pending", "sending"), meta.sent) == (True, True, [])
    later(portal)
    later(portal)
    assert meta.sent == ["A human here."]
    assert is_paused(portal, conversation["contact"])
    done = portal.ask(AGENT, "f.portal_api.conversations", "reply", **asked)
    assert (done, len(meta.sent)) == ({"ok": True, "state": "sent"}, 1)


def test_a_reply_that_can_not_be_sent_pauses_nothing(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Meta(portal, monkeypatch, {"state": "refused", "code": 131026, "error": "can't be reached"})
    asked = {"contact_id": conversation["contact"], "reply_id": str(uuid.uuid4()), "body": "A human here."}
    assert portal.ask(AGENT, "f.portal_api.conversations", "reply", **asked)["refused"] == "not_sent"
    later(portal)
    assert not is_paused(portal, conversation["contact"])


def test_replies_go_out_in_the_order_in_which_they_were_written(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meta = Meta(portal, monkeypatch, UNREACHED, SENT)
    for body in ("First.", "Second."):
        asked = {"contact_id": conversation["contact"], "reply_id": str(uuid.uuid4()), "body": body}
        portal.ask(AGENT, "f.portal_api.conversations", "reply", **asked)
    assert meta.sent == []
    later(portal)
    assert meta.sent == ["First.", "Second."]


def test_the_bot_says_nothing_while_a_humans_reply_is_on_its_way(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Meta(portal, monkeypatch, KeyboardInterrupt())
    asked = {"contact_id": conversation["contact"], "reply_id": str(uuid.uuid4()), "body": "A human here."}
    with pytest.raises(KeyboardInterrupt):
        portal.ask(AGENT, "f.portal_api.conversations", "reply", **asked)
    (row,) = portal.rows("select reason_not_to_send(%s) as reason", conversation["turn"])
    assert row["reason"] == "a human's reply is on its way"


def test_charts_count_what_happened(portal: Portal, conversation: dict[str, str]) -> None:
    days = portal.ask(OWNER, "f.portal_api.insights", "get", days=7, zone="Asia/Tokyo")["days"]
    assert len(days) == 7
    today = days[-1]
    counts = {
        key: today[key] for key in ("messages_in", "messages_out", "answered", "unanswered", "cost_usd")
    }
    assert counts == {"messages_in": 1, "messages_out": 1, "answered": 0, "unanswered": 1, "cost_usd": 0.01}
    assert today["response_s"] >= 0
    other = portal.ask("owner@beta.example", "f.portal_api.insights", "get", days=1, zone="Not/AZone")["days"]
    assert other[0]["messages_in"] == 0


def test_like_questions_are_one_group_and_an_answer_settles_it(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bicycles = talked(portal, A, "1001", "34600000002", "Are bicycles sold here?")
    other = talked(portal, A, "1001", "34600000003", "Is there parking?")

    def embed(texts: list[str], *_: Any) -> list[list[float]]:
        return [[1.0, 0.05 * i, float("parking" in t)] + [0.0] * 381 for i, t in enumerate(texts)]

    monkeypatch.setattr("f.models.embeddings.embed", embed)
    groups = portal.ask(OWNER, "f.portal_api.insights", "list_unanswered")["groups"]
    turns = [{q["turn_id"] for q in group["questions"]} for group in groups]
    assert turns == [{conversation["turn"], bicycles["turn"]}, {other["turn"]}]
    ids = sorted(turns[0])
    runs = portal.ask(OWNER, "f.portal_api.insights", "ask_again", turn_ids=ids, purpose="before")["runs"]
    assert {r["question"] for r in runs} == {"Do you sell bicycles?", "Are bicycles sold here?"}
    added = portal.ask(
        OWNER, "f.portal_api.qa_pairs", "create", question="Do you sell bicycles?", answer="No."
    )
    assert portal.flows[-1] == (
        "f/ingest/ingest_document",
        {"document_id": added["document_id"], "tenant_id": A},
    )
    portal.ask(OWNER, "f.portal_api.insights", "dismiss", turn_ids=ids)
    left = portal.ask(OWNER, "f.portal_api.insights", "list_unanswered")["groups"]
    assert [g["question"] for g in left] == ["Is there parking?"]
    portal.ask(OWNER, "f.portal_api.insights", "dismiss", turn_ids=[other["turn"]])
    assert portal.ask(OWNER, "f.portal_api.insights", "list_unanswered")["groups"] == []


def test_grouping_keeps_what_is_unlike_apart() -> None:
    rows = [{"question": q} for q in "abcd"]
    groups = insights.group(rows, {(0, 2): 0.99, (1, 2): 0.95, (2, 3): 0.97})
    assert [[q["question"] for q in g["questions"]] for g in groups] == [["a", "c"], ["b"], ["d"]]


def test_a_file_is_checked_and_may_replace_another(portal: Portal) -> None:
    script = "f.ingest.upload_document"
    for content, code in (
        (None, "file_empty"),
        ("", "file_empty"),
        ("%%%", "upload_incomplete"),
        (7, "upload_incomplete"),
    ):
        assert portal.ask(OWNER, script, "upload", file=content, filename="a.md")["refused"] == code
    file = b64encode(b"one").decode()
    first = portal.ask(OWNER, script, "upload", file=file, filename="..\\up/a.md")
    again = portal.ask(OWNER, script, "upload", file=file, filename="b.md")
    assert (again["document_id"], again["known"]) == (first["document_id"], "a")
    asked = {"file": b64encode(b"two").decode(), "filename": "b.md", "replaces": first["document_id"]}
    portal.ask(OWNER, script, "upload", **asked)
    documents = portal.ask(OWNER, "f.portal_api.list_documents", "list")["documents"]
    assert [(d["filename"], d["replaces"]) for d in documents] == [
        ("b.md", first["document_id"]),
        ("a.md", None),
    ]
    assert len(portal.flows) == 2


def test_an_operator_opens_a_business_and_hands_dead_letters_over_again(portal: Portal) -> None:
    def operate(action: str, **fields: Any) -> dict[str, Any]:
        return portal.ask(OPERATOR, "f.portal_api.operator", action, **fields)

    tenant = operate("create_tenant", name="Gamma")["tenant"]
    assert operate("upsert_number", tenant=tenant, phone_number_id="10003", name="Gamma")["ok"] is True
    assert (
        operate("upsert_number", tenant=tenant, phone_number_id="x", name="Gamma")["refused"]
        == "number_invalid"
    )
    assert (
        operate("upsert_number", tenant=A, phone_number_id="10003", name="Theft")["refused"] == "number_taken"
    )
    portal.store_whatsapp_token(tenant, "EAAhunter2")
    operate("create_member", tenant=tenant, email="New@Gamma.example", role="owner")
    again = operate("create_member", tenant=tenant, email="new@gamma.example", role="viewer")
    assert again["refused"] == "member_exists", "nobody's role changes unseen"
    portal.rows(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload, state, reason)"
        " values ('10003', 'm1', 'message', '{}', 'dead', 'given up')"
    )
    seen = operate("get")
    (gamma,) = [t for t in seen["tenants"] if t["id"] == tenant]
    assert (gamma["has_whatsapp_token"], gamma["members"]) == (
        True,
        [{"email": "new@gamma.example", "role": "owner"}],
    )
    assert "hunter2" not in str(seen)
    assert [m["message_id"] for m in seen["dead_letters"]] == ["m1"]
    assert operate("dispatch_again", phone_number_id="10003", message_id="m1")["ok"] is True
    assert operate("dispatch_again", phone_number_id="10003", message_id="m1")["refused"] == "not_found"
    (row,) = portal.rows("select state, dispatch_no from inbound_messages")
    assert (row["state"], row["dispatch_no"]) == ("received", 1)
    operate("delete_member", tenant=tenant, email="new@gamma.example")
    assert portal.ask("new@gamma.example", "f.portal_api.bot", "get")["refused"] == "not_a_member"


def test_a_person_and_an_ingestion_that_meet_on_a_document_both_come_through(portal: Portal) -> None:
    asked = {"file": b64encode(b"one").decode(), "filename": "a.md"}
    document = portal.ask(OWNER, "f.ingest.upload_document", "upload", **asked)["document_id"]
    portal.rows(
        "insert into chunks (tenant_id, document_id, version, ordinal, page, char_start, page_end, char_end, heading, tokens, text, language, words)"
        " values (%s, %s, 1, 1, 1, 0, 1, 3, '', 1, 'one', 'simple', '')",
        *(A, document),
    )
    waiting = "select pid from pg_locks where locktype = 'advisory' and not granted"
    with psycopg.connect(portal.url) as ingestion, ThreadPoolExecutor(1) as clerk:
        ingestion.execute("set deadlock_timeout = '1 min'")  # of the two, the other one is undone
        ingestion.execute("select pg_advisory_xact_lock(7202612, hashtext(%s))", [A])
        deletion = clerk.submit(portal.ask, OWNER, "f.portal_api.documents", "delete", document_id=document)
        until(lambda: portal.rows(waiting), 60)
        ingestion.execute("select from documents where id = %s for update", [document])
        ingestion.commit()
        assert deletion.result(60)["ok"]
    assert portal.rows("select id from documents where id = %s", document) == []


PRIVATE = [
    "https://10.0.0.5/hook",
    "https://localhost/hook",
    "https://169.254.169.254/",
    "https://metadata.google.internal/",
    "https://[fd00::1]/",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_a_private_address_is_refused_when_it_is_saved(portal: Portal, url: str) -> None:
    settings = {"notify_webhook_url": url}
    answer = portal.ask(OWNER, "f.portal_api.bot", "update", phone_number_id="1001", settings=settings)
    assert answer["refused"] == "host_private"
    tool = portal.ask(OWNER, "f.portal_api.bot", "upsert_tool", name="orders", url=url)
    assert tool["refused"] == "host_private"
    assert portal.rows("select from chatbots where notify_webhook_url is not null") == []
    assert portal.rows("select from chatbot_drafts") == []
    assert portal.rows("select from tenant_tools") == []


def test_an_address_that_the_operator_allows_is_saved(portal: Portal) -> None:
    settings = {"notify_webhook_url": "https://127.0.0.1:7777/hook"}
    answer = portal.ask(OWNER, "f.portal_api.bot", "update", phone_number_id="1001", settings=settings)
    assert answer["ok"] is True


def test_a_customer_is_found_by_a_number_in_any_form_and_without_accents(portal: Portal) -> None:
    talked(portal, A, "1001", "34600111222", "Open?")
    portal.rows("update contacts set name = 'Lucía Ferrer'")
    search = lambda words: portal.ask(OWNER, "f.portal_api.conversations", "list", search=words)["contacts"]  # noqa: E731
    for words in (
        "+34600111222",
        "+34 600 111 222",
        "0034-600-111-222",
        "600 11 12 22",
        "(600) 111.222",
        "lucia",
        "LUCÍA",
        "i dón't know",
    ):
        assert len(search(words)) == 1, words
    assert search("600 111 223") == search("100%") == []


def test_a_handoff_rings_until_somebody_writes_or_resumes_the_bot(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def count() -> tuple[int, int]:
        found = portal.ask(AGENT, "f.portal_api.notifications", "count")
        return found["waiting"], found["unread"]

    def hand_off(question: str) -> None:
        with psycopg.connect(portal.url, autocommit=True) as conn, conn.transaction():
            conn.execute("select set_config('app.tenant_id', %s, true)", [A])
            turn = conn.execute(
                "select open_turn('1001', gen_random_uuid()::text, gen_random_uuid(), '34600000001', null, 'Ana', %s) as o",
                [json.dumps({"text": {"body": question}})],
            ).fetchone()
            assert turn
            opened = turn[0]
            made = "select hand_off_contact(%s, %s, 'model', 'wants a person')"
            conn.execute(made, [opened["turn_id"], opened["epoch"]])
            conn.execute(
                "select close_turn(%s, %s, 'done', 'handoff', '{}')", [opened["turn_id"], opened["epoch"]]
            )

    assert count() == (0, 0)
    hand_off("A human, please")
    assert count() == (1, 1)
    (note,) = portal.ask(AGENT, "f.portal_api.notifications", "list")["notifications"]
    assert (note["kind"], note["severity"], note["detail"]["name"]) == ("handoff", "warning", "Ana")
    assert note["detail"]["contact_id"] == conversation["contact"]
    portal.ask(AGENT, "f.portal_api.conversations", "resume", contact_id=conversation["contact"])
    assert count() == (0, 0)
    hand_off("A human again, please")
    assert count() == (1, 1)
    with psycopg.connect(portal.url, autocommit=True) as conn, conn.transaction():
        conn.execute("select set_config('app.tenant_id', %s, true)", [A])
        conn.execute(
            "select begin_human_reply(gen_random_uuid(), %s, %s, gen_random_uuid())",
            [conversation["contact"], json.dumps({"type": "text", "text": {"body": "Here I am."}})],
        )
    assert count() == (0, 0)


def test_two_editors_do_not_overwrite_each_other(portal: Portal) -> None:
    def save(who: str, persona: str, was: str) -> dict[str, Any]:
        return portal.ask(
            who,
            "f.portal_api.bot",
            "update",
            phone_number_id="1001",
            settings={"persona": persona},
            was={"persona": was},
        )

    (bot,) = portal.ask(OWNER, "f.portal_api.bot", "get")["bots"]
    assert save("editor@alpha.example", "Kind.", bot["persona"])["ok"] is True
    refused = save(OWNER, "Brief.", bot["persona"])
    assert (refused["refused"], refused["values"]["person"]) == ("settings_changed", "editor@alpha.example")
    (bot,) = portal.ask(OWNER, "f.portal_api.bot", "get")["bots"]
    assert [(row["setting"], row["value"]) for row in bot["draft"]] == [("persona", "Kind.")]
    assert save(OWNER, "Kind.", "")["ok"] is True, "the same change twice is none"
    assert save(OWNER, "Brief.", "Kind.")["ok"] is True
