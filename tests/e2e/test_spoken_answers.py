"""A voice note is answered by one, where the business wants it: over the running product, to the bytes on the customer's phone."""

from __future__ import annotations

import base64
from typing import Any

from local import seed
from local.meta import voice
from local.models.media import words_heard
from local.seed import wait_for
from tests.e2e.conftest import World
from tests.e2e.phone import Phone

QUESTION = "How long must I fast before a blood test?"


def ask(phone: Phone, replies: int) -> list[dict[str, Any]]:
    data = base64.b64encode(voice.ogg(QUESTION)).decode()
    sound = {"mime_type": "audio/ogg; codecs=opus", "data": data, "voice": True}
    return phone.after({"type": "audio", "audio": sound}, replies)


def test_the_answer_is_heard_its_source_read_and_the_staff_read_all(world: World) -> None:
    phone = Phone(world, seed.CLINIC)
    spoken, source = ask(phone, 2)
    assert spoken["content"]["voice"] is True
    said = words_heard(phone.file(spoken["content"]["id"]))
    assert "hours" in said and "Patient guide" not in said
    assert "Patient guide, p." in source["text"]
    wait_for(lambda: ("out", f"[voice note] {said}") in phone.log(), 60)
    (usage,) = world.rows(
        "select usage -> 'model_calls' -> -1 as call from turns where contact_id = %s", phone.contact()
    )
    assert usage["call"]["model"] == "gpt-4o-mini-tts"
    assert usage["call"]["cost_usd"] > 0
    (file,) = world.rows(
        "select message_file(l) as file from conversation_logs l where contact_id = %s and body like '[voice note]%%' and direction = 'out'",
        phone.contact(),
    )
    assert (file["file"]["state"], file["file"]["transcript"]) == ("here", said)


def test_what_was_written_is_answered_in_writing(world: World) -> None:
    phone = Phone(world, seed.CLINIC)
    (reply,) = phone.write(QUESTION)
    assert reply["type"] == "text"


def test_another_business_answers_in_writing(world: World) -> None:
    (reply,) = ask(Phone(world, seed.SHOP), 1)
    assert reply["type"] == "text"


def test_a_voice_note_that_meta_refuses_is_written_once(world: World) -> None:
    phone = Phone(world, seed.CLINIC)
    world.control("fail", {"mode": "error", "code": 131051, "status": 400, "to": phone.number})
    words, _ = ask(phone, 2)
    assert words["type"] == "text" and "hours" in words["text"]
    wait_for(lambda: ("out", words["text"]) in phone.log(), 60)
    assert [part["content"]["type"] for part in phone.parts()] == ["text", "text"]
