"""The statement of a number's month, as a viewer gets it: figures, the rows behind them, the PDF, and what contradicts it."""

from __future__ import annotations

import io
import json
import re
import uuid
from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

import psycopg
import pypdf
import pytest
from psycopg.rows import dict_row

from tests.portal.conftest import A, Portal

VIEWER, OTHER, OPERATOR = "viewer@alpha.example", "viewer@beta.example", "op@platform.example"
STATEMENT = "f.portal_api.statement"
MONTH = f"{datetime.now(UTC):%Y-%m}"


def get(portal: Portal, **fields: Any) -> dict[str, Any]:
    answer = portal.ask(VIEWER, STATEMENT, "get", **fields)
    assert answer["ok"], answer
    made: dict[str, Any] = answer["statement"]
    return made


def figures(statement: dict[str, Any]) -> dict[str, Any]:
    return {f["name"]: f["value"] for section in statement["sections"] for f in section["figures"]}


def rows(portal: Portal, figure: str, **fields: Any) -> list[dict[str, Any]]:
    answer = portal.ask(VIEWER, STATEMENT, "list_rows", figure=figure, **fields)
    assert answer["ok"], answer
    found: list[dict[str, Any]] = answer["rows"]
    return found


def serve(portal: Portal, phone: str, outcome: str = "answered", states: tuple[str, ...] = ()) -> str:
    """A message comes, a turn answers it, and Meta tells what became of the reply; returns the contact."""
    payload = {
        "entry": [{"changes": [{"value": {"messages": [{"type": "text", "text": {"body": "Open?"}}]}}]}]
    }
    with psycopg.connect(portal.url, row_factory=dict_row, autocommit=True) as conn:
        conn.execute("set role chatbot_app")
        conn.execute("select set_config('app.tenant_id', %s, false)", [A])
        opening = (
            "select open_turn('1001', gen_random_uuid()::text, gen_random_uuid(), %s, null, 'Ana', %s) as it"
        )
        row = conn.execute(opening.encode(), [phone, json.dumps(payload)]).fetchone()
        assert row
        turn, epoch, wamid = row["it"]["turn_id"], row["it"]["epoch"], f"wamid.{uuid.uuid4()}"
        contents = json.dumps([{"type": "text", "text": {"body": "From nine to five."}}])
        summary = json.dumps({"question": "Open?", "usage": {"cost_usd": 0.01}})
        conn.execute("select queue_parts(%s, %s, %s::jsonb)", [turn, epoch, contents])
        conn.execute("select claim_part(%s, %s, 1, '20 s')", [turn, epoch])
        conn.execute("select record_part(%s, %s, 1, 'sent', %s, null, null)", [turn, epoch, wamid])
        conn.execute("select close_turn(%s, %s, 'done', %s, %s::jsonb)", [turn, epoch, outcome, summary])
        for state in states:
            pricing = {"billable": True, "category": "service", "type": "regular"}
            status = {"id": wamid, "status": state, "recipient_id": phone, "pricing": pricing}
            body = json.dumps({"entry": [{"changes": [{"value": {"statuses": [status]}}]}]})
            storing = "insert into inbound_messages (phone_number_id, message_id, kind, payload) values ('1001', %s, 'status', %s)"
            portal.rows(storing, f"status:{wamid}:{state}", body)
        conn.execute("select apply_events(100)")
        conn.execute("select chain_records(100)")
        return str(row["it"]["contact_id"])


@pytest.fixture
def contact(portal: Portal) -> str:
    """Two messages of two people: one reply was read, the other one is under way and says that nobody knows."""
    serve(portal, "34600000002", "unanswered")
    return serve(portal, "34600000001", states=("delivered", "read"))


