"""The dispatch: every message gets exactly one run, through outages, mistakes in settings, and replicas."""

from __future__ import annotations

import asyncio
import hmac
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from f.common import windmill as steps
from ingress.circuit import Circuit, backoff_s
from ingress.dispatch import Dispatcher
from ingress.link import Link
from ingress.metrics import Metrics
from ingress.windmill import FLOW, StartOutcome, Windmill
from tests.ingress.support import (
    JOB_ID_KEY,
    PHONE,
    TOKEN,
    Database,
    FakeWindmill,
    Ingress,
    change,
    dumps,
    envelope,
    settings,
    status,
    text,
    wait_until,
)

Start = Callable[..., Ingress]


@pytest.fixture
def start(database: Database, windmill: FakeWindmill, tmp_path: Path) -> Iterator[Start]:
    """Starts replicas over an empty inbox; all of them end well. The stand-in for Windmill ends no run, so there is room for many."""
    database.clear()
    database.room(1000)
    running: list[Ingress] = []

    def one(**settings: str) -> Ingress:
        running.append(
            Ingress(database.ingress_url, tmp_path / f"log{len(running)}", windmill.url, **settings)
        )
        return running[-1].wait()

    yield one
    assert [ingress.stop() for ingress in running] == [0] * len(running)


def store(database: Database, *message_ids: str) -> None:
    """Puts messages of as many customers into the inbox behind the ingress's back, as a crash would leave them."""
    for message_id in message_ids:
        database.rows(
            "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload)"
            " values (%s, %s, 'message', %s, %s) returning 1",
            PHONE,
            message_id,
            message_id,
            dumps(envelope(change(messages=[text(message_id)]))).decode(),
        )


def all_dispatched(database: Database) -> Callable[[], bool]:
    return lambda: database.ids() != [] and database.ids("state <> 'dispatched'") == []


def is_accepted(ingress: Ingress, name: str) -> bool:
    """Whether Meta gets its 200 for a message; each comes from a customer of its own."""
    return ingress.send(change(messages=[text(name, sender=name)])).status_code == 200


def expected_job_id(message_id: str, dispatch_no: int = 0) -> str:
    digest = hmac.digest(JOB_ID_KEY.encode(), f"{PHONE}/{message_id}/{dispatch_no}".encode(), "sha256")
    return str(uuid.UUID(bytes=digest[:16], version=4))


def test_a_message_is_posted_once_with_its_own_job_id(
    start: Start, database: Database, windmill: FakeWindmill
) -> None:
    ingress = start(DISPATCH_POLL_S="3600")  # no timer: the commit wakes it
    body = dumps(envelope(change(messages=[text("wamid.one")], statuses=[status()])))
    assert ingress.post(body).status_code == 200
    wait_until(lambda: database.ids("state = 'dispatched'") == ["wamid.one"])
    [post] = windmill.posts
    assert post["path"] == "/api/w/demo/jobs/run/f/f/chatbot/whatsapp_message"
    assert (post["job_id"], post["token"]) == (expected_job_id("wamid.one"), f"Bearer {TOKEN}")
    assert "scheduled_in_secs" not in post
    assert json.loads(post["body"]) == envelope(change(messages=[text("wamid.one")]))
    assert ingress.metric("dispatched_total") == 1
    assert ingress.metric("dispatch_seconds_count") == 1


def test_how_long_a_message_waited_for_its_run_is_measured_from_its_insert(
    start: Start, database: Database, windmill: FakeWindmill
) -> None:
    store(database, "wamid.waited", "wamid.requeued")
    database.connection.execute(
        "update inbound_messages set received_at = now() - interval '70 seconds', due_at = now(),"
        " dispatch_no = case message_id when 'wamid.requeued' then 1 else 0 end"
    )
    ingress = start()
    wait_until(lambda: ingress.metric("dispatched_total") == 2)
    # The message of a second dispatch has waited for recovery, not for Windmill.
    assert ingress.metric("dispatch_seconds_count") == 1
    assert 70 <= ingress.metric("dispatch_seconds_sum") < 100
    assert ingress.metric('dispatch_seconds_bucket{le="60.0"}') == 0


