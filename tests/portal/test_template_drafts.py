"""A new template: checked before Meta sees it, created once whatever becomes of the answer, and followed through Meta's review."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from f.chatbot import read_templates
from tests.local.meta_support import TOKEN
from tests.local.meta_support import Meta as StandIn
from tests.portal.conftest import A, B, Portal
from tests.portal.test_templates import ACCOUNT, event

EDITOR, VIEWER, TEMPLATES = "editor@alpha.example", "viewer@alpha.example", "f.portal_api.templates"
DRAFT: dict[str, Any] = {
    "waba_id": ACCOUNT,
    "name": "back_in_stock",
    "language": "es",
    "category": "UTILITY",
    "header": "Pedido {{1}}",
    "body": "Hola {{1}}: su {{2}} ya está aquí. ¿Se lo enviamos?",
    "footer": "Lucky Shrub",
    "buttons": ["Sí", "No"],
    "examples": {"header.1": "CL-7", "body.1": "Ana", "body.2": "lámpara"},
}


@pytest.fixture
def meta(stand_in: StandIn, portal: Portal) -> StandIn:
    """The stand-in with Alpha's account."""
    portal.store_whatsapp_token(A, TOKEN)
    portal.rows("update chatbots set waba_id = %s where phone_number_id = '1001'", ACCOUNT)
    return stand_in


def create(portal: Portal, **more: Any) -> dict[str, Any]:
    return portal.ask(EDITOR, TEMPLATES, "create", **{**DRAFT, **more})


