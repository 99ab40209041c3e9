"""Pictures and voice notes through each vendor's protocol, and files of the knowledge base that go out: over the running product."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from local import seed
from local.meta import voice
from local.seed import wait_for
from tests.e2e.conftest import World
from tests.e2e.phone import Phone, recover, setting

PROVIDERS = ["openai", "gemini"]


def picture(colour: str = "red", words: str = "") -> bytes:
    """A picture of one colour; the words are what the local model sees in it."""
    tags, out = PngInfo(), io.BytesIO()
    if words:
        tags.add_text("Description", words)
    Image.new("RGB", (64, 48), colour).save(out, "PNG", pnginfo=tags)
    return out.getvalue()


@contextmanager
def vendor(world: World, name: str) -> Iterator[None]:
    """The shop's chatbot with a model of this vendor; the local models speak both protocols."""
    windmill = world.stack.windmill()
    value = windmill.call("GET", "resources/get_value/f/chatbot/llm").json()
    own = {"gemini_base_url": world.stack.url("models"), "gemini_api_key": "$var:f/chatbot/llm_api_key"}
    windmill.call("POST", "resources/update/f/chatbot/llm", {"value": {**value, **own}})
    try:
        with setting(world, provider=name, model="offline-rule-based"):
            yield
    finally:
        windmill.call("POST", "resources/update/f/chatbot/llm", {"value": value})


@pytest.mark.field_failure(8)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_picture_goes_to_a_model_that_sees(world: World, provider: str) -> None:
    with vendor(world, provider):
        (reply,) = Phone(world).media("image", "image/png", picture("red", "a red chair"))
    assert reply["text"] == "In the picture I see a red chair."


@pytest.mark.field_failure(8)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_picture_with_a_question(world: World, provider: str) -> None:
    with vendor(world, provider):
        (reply,) = Phone(world).media(
            "image",
            "image/png",
            picture("white", "a lamp"),
            caption="How long do I have to return this item?",
        )
    assert "In the picture I see a lamp." in reply["text"]
    assert "30 days" in reply["text"]


@pytest.mark.field_failure(8)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_voice_note_is_heard(world: World, provider: str) -> None:
    phone = Phone(world)
    with vendor(world, provider):
        sound = voice.ogg("How long is a gift card valid?")
        (reply,) = phone.media("audio", "audio/ogg; codecs=opus", sound, voice=True)
    assert "24 months" in reply["text"]
    wait_for(lambda: ("in", "[voice note] How long is a gift card valid?") in phone.log(), 90)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_no_picture_is_answered_in_words(world: World, provider: str) -> None:
    with vendor(world, provider):
        (reply,) = Phone(world).media("image", "image/png", b"\x89PNG\r\n\x1a\n no picture")
    assert "went wrong" in reply["text"]


def test_a_chatbot_whose_model_is_blind_says_so(world: World) -> None:
    with setting(world, model="offline-echo"):
        (reply,) = Phone(world).media("image", "image/png", picture())
    assert "look at pictures" in reply["text"]


def obeying(world: World) -> Any:
    return setting(world, model="offline-obey", send_documents=True)


ASK = 'CALL send_document {"document": "Returns and delivery"}\nSAY Here it is.'


def test_a_document_of_the_knowledge_base_is_sent_and_sent_again(world: World) -> None:
    phone = Phone(world)
    with obeying(world):
        text, document = phone.write(ASK, replies=2)
        assert text["text"] == "Here it is."
        assert document["type"] == "document"
        assert document["content"]["filename"] == "returns-and-delivery.pdf"
        assert phone.file(document["content"]["id"]).startswith(b"%PDF")
        wait_for(lambda: ("out", "[document] Returns and delivery") in phone.log(), 90)
        (part,) = world.rows(
            "select send_id::text from outbound_messages where content ->> 'type' = 'document'"
            " and turn_id in (select id from turns where contact_id = %s)",
            phone.contact(),
        )
        again = {
            "send_id": part["send_id"],
            "db": "$res:f/chatbot/database",
            "whatsapp": "$res:f/chatbot/whatsapp",
            "master_key": "$var:f/chatbot/master_key",
        }
        world.stack.windmill().call("POST", "jobs/run/p/f/chatbot/resend_part", again)
        third = phone.sent(3)[2]
    assert third["type"] == "document"
    assert third["content"]["id"] != document["content"]["id"], (
        "brought to Meta anew: an upload is gone after 30 days"
    )


def test_a_document_that_the_tenant_holds_back_is_not_sent(world: World) -> None:
    with obeying(world):
        # All of them: another test may have brought a file along, and with one the tool is there.
        held = world.rows("update documents set sendable = false where sendable returning id")
        try:
            phone = Phone(world)
            (reply,) = phone.write(ASK)
        finally:
            ids = [row["id"] for row in held]
            world.rows("update documents set sendable = true where id = any(%s) returning id", ids)
    assert reply["type"] == "text"
    assert "no tool 'send_document'" in json.dumps(phone.trace()), (
        "a chatbot without files has no tool for them"
    )


def test_a_picture_of_the_knowledge_base_is_sent_as_a_picture(world: World) -> None:
    content = picture("blue", "Small fits up to 40 kg, large up to 90 kg.")
    stored = seed.upload(world.stack, seed.SHOP, content, "size-chart.png", "Size chart")["document_id"]
    seed.may_be_sent(world.stack, seed.SHOP, stored)
    try:
        state = wait_for(lambda: seed.document_state(world.stack, stored) in ("ready", "failed"), 60)
        assert state and seed.document_state(world.stack, stored) == "ready"
        phone = Phone(world)
        with obeying(world):
            text, sent = phone.write(
                'CALL send_document {"document": "Size chart"}\nSAY Here it is.', replies=2
            )
        assert (text["text"], sent["type"]) == ("Here it is.", "image")
        assert phone.file(sent["content"]["id"]) == content
    finally:
        world.rows("delete from documents where id = %s returning id", stored)


@pytest.mark.field_failure(7)
def test_a_failed_status_is_followed_by_another_send(world: World) -> None:
    phone = Phone(world)
    world.control("statuses", {"fail_code": 131000, "to": phone.number, "sent_s": 0.05})
    try:
        first = phone.write("How long is a gift card valid?")[0]
        wait_for(lambda: phone.parts()[0]["retry_at"], 90)
    finally:
        world.control("statuses", seed_statuses())
    recover(world)
    second = phone.sent(2)[1]
    assert second["text"] == first["text"]
    assert second["biz_data"]["send_id"] != first["biz_data"]["send_id"]
    wait_for(lambda: phone.parts()[0]["state"] in ("delivered", "read"), 90)
    recover(world)
    assert len(phone.sent()) == 2


@pytest.mark.field_failure(7)
def test_a_document_that_meta_could_not_take_is_uploaded_again(world: World) -> None:
    phone = Phone(world)
    world.control("fail", {"mode": "error", "code": 131053, "status": 400, "to": phone.number})
    with obeying(world):
        text, document = phone.write(ASK, replies=2)
    assert (text["type"], document["type"]) == ("text", "document")


def seed_statuses() -> dict[str, Any]:
    return {"sent_s": 0.05, "delivered_s": 0.1, "read_s": 0.2}