def test_a_viewer_sees_what_came_and_what_became_of_it(portal: Portal, contact: str) -> None:
    statement = get(portal)
    found = figures(statement)
    assert [found[n] for n in ("came", "answered", "ended", "open", "lost", "doubled", "overtaken")] == [
        2,
        2,
        0,
        0,
        0,
        0,
        0,
    ]
    assert (found["outcome:answered"], found["outcome:unanswered"]) == (1, 1)
    assert (found["sent"], found["read"], found["billed"], found["copies"]) == (1, 1, 1, 0)
    assert (found["cost:model"], found["total"]) == (0.02, pytest.approx(0.02 + found["cost:meta"]))
    assert found["cost:meta"] > 0 and found["p50"] <= found["p95"]
    assert (statement["month"], "so far" in statement["note"], statement["faults"]) == (MONTH, True, [])
    assert re.fullmatch("[0-9a-f]{64}", statement["chain"]["hash"]) and statement["chain"]["waiting"] == 0
    assert (
        get(portal, phone_number_id="1001", month=MONTH, language="es")["title"] == "Certificado del servicio"
    )


def test_each_figure_leads_to_its_rows(portal: Portal, contact: str) -> None:
    for section in get(portal)["sections"]:
        for figure in section["figures"]:
            if figure["rows"] and figure["unit"] == "count":
                assert len(rows(portal, figure["name"])) == figure["value"], figure
    (row,) = rows(portal, "outcome:answered")
    assert (row["contact_id"], row["name"], row["ending"]) == (contact, "Ana", "With an answer")
    assert uuid.UUID(row["run_id"])
    assert [row["usd"] for row in rows(portal, "cost:model")] == [0.01, 0.01]
    assert len(rows(portal, "p95")) == 2 and rows(portal, "billed")[0]["contact_id"] == contact
    assert (rows(portal, "came", after=1)[0]["contact_id"], rows(portal, "came", after=2)) == (contact, [])
    assert rows(portal, "no such figure") == []


def test_a_message_that_somebody_has_deleted_turns_it_red(portal: Portal, contact: str) -> None:
    portal.rows("delete from inbound_messages where kind = 'message' and contact_id = %s", contact)
    portal.rows("update turns set outcome = 'answered' where outcome = 'unanswered'")
    statement = get(portal)
    message, turn = statement["faults"]
    assert re.fullmatch("Message [0-9a-f-]{36} is missing", message["words"])
    assert turn["differs"] == {"outcome": ["unanswered", "answered"]} and "Turn" in turn["words"]
    assert "by hand" in statement["verdict"] and figures(statement)["came"] == 2


def test_the_pdf_has_the_figures_and_the_fingerprint(portal: Portal, contact: str) -> None:
    portal.ask(OPERATOR, "f.portal_api.operator", "update_tenant", tenant=A, name="Café Łódź 東")
    for language, words in (("en", "Answered once"), ("es", "Respondidos una vez")):
        answer = portal.ask(VIEWER, STATEMENT, "get_pdf", language=language)
        assert answer["filename"] == f"statement-1001-{MONTH}.pdf"
        pages = pypdf.PdfReader(io.BytesIO(b64decode(answer["content"]))).pages
        text = "\n".join(page.extract_text() for page in pages)
        statement = get(portal, language=language)
        assert (
            words in text
            and statement["chain"]["hash"] in text
            and statement["verdict"] in " ".join(text.split())
        )
        assert MONTH in text and A in text and "Café" in text and "?" in text
        assert re.search(rf"{words}\s*2\n", text)


def test_a_number_or_month_that_is_not_there(portal: Portal, contact: str) -> None:
    for wrong in ({"month": "2999-01"}, {"month": "2026-13"}, {"month": "x"}, {"phone_number_id": "1002"}):
        for action in ("get", "list_rows", "get_pdf"):
            assert portal.ask(VIEWER, STATEMENT, action, **wrong)["refused"] == "not_found", wrong
    past = get(portal, month="2020-01")
    assert (past["note"], figures(past)["came"], past["faults"]) == (None, 0, [])
    assert figures(portal.ask(OTHER, STATEMENT, "get")["statement"])["came"] == 0, "Beta's"
    portal.rows("delete from chatbots where phone_number_id = '1002'")
    assert portal.ask(OTHER, STATEMENT, "get") == {"ok": True, "numbers": [], "statement": None}