def at_meta(meta: StandIn, name: str = "back_in_stock") -> list[dict[str, Any]]:
    answer = meta.client.get(
        f"/graph/v26.0/{ACCOUNT}/message_templates",
        params={"name": name},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    return list(answer.json()["data"])


def listed(portal: Portal, name: str = "back_in_stock") -> dict[str, Any]:
    (found,) = [t for t in portal.ask(VIEWER, TEMPLATES, "list_all")["templates"] if t["name"] == name]
    return dict(found)


def read_from_meta(portal: Portal) -> None:
    portal.rows("update template_readings set due_at = now()")
    done = read_templates.main(portal.db, portal.values["whatsapp"], portal.values["master_key"])
    assert (done["accounts"], done["failed"]) == (1, 0)


def test_a_new_template_is_at_meta_as_it_was_written(portal: Portal, meta: StandIn) -> None:
    assert portal.ask(VIEWER, TEMPLATES, "create", **DRAFT)["refused"] == "role"
    assert create(portal) == {"ok": True, "name": "back_in_stock", "language": "es", "status": "PENDING"}
    (made,) = at_meta(meta)
    assert made["components"] == [
        {"type": "HEADER", "format": "TEXT", "text": "Pedido {{1}}", "example": {"header_text": ["CL-7"]}},
        {"type": "BODY", "text": DRAFT["body"], "example": {"body_text": [["Ana", "lámpara"]]}},
        {"type": "FOOTER", "text": "Lucky Shrub"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": t} for t in ("Sí", "No")]},
    ]
    about = portal.ask(VIEWER, TEMPLATES, "list_all")
    assert [(a["waba_id"], a["names"]) for a in about["accounts"]] == [(ACCOUNT, ["Alpha"])]
    shown = listed(portal)
    assert (shown["status"], shown["category"], shown["reason"]) == ("PENDING", "UTILITY", None)
    assert shown["words"] == f"Pedido {{{{1}}}}\n{DRAFT['body']}\nLucky Shrub\n[Sí] [No]"
    (written,) = portal.rows("select person, after from audit_log where action = 'templates.create'")
    assert (written["person"], written["after"]["name"]) == (EDITOR, "back_in_stock")
    assert portal.ask("owner@beta.example", TEMPLATES, "list_all")["templates"] == []
    stranger = portal.ask("owner@beta.example", TEMPLATES, "create", **DRAFT)
    assert stranger["refused"] == "not_found" and len(at_meta(meta)) == 1


def test_a_template_is_followed_through_metas_review(portal: Portal, meta: StandIn) -> None:
    create(portal)
    event(portal, "back_in_stock", "APPROVED")
    assert listed(portal)["status"] == "APPROVED"
    create(portal, name="offers", category="MARKETING")
    rejection = {"reason": "The words are shouted.", "recommendation": "Write them small."}
    event(portal, "offers", "REJECTED", "INVALID_FORMAT", rejection_info=rejection)
    told = (listed(portal, "offers")["status"], listed(portal, "offers")["reason"])
    assert told == ("REJECTED", "The words are shouted. Write them small.")
    pause = {"title": "FIRST_PAUSE", "description": "Paused for 3 hours."}
    event(portal, "back_in_stock", "PAUSED", other_info=pause)
    assert (listed(portal)["status"], listed(portal)["reason"]) == ("PAUSED", "Paused for 3 hours.")


def test_new_words_go_through_the_review_again(portal: Portal, meta: StandIn) -> None:
    create(portal)
    refused = portal.ask(
        EDITOR, TEMPLATES, "update", **{**DRAFT, "body": "Hola {{1}}: su {{2}} llegó. ¿Quiere verlo?"}
    )
    assert "can't be edited" in refused["values"]["problem"], "it is under review"
    meta.control("review", waba_id=ACCOUNT, name="back_in_stock", language="es", event="APPROVED")
    read_from_meta(portal)
    draft = listed(portal)["draft"]
    assert {**DRAFT, **draft} == DRAFT, "the editor begins with what Meta has"
    words = {**DRAFT, **draft, "body": "Hola {{1}}: su {{2}} llegó. ¿Quiere verlo?"}
    assert portal.ask(VIEWER, TEMPLATES, "update", **words)["refused"] == "role"
    assert portal.ask(EDITOR, TEMPLATES, "update", **words)["status"] == "PENDING"
    assert portal.ask(EDITOR, TEMPLATES, "update", **words)["status"] == "PENDING", "the same click again"
    (at,) = at_meta(meta)
    assert (at["status"], at["components"][1]["text"]) == ("PENDING", words["body"])
    assert (listed(portal)["status"], listed(portal)["draft"]["body"]) == ("PENDING", words["body"])
    gone = portal.ask(EDITOR, TEMPLATES, "update", **{**words, "name": "no_such"})
    assert gone["refused"] == "template_gone"
    wrong = portal.ask(EDITOR, TEMPLATES, "update", **{**words, "body": "{{1}}"})
    assert wrong["values"]["field"] == "body"


def test_a_deleted_template_is_gone_in_its_language_only(portal: Portal, meta: StandIn) -> None:
    create(portal)
    create(portal, language="en")
    which = {"waba_id": ACCOUNT, "name": "back_in_stock", "language": "es"}
    assert portal.ask("owner@beta.example", TEMPLATES, "delete", **which)["refused"] == "not_found"
    assert portal.ask(EDITOR, TEMPLATES, "delete", **which)["ok"]
    assert [t["language"] for t in at_meta(meta)] == ["en"] and listed(portal)["language"] == "en"
    assert portal.ask(EDITOR, TEMPLATES, "delete", **which)["ok"], "a second click"
    again = create(portal)
    assert "being deleted" in again["values"]["problem"]
    (written,) = portal.rows("select person, after from audit_log where action = 'templates.delete' limit 1")
    assert (written["person"], written["after"]["language"]) == (EDITOR, "es")


def test_a_template_that_the_page_has_no_field_for_is_not_edited(portal: Portal) -> None:
    from f.whatsapp.template_drafts import draft_of

    body = {"type": "BODY", "text": "Hello"}
    link = {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Open", "url": "https://shop.example"}]}
    picture = {"type": "HEADER", "format": "IMAGE"}
    named = {"type": "BODY", "text": "Hello {{first_name}}!"}
    for parts in ([body, link], [picture, body], [named], [], None):
        assert draft_of({"components": parts}) is None
    assert draft_of({"components": [body]})["body"] == "Hello"  # type: ignore[index]


def test_the_reading_by_schedule_brings_what_no_event_has_told(portal: Portal, meta: StandIn) -> None:
    create(portal)
    read_from_meta(portal)
    (soon,) = portal.rows("select due_at < now() + interval '11 minutes' as soon from template_readings")
    assert soon["soon"], "a template under review is looked at again soon"
    review = {"waba_id": ACCOUNT, "name": "back_in_stock", "language": "es"}
    meta.control("review", **review, event="REJECTED", reason="SCAM")
    read_from_meta(portal)
    assert (listed(portal)["status"], listed(portal)["reason"]) == ("REJECTED", "SCAM")
    (later,) = portal.rows("select due_at > now() + interval '50 minutes' as later from template_readings")
    assert later["later"]


def test_metas_verdict_may_come_before_its_answer(portal: Portal, meta: StandIn) -> None:
    """The event is applied while the request still waits for its answer."""
    begun = portal.rows("select clock_timestamp() as at")[0]["at"]
    event(portal, "back_in_stock", "REJECTED", "SCAM")
    made = {"name": "back_in_stock", "language": "es", "status": "PENDING", "category": "UTILITY"}
    with psycopg.connect(portal.url, autocommit=True) as conn, conn.transaction():
        conn.execute("select set_config('app.tenant_id', %s, true)", [A])
        conn.execute("select insert_template(%s, %s::jsonb, %s)", [ACCOUNT, json.dumps(made), begun])
    assert (listed(portal)["status"], listed(portal)["reason"]) == ("REJECTED", "SCAM")


@pytest.mark.parametrize("mode", ["drop_after_accept", "error_after_accept", "drop_before"])
def test_an_answer_that_is_lost_creates_nothing_twice(portal: Portal, meta: StandIn, mode: str) -> None:
    meta.control("fail", mode=mode, to="templates", status=500)
    first = create(portal)
    if mode == "drop_before":
        assert first["refused"] == "template_unanswered"
        first = create(portal)
    assert first["status"] == "PENDING"
    assert create(portal)["status"] == "PENDING", "the same click again"
    assert len(at_meta(meta)) == 1
    other = create(portal, body="Hola, ya está aquí.")
    assert (other["refused"], other["values"]["field"]) == ("template_exists", "name")
    assert create(portal, language="en")["status"] == "PENDING"


def test_metas_own_reason_is_told(portal: Portal, meta: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "f.whatsapp.template_drafts.checked", lambda draft: {**AS_GRAPH, "name": draft["name"]}
    )
    answer = create(portal)
    assert answer["refused"] == "template_refused"
    assert answer["values"]["problem"] == "Variables can't be at the start or end of the template."
    portal.store_whatsapp_token(A, "EAA of somebody else")
    answer = create(portal)
    assert answer["refused"] == "template_refused" and "access token" in answer["values"]["problem"]
    assert portal.rows("select name from templates") == []


AS_GRAPH: dict[str, Any] = {
    "language": "es",
    "category": "UTILITY",
    "components": [{"type": "BODY", "text": "{{1}} is here", "example": {"body_text": [["Ana"]]}}],
}


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"name": ""}, "template_name", "name"),
        ({"name": "Back in stock"}, "template_name", "name"),
        ({"name": "x" * 513}, "text_too_long", "name"),
        ({"language": "xx"}, "template_language_unknown", "language"),
        ({"category": "AUTHENTICATION"}, "template_category", "category"),
        ({"body": " "}, "template_body_missing", "body"),
        ({"body": "x" * 1025}, "text_too_long", "body"),
        ({"body": "{{1}} ya está"}, "template_place_edge", "body"),
        ({"body": "Ya está {{1}}"}, "template_place_edge", "body"),
        ({"body": "Hola {{1}} y {{3}}."}, "template_place_numbers", "body"),
        ({"body": "Hola {{name}}."}, "template_place_form", "body"),
        ({"body": "Hola {{1}}, {{2}}, {{3}}."}, "template_example", "body.3"),
        ({"examples": {"body.1": "Ana", "body.2": "x"}}, "template_example", "header.1"),
        ({"header": "x" * 61}, "text_too_long", "header"),
        ({"header": "*Pedido*"}, "template_header_plain", "header"),
        ({"header": "Pedido 📦"}, "template_header_plain", "header"),
        ({"header": "Pedido ❤️"}, "template_header_plain", "header"),
        ({"header": "De {{1}} a {{2}}"}, "template_header_places", "header"),
        ({"header": "Dos\nlíneas"}, "template_one_line", "header"),
        ({"footer": "x" * 61}, "text_too_long", "footer"),
        ({"footer": "De {{1}}"}, "template_no_places", "footer"),
        ({"buttons": ["Sí", "sí"]}, "template_button_twice", "button1"),
        ({"buttons": ["Sí", "x" * 26]}, "template_button", "button1"),
        ({"buttons": ["Sí", ""]}, "template_button", "button1"),
        ({"buttons": [str(n) for n in range(11)]}, "template_buttons", "button10"),
    ],
)
def test_what_meta_would_refuse_is_said_at_its_field(
    portal: Portal, meta: StandIn, more: dict[str, Any], code: str, field: str
) -> None:
    answer = create(portal, **more)
    assert (answer["refused"], answer["values"]["field"]) == (code, field)
    assert [t["name"] for t in at_meta(meta, "")] == ["hello", "back"]


def test_the_longest_that_meta_takes_is_taken(portal: Portal, meta: StandIn) -> None:
    full = {"name": "x" * 512, "body": "y" * 1024, "header": "z" * 60, "footer": "w" * 60}
    assert create(portal, name="cold", header="A 4 °C: ™ n.º 1")["status"] == "PENDING"
    answer = create(portal, **full, buttons=[f"{n:025d}" for n in range(10)], examples={})
    assert answer["status"] == "PENDING", answer


def test_without_a_key_or_an_account_nothing_is_asked(portal: Portal) -> None:
    portal.rows("update chatbots set waba_id = %s where phone_number_id = '1001'", ACCOUNT)
    assert create(portal)["refused"] == "no_token"
    portal.rows("update chatbots set waba_id = null where tenant_id in (%s, %s)", A, B)
    assert create(portal)["refused"] == "not_found"
    assert portal.ask(VIEWER, TEMPLATES, "list_all")["accounts"] == []
