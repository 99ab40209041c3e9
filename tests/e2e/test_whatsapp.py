"""Every kind of message, from Meta's delivery to what the customer reads."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from local import seed
from local.meta import voice
from local.seed import wait_for
from tests.e2e.conftest import World
from tests.e2e.phone import Phone, setting

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
NOTE = b"My delivery arrived on Monday. The lamp has a crack in its foot."


def media(kind: str, mime: str, content: bytes, **more: Any) -> dict[str, Any]:
    data = base64.b64encode(content).decode()
    return {"type": kind, kind: {"mime_type": mime, "data": data, **more}}


def write(world: World, message: dict[str, Any], customer: str) -> str:
    body = {"phone_number_id": seed.SHOP.phone_number_id, "customer": customer, "message": message}
    answer = world.control("deliver", body)
    assert answer["status"] == 200
    return str(answer["wamid"])


def reply_to(world: World, message: dict[str, Any], customer: str) -> str:
    """What the customer gets for it."""
    before = len(world.sent(seed.SHOP))
    write(world, message, customer)
    new = world.sent(seed.SHOP, before + 1)[before:]
    assert new, f"no reply to {message['type']}"
    return str(new[0]["text"])


def ended(world: World, wamid: str) -> str:
    """Why a message got no answer."""
    rows = wait_for(
        lambda: world.rows(
            "select reason from inbound_messages where message_id = %s and state = 'ended'", wamid
        ),
        30,
    )
    return str(rows[0]["reason"])


def logged(world: World, wamid: str) -> str:
    rows = wait_for(
        lambda: world.rows(
            "select body from conversation_logs where message_id = %s and direction = 'in'", wamid
        ),
        30,
    )
    return str(rows[0]["body"])


@pytest.mark.field_reply("surroundings-11")
@pytest.mark.field_failure(8)
def test_a_voice_note_is_heard_and_its_transcript_logged(world: World) -> None:
    before = len(world.sent(seed.SHOP))
    sound = voice.ogg("How long do I have to return an item?")
    wamid = write(world, media("audio", "audio/ogg; codecs=opus", sound, voice=True), "Jonas Weber")
    assert "30 days" in world.sent(seed.SHOP, before + 1)[before]["text"]
    assert logged(world, wamid) == "[voice note] How long do I have to return an item?"


@pytest.mark.field_failure(8)
def test_what_can_not_be_used_is_said(world: World) -> None:
    assert "voice note" in reply_to(world, media("audio", "audio/ogg", b"OggS" + b"\0" * 60), "Jonas Weber")
    assert "videos" in reply_to(world, media("video", "video/mp4", b"0000ftypmp42"), "Jonas Weber")
    damaged = media("document", "application/pdf", b"no pdf \0\0", filename="x.pdf")
    assert "read this file" in reply_to(world, damaged, "Jonas Weber")


def test_a_caption_is_a_question_whatever_it_stands_under(world: World) -> None:
    caption = "How long do I have to return an item?"
    film = media("video", "video/mp4", b"0000ftypmp42", caption=caption)
    words = reply_to(world, film, "Jonas Weber")
    assert "watch videos" in words
    assert "30 days" in words
    assert "30 days" in reply_to(world, media("image", "image/png", PNG, caption=caption), "Jonas Weber")


def test_no_bytes_and_no_text_of_a_file_travel_between_the_steps(world: World) -> None:
    wamid = write(
        world,
        media(
            "document", "text/plain", NOTE, filename="note.txt", caption="How long do I have to return this?"
        ),
        "Amelia Clarke",
    )
    assert logged(world, wamid) == "[document] note.txt: How long do I have to return this?"
    (row,) = world.rows("select words, content from media where message_id = %s", wamid)
    assert NOTE.decode() in row["words"]
    jobs = world.jobs()
    contexts = [job for job in jobs if str(job.get("script_path")).endswith("load_context")]
    assert contexts
    assert "has a crack in its foot" not in json.dumps(contexts), (
        "the model's own words may quote it; no context does"
    )
    assert base64.b64encode(PNG).decode() not in json.dumps(jobs)


@pytest.mark.field_reply("whatsapp-4")
def test_a_reaction_gets_no_answer_and_a_deletion_takes_the_words(world: World) -> None:
    reaction = {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}}
    assert "reaction" in ended(world, write(world, reaction, "Amelia Clarke"))
    before = len(world.sent(seed.SHOP))
    wamid = write(world, {"type": "text", "text": "Do you sell bicycles? My card is 4711."}, "Amelia Clarke")
    world.sent(seed.SHOP, before + 1)
    logged(world, wamid)
    gone = write(world, {"type": "revoke", "revoke": {"original_message_id": wamid}}, "Amelia Clarke")
    assert "deletion" in ended(world, gone)
    assert logged(world, wamid) == "[deleted message]"


@pytest.mark.field_failure(20)
def test_a_person_without_a_phone_is_answered_and_shown_by_username(world: World) -> None:
    assert "30 days" in world.ask(seed.SHOP, "How long do I have to return an item?", "Amelia Clarke")
    (row,) = world.rows("select phone, username from contacts where user_id = 'GB.77812093355120416608'")
    assert row == {"phone": None, "username": "amelia.c"}


@pytest.mark.field_failure(7)
def test_a_throttle_of_meta_is_waited_for(world: World) -> None:
    world.control("fail", {"mode": "error", "code": 131056, "status": 400})
    assert "30 days" in world.ask(seed.SHOP, "How long do I have to return an item?", "Jonas Weber")


def test_a_thumb_and_what_can_not_be_read_are_no_part_of_the_question_after_them(world: World) -> None:
    """They come within the merge window, and one turn answers: the search is for what was asked."""
    phone = Phone(world)
    thanks = phone.write("How long is a gift card valid?")
    unread = {"type": "unsupported", "errors": [{"code": 131051, "title": "Message type unknown"}]}
    question = "How much is express delivery?"
    with setting(world, merge_window_s=1.0):
        phone.deliver(
            {
                "type": "reaction",
                "reaction": {"message_id": thanks[-1]["wamid"], "emoji": "\N{THUMBS UP SIGN}"},
            }
        )
        phone.deliver(unread)
        (answer,) = phone.write(question)
        assert "11.90" in answer["text"]
        (turn,) = wait_for(
            lambda: world.rows(
                "select question, trace from turns where contact_id = %s and state = 'done' and question like '%%express%%'",
                phone.contact(),
            ),
            30,
        )
    assert turn["question"] == question
    searched = [call["arguments"] for call in turn["trace"] if call["tool"] == "search_knowledge_base"]
    assert searched and not any("[" in json.dumps(arguments)[1:-1] for arguments in searched)
