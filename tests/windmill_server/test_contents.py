"""What customers and tenants bring through a given Windmill server: odd words in odd places, files, web pages."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.seed import CLINIC, SHOP, wait_for
from tests.e2e.phone import Phone
from tests.e2e.test_delivery import change, deliver, envelope, message
from tests.e2e.test_sources import portal, reachable, read
from tests.knowledge import real_files
from tests.knowledge.website import Site
from tests.windmill_server.conftest import ServerWorld
from tests.windmill_server.test_server import PATIENCE, answered, body_of, finished, start, why

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
QUESTION = "How long is a gift card valid?"


@pytest.mark.field_failure(23)
@pytest.mark.parametrize("reference", ["$var:f/chatbot/master_key", "$jsonvar:f/chatbot/master_key"])
def test_any_field_of_a_delivery_may_look_like_a_reference(world: ServerWorld, reference: str) -> None:
    sent = {
        **message(QUESTION),
        "context": {"id": reference, "from": reference},
        "referral": {"headline": reference},
    }
    body = envelope({**change(SHOP, sent), "note": reference})
    value: dict[str, Any] = body["entry"][0]["changes"][0]["value"]
    value["contacts"][0]["profile"] = {"name": reference, "username": reference}
    value["more"] = {"text": reference, "list": [reference]}
    assert deliver(world, body) == 200
    answer = "\n".join(body_of(part) for part in answered(world, sent["id"], PATIENCE))
    assert "24 months" in answer, why(world, sent["id"])
    (row,) = world.rows(
        "select i.payload, c.name from inbound_messages i join contacts c on c.id = i.contact_id where message_id = %s",
        sent["id"],
    )
    assert world.secrets_in(answer + row["payload"]) == []
    assert row["name"] == reference


@pytest.mark.parametrize(
    "odd", ["C:\\u0000", "\x00\ud83d \udc4b", "\u202e\u05e9\u05dc\u05d5\u05dd\u202c", "x " * 30_000], ids=["written", "broken", "rtl", "60 kB"]
)  # fmt: skip
def test_odd_characters_are_words_like_any_other(world: ServerWorld, odd: str) -> None:
    sent = message(f"{odd} {QUESTION}", customer=1)
    assert deliver(world, json.dumps(envelope(change(SHOP, sent)))) == 200
    assert answered(world, sent["id"], PATIENCE), why(world, sent["id"])
    assert finished(world, world.run_of(sent["id"]))["success"] is True, why(world, sent["id"])


@pytest.mark.field_failure(8)
def test_a_customers_word_file_is_read(world: ServerWorld) -> None:
    """Nothing else of the chat needs what reads it, so a server has it only where the step's lock says so."""
    phone = Phone(world)
    content = real_files.saved(real_files.word("The lamp LX-310 came with a crack in its foot."))
    part = {"mime_type": DOCX, "data": base64.b64encode(content).decode(), "filename": "complaint.docx"}
    wamid = phone.deliver({"type": "document", "document": {**part, "caption": QUESTION}})
    assert answered(world, wamid, PATIENCE), why(world, wamid)
    assert finished(world, world.run_of(wamid))["success"] is True, why(world, wamid)
    (row,) = world.rows("select words, problem from media where message_id = %s", wamid)
    assert row["problem"] is None
    assert "crack in its foot" in row["words"]


@pytest.fixture
def site(world: ServerWorld) -> Iterator[Site]:
    """A web site on this machine, which the operator lets tenants reach."""
    yield from reachable(world, Site(world.stack.host))


def test_a_web_page_answers_and_the_schedule_reads_it_again(world: ServerWorld, site: Site) -> None:
    question = "When is the travel vaccination hour for tourists?"
    site.put("/", "Our travel vaccination hour for tourists is on Thursdays from 14:00 to 15:30 in room 7.")
    added = portal(world, "sources", "create", url=site.url, kind="page")
    assert read(world, added["run"])["new"] == 1
    site.put("/", "Our travel vaccination hour for tourists is on Mondays from 09:15 to 10:45 in room 7.")
    world.rows(
        "update knowledge_sources set next_read_at = now() where id = %s returning id", added["source_id"]
    )
    arguments = world.stack.windmill().call("GET", "schedules/get/f/ingest/refresh_sources").json()["args"]
    job = start(world, "p/f/ingest/refresh_sources", arguments)
    assert job["success"] is True, job["result"]
    query = "select state, pages from knowledge_sources where id = %s and read_at > %s and state <> 'reading'"
    wait_for(lambda: world.rows(query, added["source_id"], job["created_at"]), PATIENCE)
    wait_for(
        lambda: not world.rows("select from documents where state in ('received', 'processing')"), PATIENCE
    )
    sent = message(question)
    assert deliver(world, envelope(change(CLINIC, sent))) == 200
    answer = "\n".join(body_of(part) for part in answered(world, sent["id"], PATIENCE))
    assert "09:15 to 10:45" in answer and "14:00" not in answer, why(world, sent["id"])
    portal(world, "sources", "delete", source_id=added["source_id"])
