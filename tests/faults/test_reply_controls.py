"""A button with a link and a spoken answer go out once, also when the worker dies while the step writes and the step is run again."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from local import seed
from local.meta import voice
from local.shop_window import SETTINGS
from tests.faults.books import Books
from tests.faults.hold import Hold
from tests.faults.stack import RUNNERS
from tests.faults.storm import Storm

LINK = f"CALL send_link {json.dumps({'label': SETTINGS['links'][0]['label']})}\nSAY You find it here."
WORDS = "SAY Thank you very much."
SOUND = {"mime_type": "audio/ogg; codecs=opus", "data": base64.b64encode(voice.ogg(WORDS)).decode()}
MESSAGES: dict[str, dict[str, Any]] = {
    "interactive": {"type": "text", "text": {"body": LINK}},
    "audio": {"type": "audio", "audio": {**SOUND, "voice": True}},
}
SENT = "new.state = 'sent' and current_setting('lock_timeout') <> '200ms'"
WRITES = [
    ("interactive", "outbound_messages", SENT),
    ("audio", "outbound_messages", SENT),
    ("audio", "staff_files", "new.kind = 'audio'"),
]


@pytest.fixture
def clinic(storm: Storm) -> Iterator[Storm]:
    """The clinic's model does what it reads; it may put the shop's links on buttons."""
    storm.admin("update chatbots set links = %s", Jsonb(SETTINGS["links"]))
    yield storm
    storm.admin("update chatbots set links = '[]'")


def taken(storm: Storm, phone: str) -> list[dict[str, Any]]:
    """What Meta took for a customer."""
    return [message for message in storm.accepted() if message["customer"] == phone]


@pytest.mark.parametrize("first_copy", ["lives on", "dies"])
@pytest.mark.parametrize(("kind", "table", "condition"), WRITES)
def test_once_through_a_death(clinic: Storm, kind: str, table: str, condition: str, first_copy: str) -> None:
    storm, phone = clinic, f"346130{len(table):02d}{len(kind):02d}{len(first_copy):02d}"
    before = storm.count()
    with storm.late_statuses():
        with Hold(storm, table, condition) as hold:
            storm.deliver(seed.CLINIC.phone_number_id, phone, [MESSAGES[kind]])
            first = hold.first_copy()
            storm.stack.revive(*RUNNERS)
            hold.second_copy(first) if table == "outbound_messages" else None
            if first_copy == "dies":
                hold.end(first)
        storm.settle(before + 1)
    Books(storm).balance()
    (message,) = taken(storm, phone)
    assert message["type"] == kind
    (part,) = storm.admin(
        "select o.content from outbound_messages o join turns t on t.id = o.turn_id join contacts c on c.id = t.contact_id"
        " where c.phone = %s",
        phone,
    )
    if kind == "audio":
        (file,) = storm.admin(
            "select content from staff_files where id = %s", part["content"]["audio"]["file"]
        )
        assert bytes(file["content"]) == voice.ogg("Thank you very much.")


@pytest.mark.parametrize("kind", MESSAGES)
def test_words_once_where_meta_refuses_and_the_worker_dies(clinic: Storm, kind: str) -> None:
    """The words take the refused message's place; the worker dies while it writes that Meta took them."""
    storm, phone = clinic, f"3461399{len(kind):04d}"
    before = storm.count()
    storm.control("fail", {"mode": "error", "code": 131051, "status": 400, "to": phone})
    with storm.late_statuses():
        with Hold(storm, "outbound_messages", SENT) as hold:
            storm.deliver(seed.CLINIC.phone_number_id, phone, [MESSAGES[kind]])
            first = hold.first_copy()
            storm.stack.revive(*RUNNERS)
            hold.second_copy(first)
            hold.end(first)
        storm.settle(before + 1)
    (message,) = taken(storm, phone)
    assert message["type"] == "text"
    assert storm.told(phone) == [message["content"]["body"]]
