"""One business beside another: a flood, a model that takes long and a site that never answers keep nobody else waiting."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from local.seed import CLINIC, SHOP, wait_for
from tests.e2e.conftest import CHAT_WORKERS, World
from tests.e2e.phone import recover
from tests.e2e.test_sources import administer, portal


@contextmanager
def model_of_shop(world: World, name: str) -> Iterator[None]:
    change = "update chatbots set model = {} where phone_number_id = '" + SHOP.phone_number_id + "'"
    administer(world, change.format(f"'{name}'"))
    try:
        yield
    finally:
        administer(world, change.format("null"))


def flood(world: World, size: int, first: int = 0) -> list[str]:
    """So many customers write to the shop at once; their numbers."""
    people = [f"3471100{number:04d}" for number in range(first, first + size)]
    for phone in people:
        body = {
            "phone_number_id": SHOP.phone_number_id,
            "from": phone,
            "message": {"type": "text", "text": {"body": "hello"}},
            "wait": False,
        }
        world.control("deliver", body)
    return people


SHOP_STATES = "select state, count(*) as n from inbound_messages where sender = any(%s) group by state"


def test_another_businesss_question_does_not_queue_behind_a_flood_with_a_slow_model(world: World) -> None:
    with model_of_shop(world, "offline-echo-after-4"):
        people = flood(world, 20)
        wait_for(lambda: len(world.rows("select from turns where state = 'active'")) >= 3, 60)
        before = world.rows(
            "select count(*) as n from turns t join contacts c on c.id = t.contact_id where c.phone = any(%s)",
            people,
        )
        assert 20 - before[0]["n"] > CHAT_WORKERS, "most of the flood waits in the inbox"
        assert "8 hours" in world.ask(CLINIC, "How long must I fast before a blood test?")
        (mine,) = world.rows(
            "select i.received_at, t.opened_at, o.sent_at from inbound_messages i join turns t on t.id = i.turn_id"
            " join outbound_messages o on o.turn_id = t.id and o.part = 1 where i.phone_number_id = %s order by i.seq desc limit 1",
            CLINIC.phone_number_id,
        )
        meanwhile = world.rows(
            "select count(*) as n from turns t join contacts c on c.id = t.contact_id"
            " where c.phone = any(%s) and t.opened_at between %s and %s",
            *(people, mine["received_at"], mine["opened_at"]),
        )
        # Those that Windmill already had may still open.
        assert meanwhile[0]["n"] < CHAT_WORKERS, "it is next, whatever the shop has waiting"
        active = "select count(*) as n from turns where state = 'active' and tenant_id <> (select tenant_id from chatbots where phone_number_id = %s)"
        assert world.rows(active, CLINIC.phone_number_id)[0]["n"] < CHAT_WORKERS
    wait_for(lambda: {row["state"] for row in world.rows(SHOP_STATES, people)} == {"answered"}, 240)


SAID = """select l.body from conversation_logs l join contacts c on c.id = l.contact_id
    where c.phone = %s and l.direction = 'out' order by l.id"""


@contextmanager
def words_for_a_wait(world: World, words: str) -> Iterator[None]:
    change = "update chatbots set waiting_message = '{}' where phone_number_id = '{}'"
    administer(world, change.format(json.dumps({"en": words}), SHOP.phone_number_id))
    try:
        yield
    finally:
        administer(world, change.format("{}", SHOP.phone_number_id))


def test_who_waits_for_a_flood_to_end_is_told_so_once_and_answered(world: World) -> None:
    words = "Many people write to us at the moment. We answer in a while."
    with model_of_shop(world, "offline-echo-after-8"), words_for_a_wait(world, words):
        people = flood(world, CHAT_WORKERS + 3, first=100)
        wait_for(lambda: len(world.rows("select from turns where state = 'active'")) >= 3, 60)
        (last,) = world.rows(
            "update inbound_messages set received_at = received_at - interval '1 minute' where state = 'received'"
            " and seq = (select max(seq) from inbound_messages where sender = any(%s)) returning sender",
            people,
        )
        recover(world)
        recover(world)
        assert [message["text"] for message in world.sent(SHOP) if message["text"] == words] == [words]
        wait_for(lambda: {row["state"] for row in world.rows(SHOP_STATES, people)} == {"answered"}, 240)
    said = [row["body"] for row in world.rows(SAID, last["sender"])]
    assert said[0] == words
    assert len(said) == 2


class Hanging(BaseHTTPRequestHandler):
    """A site whose pages come when the test says so."""

    go: threading.Event
    asked: threading.Event

    def do_GET(self) -> None:
        if self.path == "/robots.txt":
            self.send_error(404)
            return
        self.asked.set()
        self.go.wait(120)
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<p>At last.</p>")

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def hanging(world: World) -> Iterator[list[ThreadingHTTPServer]]:
    """Sites that hang, and that the shop's and the clinic's staff may name."""
    Hanging.go, Hanging.asked = threading.Event(), threading.Event()
    sites = [ThreadingHTTPServer(("127.0.0.1", 0), Hanging) for _ in range(3)]
    for site in sites:
        threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True).start()
    server = world.stack.windmill()
    before = server.call("GET", "resources/get_value/f/chatbot/settings").json()
    hosts = [*before["allowed_private_hosts"], *(f"127.0.0.1:{site.server_port}" for site in sites)]
    change = {"value": {**before, "allowed_private_hosts": hosts}}
    server.call("POST", "resources/update/f/chatbot/settings", change)
    yield sites
    Hanging.go.set()
    wait_for(lambda: not world.rows("select from knowledge_sources where state in ('new', 'reading')"), 240)
    wait_for(lambda: not world.rows("select from documents where state in ('received', 'processing')"), 120)
    administer(world, "delete from knowledge_sources")
    server.call("POST", "resources/update/f/chatbot/settings", {"value": before})
    for site in sites:
        site.shutdown()


def test_sites_that_hang_leave_the_portal_and_the_chat_free(
    world: World, hanging: list[ThreadingHTTPServer]
) -> None:
    urls = [f"http://127.0.0.1:{site.server_port}/" for site in hanging]
    for url, person in zip(urls, (SHOP.staff, SHOP.staff, CLINIC.staff), strict=True):
        portal(world, "sources", "create", person=person, url=url, kind="page")
    assert Hanging.asked.wait(60)
    reading = "select count(*) as n from knowledge_sources where run_id is not null"
    assert world.rows(reading)[0]["n"] == 2, "of each business one at a time"
    assert len(portal(world, "sources", "list")["sources"]) == 1
    assert "8 hours" in world.ask(CLINIC, "How long must I fast before a blood test?")
    assert not Hanging.go.is_set()
