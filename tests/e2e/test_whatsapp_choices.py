"""What a customer may tap: offered by the model, shown as WhatsApp's controls, and the tap is the next question."""

from __future__ import annotations

import json
from typing import Any

from local.seed import wait_for
from tests.e2e.conftest import World
from tests.e2e.phone import Phone, setting


def offer(titles: list[str], question: str, **more: Any) -> str:
    """What makes the model that obeys offer these choices."""
    choices = [{"title": title, **more} for title in titles]
    return f"CALL offer_choices {json.dumps({'choices': choices}, ensure_ascii=False)}\nSAY {question}"


def tap(kind: str, message: dict[str, Any], number: int) -> dict[str, Any]:
    """The customer's tap, as Meta words it."""
    action = message["content"]["action"]
    if kind == "button_reply":
        chosen = action["buttons"][number]["reply"]
    else:
        chosen = action["sections"][0]["rows"][number]
    return {
        "type": "interactive",
        "context": message["wamid"],
        "interactive": {"type": kind, kind: chosen},
    }


def test_buttons_and_the_tap_is_the_question(world: World) -> None:
    phone = Phone(world)
    with setting(world, model="offline-obey"):
        (shown,) = phone.write(offer(["Gift cards", "Express delivery"], "What is it about?"))
    assert shown["type"] == "interactive"
    assert shown["content"]["type"] == "button"
    assert shown["content"]["body"]["text"] == "What is it about?"
    (reply,) = phone.after(tap("button_reply", shown, 1))
    assert "EUR 11.90" in reply["text"]
    wait_for(lambda: ("in", "Express delivery") in phone.log(), 90)
    assert ("out", "What is it about?\n[Gift cards] [Express delivery]") in phone.log()
    (question,) = world.rows(
        "select question from turns where contact_id = %s order by opened_at desc limit 1", phone.contact()
    )
    assert question["question"] == "Express delivery"


def test_a_list_with_its_label_in_the_customer_s_language(world: World) -> None:
    phone = Phone(world)
    titles = ["Tarjetas regalo", "Envío exprés", "Devoluciones", "Horario"]
    with setting(world, model="offline-obey", languages=["es", "en"]):
        (shown,) = phone.write(offer(titles, "¿Sobre qué quiere saber más?", description="un tema"))
    assert shown["content"]["type"] == "list"
    assert shown["content"]["action"]["button"] == "Elegir"
    (reply,) = phone.after(tap("list_reply", shown, 1))
    assert "Returns and delivery, p. 1" in reply["text"], "the description is a part of the question"
    wait_for(lambda: ("in", "Envío exprés (un tema)") in phone.log(), 90)


def test_too_many_are_numbered_text(world: World) -> None:
    phone = Phone(world)
    with setting(world, model="offline-obey"):
        (shown,) = phone.write(offer([f"Topic {chr(65 + n)}" for n in range(12)], "Which one?"))
    assert shown["type"] == "text"
    lines = shown["text"].splitlines()
    assert lines[0] == "Which one?"
    assert lines[2] == "1. Topic A"
    assert lines[-1] == "12. Topic L"


def test_what_makes_no_sense_goes_back_to_the_model(world: World) -> None:
    phone = Phone(world)
    with setting(world, model="offline-obey"):
        (shown,) = phone.write(offer(["Same", "same"], "Which one?"))
    assert (shown["type"], shown["text"]) == ("text", "Which one?")
    assert "two choices have the title" in json.dumps(phone.trace())