class SlowLink(Link):
    """A link whose first claim has found nothing, and is answered only when told."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "test", timeout=5)
        self.asked, self.told = asyncio.Event(), asyncio.Event()

    async def execute(self, query: bytes, values: Sequence[Any] = ()) -> psycopg.AsyncCursor[Any]:
        cursor = await super().execute(query, values)
        self.asked.set()
        await self.told.wait()
        return cursor


def test_a_message_that_comes_while_a_claim_is_on_its_way_does_not_wait_for_the_timer(
    database: Database, windmill: FakeWindmill
) -> None:
    async def stored_between_the_claim_and_its_answer() -> None:
        link = SlowLink(database.ingress_url)
        target = Windmill(windmill.url, "demo", TOKEN, JOB_ID_KEY, timeout=5, connections=1)
        dispatcher = Dispatcher(link, target, settings(dispatch_poll_s=3600), Metrics())
        work = asyncio.create_task(dispatcher.run())
        await link.asked.wait()
        store(database, "wamid.between")
        dispatcher.wake()
        link.told.set()
        await asyncio.to_thread(wait_until, all_dispatched(database))
        dispatcher.close()
        await work
        await link.close()
        await target.close()

    database.clear()
    asyncio.run(stored_between_the_claim_and_its_answer())
    assert windmill.message_ids() == ["wamid.between"]


@pytest.mark.field_failure(3)
def test_a_message_waits_in_the_inbox_until_its_merge_window_ends(
    start: Start, database: Database, windmill: FakeWindmill
) -> None:
    database.rows("insert into tenants (name) values ('Shop') returning 1")
    database.rows(
        "insert into chatbots (phone_number_id, tenant_id, name, merge_window_s)"
        " select %s, id, 'Bot', 1.2 from tenants returning 1",
        PHONE,
    )
    begun = time.monotonic()
    start(DISPATCH_POLL_S="3600").send(change(messages=[text("wamid.later")]))
    wait_until(all_dispatched(database))
    assert time.monotonic() - begun >= 1.2
    assert windmill.message_ids() == ["wamid.later"]
    database.connection.execute("delete from tenants")


def test_a_turn_that_ends_lets_the_next_message_go_without_the_timer(
    start: Start, database: Database, windmill: FakeWindmill
) -> None:
    database.room(1)
    ingress = start(DISPATCH_POLL_S="3600")
    for name in ("wamid.1", "wamid.2"):
        assert ingress.send(change(messages=[text(name, sender=name)])).status_code == 200
    wait_until(lambda: database.ids("state = 'dispatched'") == ["wamid.1"])
    assert windmill.message_ids() == ["wamid.1"], "Meta has its 200; the message waits here"
    database.end(PHONE, "wamid.1")
    wait_until(lambda: database.ids("state = 'dispatched'") == ["wamid.2"])


def test_the_dispatcher_listens_again_after_the_database_was_away(
    start: Start, database: Database, windmill: FakeWindmill
) -> None:
    database.room(1)
    ingress = start(DISPATCH_POLL_S="3600")
    database.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'ingress %%'"
    )
    for name in ("wamid.1", "wamid.2"):
        wait_until(partial(is_accepted, ingress, name))
    wait_until(lambda: database.ids("state = 'dispatched'") == ["wamid.1"])
    listening = "select 1 from pg_stat_activity where application_name = 'ingress listener'"
    wait_until(lambda: database.rows(listening) != [])
    database.end(PHONE, "wamid.1")
    wait_until(lambda: database.ids("state = 'dispatched'") == ["wamid.2"])


@pytest.mark.field_failure(22)
def test_what_a_crash_left_behind_is_dispatched_oldest_first(
    start: Start, database: Database, windmill: FakeWindmill
) -> None:
    names = [f"wamid.{i:02}" for i in range(20)]
    store(database, *names)
    start(DISPATCH_CONCURRENCY="1")
    wait_until(all_dispatched(database))
    assert windmill.message_ids() == names


@pytest.mark.field_failure(22)
def test_nothing_is_lost_while_windmill_is_down(
    start: Start, database: Database, windmill: FakeWindmill
) -> None:
    windmill.down()
    ingress = start()
    names = {f"wamid.{i}" for i in range(30)}
    for name in names:
        assert ingress.send(change(messages=[text(name, sender=name)])).status_code == 200
    wait_until(lambda: ingress.metric("windmill_down") == 1)
    windmill.up()
    wait_until(all_dispatched(database))
    assert Counter(windmill.message_ids()) == Counter(names)
    assert ingress.metric("windmill_down") == 0


def test_a_windmill_that_fails_is_probed_with_one_message_at_a_time(
    start: Start, database: Database, windmill: FakeWindmill
) -> None:
    windmill.answer = lambda post: (502, "bad gateway")
    store(database, *(f"wamid.{i:02}" for i in range(40)))
    ingress = start(DISPATCH_CONCURRENCY="4")
    wait_until(lambda: ingress.metric("windmill_down") == 1)
    seen = len(windmill.posts)
    wait_until(lambda: len(windmill.posts) >= seen + 4)  # those that were on their way, and then a probe
    wait_until(lambda: windmill.at_once == 0)
    before, windmill.most_at_once = len(windmill.posts), 0
    wait_until(lambda: len(windmill.posts) >= before + 4)
    assert windmill.most_at_once == 1
    assert ingress.admin.get("/readyz").status_code == 200  # Windmill's trouble is not Meta's
    windmill.answer = lambda post: (201, post["job_id"])
    wait_until(all_dispatched(database))


@pytest.mark.parametrize(
    "words",
    [
        "Bad request: Job with id 4b2d already exists",
        'error returned from database: duplicate key value violates unique constraint "queue_pkey"',
    ],
)
def test_a_job_that_exists_is_done(
    start: Start, database: Database, windmill: FakeWindmill, words: str
) -> None:
    windmill.answer = lambda post: (400, words)
    store(database, "wamid.again")
    ingress = start()
    wait_until(all_dispatched(database))
    assert len(windmill.posts) == 1 and ingress.metric("dispatched_total") == 1


def test_an_answer_that_was_lost_leads_to_the_same_job(
    start: Start, database: Database, windmill: FakeWindmill
) -> None:
    known: set[str] = set()

    def forgetful(post: dict[str, Any]) -> tuple[int, str]:
        if post["job_id"] in known:
            return 400, f"Job with id {post['job_id']} already exists"
        known.add(post["job_id"])
        return 504, "the job was made, but the proxy gave up"

    windmill.answer = forgetful
    store(database, "wamid.lost")
    start()
    wait_until(all_dispatched(database))
    assert [post["job_id"] for post in windmill.posts] == [expected_job_id("wamid.lost")] * 2


def test_one_message_that_windmill_refuses_holds_up_no_other(
    start: Start, database: Database, windmill: FakeWindmill
) -> None:
    windmill.answer = lambda post: (422 if b"wamid.bad" in post["body"] else 201, "")
    names = [f"wamid.{i}" for i in range(30)]
    store(database, "wamid.bad", *names)
    ingress = start(DISPATCH_CONCURRENCY="2")
    wait_until(lambda: sorted(database.ids("state = 'dispatched'")) == sorted(names))
    wait_until(lambda: windmill.message_ids().count("wamid.bad") >= 3)
    assert database.ids("state = 'received'") == ["wamid.bad"]
    assert ingress.metric("windmill_down") == 0
    assert database.rows("select reason from inbound_messages where state = 'received'") == [
        ("Windmill answered 422",)
    ]


def test_a_message_that_breaks_windmill_holds_up_no_other(
    start: Start, database: Database, windmill: FakeWindmill
) -> None:
    windmill.answer = lambda post: (500 if b"wamid.bad" in post["body"] else 201, "")
    store(database, "wamid.bad")
    ingress = start()
    wait_until(lambda: ingress.metric("windmill_down") == 1)  # for all that is known, it is down
    store(database, *(f"wamid.{i}" for i in range(10)))
    wait_until(lambda: len(database.ids("state = 'dispatched'")) == 10)


@pytest.mark.parametrize(("code", "hint"), [(401, "not valid"), (403, "may not run"), (404, "no flow")])
def test_a_misconfiguration_is_one_sentence_and_loses_nothing(
    start: Start, database: Database, windmill: FakeWindmill, code: int, hint: str
) -> None:
    windmill.answer = lambda post: (code, "no")
    store(database, *(f"wamid.{i}" for i in range(5)))
    ingress = start()
    wait_until(lambda: ingress.metric('dispatch_failures_total{reason="misconfigured"}') >= 6)
    told = [line for line in ingress.log.read_text().splitlines() if "was not dispatched" in line]
    assert len(told) == 1 and hint in told[0] and str(code) in told[0]
    windmill.answer = lambda post: (201, "")
    wait_until(all_dispatched(database))


def test_two_replicas_post_every_message_once(
    start: Start, database: Database, windmill: FakeWindmill
) -> None:
    seen: set[str] = set()
    both = threading.Event()

    def once_both_are_here(post: dict[str, Any]) -> tuple[int, str]:
        seen.add(post["token"])
        if len(seen) == 2:
            both.set()
        return (201, "") if both.wait(60) else (500, "the other replica never came")

    windmill.answer = once_both_are_here
    names = [f"wamid.{i:03}" for i in range(120)]
    first, second = (start(DISPATCH_CONCURRENCY="2", WINDMILL_TOKEN=name) for name in ("first", "second"))
    store(database, *names)
    wait_until(all_dispatched(database))
    assert Counter(windmill.message_ids()) == Counter(names)
    shares = [replica.metric("dispatched_total") for replica in (first, second)]
    assert sum(shares) == 120 and min(shares) > 0


def test_statuses_and_echoes_are_applied_and_never_dispatched(
    start: Start, database: Database, windmill: FakeWindmill
) -> None:
    ingress = start()
    echo = {
        "from": "15550783881",
        "to": "16505551234",
        "id": "wamid.echo",
        "type": "text",
        "text": {"body": "me"},
    }
    ingress.send(change("smb_message_echoes", message_echoes=[echo]), change(statuses=[status()]))
    wait_until(lambda: database.ids("kind = 'echo' and state <> 'received'") == ["wamid.echo"])
    assert wait_until(lambda: ingress.metric("events_applied_total")) >= 1
    assert windmill.posts == []


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_circuit_probes_rarely_and_ramps_up() -> None:
    clock = Clock()
    circuit = Circuit(16, 1.0, 20.0, clock)
    assert circuit.room(0) == 16
    circuit.failed()
    circuit.failed()
    assert not circuit.is_open and circuit.room(4) == 12
    circuit.succeeded()
    for _ in range(16):  # all that were on their way when it went down
        circuit.failed()
    assert circuit.is_open and circuit.room(0) == 0
    pauses = []
    for _ in range(8):
        pauses.append(circuit.pause_s())
        clock.now += circuit.pause_s()
        assert circuit.room(0) == 1 and circuit.room(1) == 0
        circuit.failed()
    assert all(2**i / 2 <= pause <= 2**i for i, pause in enumerate(pauses[:4]))
    assert max(pauses) <= 20
    clock.now += circuit.pause_s()
    rooms = []
    for _ in range(5):
        circuit.succeeded()
        rooms.append(circuit.room(0))
    assert rooms == [2, 4, 8, 16, 16]


def test_a_misconfiguration_opens_the_circuit_at_once_and_for_long() -> None:
    circuit = Circuit(16, 1.0, 20.0, Clock())
    circuit.failed(for_long=True)
    assert circuit.is_open and circuit.pause_s() == 20.0


def test_backoff_grows_with_jitter_and_has_an_end() -> None:
    waits = [{backoff_s(failures, 1.0, 60.0) for _ in range(50)} for failures in range(1, 2000, 50)]
    assert all(0.5 <= wait <= 1.0 for wait in waits[0]) and len(waits[0]) > 1
    assert all(30 <= wait <= 60 for some in waits[1:] for wait in some)


def test_the_ingress_and_the_steps_derive_the_same_job_id_for_the_same_flow() -> None:
    """Else a message that both dispatch would get two runs."""
    ours = Windmill("http://127.0.0.1:9", "demo", "t", JOB_ID_KEY, timeout=1, connections=1)
    for key in (("106540352242922", "wamid.1", 0), ("", "wamid.\ufffd/ü", 12)):
        assert str(ours.job_id(*key)) == steps.job_id(JOB_ID_KEY, *key)
    assert FLOW == steps.FLOW


@pytest.mark.parametrize(
    ("code", "words", "outcome"),
    [
        (201, "", StartOutcome.STARTED),
        (400, "Job with id x already exists", StartOutcome.STARTED),
        (400, "duplicate key value violates unique constraint queue_pkey", StartOutcome.STARTED),
        (400, "duplicate key value violates unique constraint something_else", StartOutcome.REFUSED),
        (400, "not JSON", StartOutcome.REFUSED),
        (413, "", StartOutcome.REFUSED),
        (302, "", StartOutcome.MISCONFIGURED),
        (401, "", StartOutcome.MISCONFIGURED),
        (429, "", StartOutcome.DOWN),
        (500, "Job with id x already exists", StartOutcome.DOWN),
    ],
)
def test_what_a_response_of_windmill_means(code: int, words: str, outcome: StartOutcome) -> None:
    windmill = Windmill("http://127.0.0.1:9", "demo", "t", "k" * 16, timeout=1, connections=1)
    assert windmill.read_response(code, words).outcome is outcome
