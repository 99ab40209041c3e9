"""What customers send while a person has the conversation, and what that person sends back: over the running product."""

from __future__ import annotations

import base64
import json
import time
import uuid
from typing import Any

from local import seed
from local.meta import voice
from local.seed import wait_for
from tests.e2e.conftest import World
from tests.e2e.phone import Phone
from tests.e2e.staff import Staff, is_plain
from tests.e2e.test_whatsapp_files import picture

FILES: list[tuple[str, str, bytes]] = [
    ("image", "image/png", picture("green", "a planted green lamp")),
    ("audio", "audio/ogg; codecs=opus", voice.ogg("Where is the planted lamp?")),
    ("video", "video/mp4", b"\0\0\0\x20ftypisom planted video words " * 5),
    ("document", "application/pdf", b"%PDF-1.7 planted document words, no page " * 5),
    ("sticker", "image/webp", b"RIFF\0\0\0\0WEBPVP8 planted sticker words " * 5),
]


def paused(world: World, staff: Staff) -> tuple[Phone, str]:
    """A customer whose conversation a person has taken over; their contact's id."""
    phone = Phone(world)
    phone.write("How long is a gift card valid?")
    contact = phone.contact()
    assert staff.ask("conversations", "pause", contact_id=contact, hours=1)["ok"]
    return phone, contact


def deliver(phone: Phone, kind: str, mime: str, content: bytes, **more: Any) -> None:
    part = {"mime_type": mime, "data": base64.b64encode(content).decode(), **more}
    phone.deliver({"type": kind, kind: part})


def test_what_comes_while_a_person_talks_is_fetched_and_written_down(world: World) -> None:
    staff = Staff(world, "agent")
    phone, contact = paused(world, staff)
    before = set(world.job_ids())
    since = time.monotonic()
    for kind, mime, content in FILES:
        deliver(phone, kind, mime, content, **({"voice": True} if kind == "audio" else {}))

    def here() -> list[dict[str, Any]]:
        files = [m["file"] for m in staff.thread(contact) if m["file"]]
        return files if sum(f["state"] == "here" for f in files) == len(FILES) else []

    files = {file["kind"]: file for file in wait_for(here, 60)}
    print(f"five files after {time.monotonic() - since:.1f} s")
    assert ("in", "[voice note] Where is the planted lamp?") in phone.log()
    assert files["audio"]["transcript"] == "Where is the planted lamp?"
    for kind, _, content in FILES:
        assert staff.file(files[kind]["id"]) == content
    assert len(phone.sent()) == 1, "the bot is quiet"
    told = json.dumps(world.jobs(but=before))
    assert not [kind for kind, _, content in FILES if is_plain(content, told)]
    stranger = Staff(world, "owner", seed.CLINIC)
    asked = stranger.ask("attachments", "get", file_id=files["image"]["id"], page_key="a")
    assert asked["refused"] == "not_found"


def test_a_person_sends_a_file_and_a_voice_note(world: World) -> None:
    staff = Staff(world, "agent")
    phone, contact = paused(world, staff)
    before = set(world.job_ids())
    for content, more in (
        (b"%PDF-1.7 planted offer words for this customer " * 3, {"filename": "offer.pdf"}),
        (voice.ogg("We have sent it."), {"filename": "voice.ogg", "voice": True}),
        (picture("blue"), {"filename": "lamp.png", "caption": "This one?"}),
    ):
        reply = str(uuid.uuid4())
        fields = {"contact_id": contact, "reply_id": reply, **more}
        sealed = staff.sealed(contact, reply, content)
        for _ in range(2):
            assert staff.ask("attachments", "send", sealed_file=sealed, **fields)["ok"]
        sent = phone.sent()[-1]
        assert phone.file(sent["content"]["id"]) == content
        assert not is_plain(content, json.dumps(world.jobs(but=before)))
    assert [m["type"] for m in phone.sent()[1:]] == ["document", "audio", "image"]
    assert [m["file"]["kind"] for m in staff.thread(contact)[2:]] == ["document", "audio", "image"]
