"""Events for developers: each is delivered, at least once and in the order of its contact, whatever the receiver does."""

from __future__ import annotations

import hmac
import json
import os
import socket
import threading
import uuid
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
import pytest

from f.chatbot import deliver_events
from f.common.webhook_signature import shown_secret, webhook_secrets
from sql import apply
from tests.sql.conversation import NUMBERS, Conversation

MASTER_KEY = b64encode(b"a" * 32).decode()
COUNT = int(os.environ.get("EVENTS", "150"))
ALL = ["message", "turn", "handoff", "status", "lead", "document"]


class Receiver:
    """A developer's server. `answer`: status and body for each request, or None to hang up."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[dict[str, Any]], tuple[int, bytes] | None] = lambda _: (200, b"")
        receiver, lock = self, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                body = json.loads(raw)
                with lock:
                    receiver.requests.append(({k.lower(): v for k, v in self.headers.items()}, raw))
                    answer = receiver.answer(body)
                    if answer and answer[0] == 200:
                        receiver.taken.append(body)
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer[0])
                self.send_header("content-length", str(len(answer[1])))
                self.send_header("location", "http://127.0.0.1:9/")
                self.end_headers()
                try:
                    self.wfile.write(answer[1])
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_address[1]}"

    def in_order(self) -> dict[str, list[str]]:
        """The first delivery of each event, by contact, in the order in which they came."""
        seen: set[str] = set()
        found: dict[str, list[str]] = defaultdict(list)
        for event in self.taken:
            if event["id"] not in seen:
                seen.add(event["id"])
                found[event["contact_id"]].append(event["id"])
        return found

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Shop:
    """A business of its own whose developers have receivers."""

    def __init__(self, url: str) -> None:
        self.talk = Conversation(url)
        info = psycopg.conninfo.conninfo_to_dict(url)
        place = {key: info.get(key) for key in ("host", "port", "dbname")}
        self.db = {**place, "user": "chatbot_app", "password": "events"}
        self.hosts: list[str] = []

    def listen(self, host: str, kinds: list[str] | None = None) -> str:
        self.hosts.append(host)
        return str(
            self.talk.one(
                "insert into event_endpoints (tenant_id, url, kinds, made_by) values (%s, %s, %s, 'o@shop.example') returning id::text",
                *(self.talk.tenant, f"http://{host}/hook", kinds or ALL),
            )
        )

    def deliver(self) -> dict[str, int]:
        """What the schedule does."""
        return deliver_events.main(self.db, {"allowed_private_hosts": self.hosts}, MASTER_KEY)

    def pass_time(self, hours: float) -> None:
        """By the database's clock, which decides what is due."""
        moved = {
            "event_endpoints": ("due_at", "failing_since", "lease_until"),
            "event_deliveries": ("due_at", "first_try_at"),
        }
        for table, columns in moved.items():
            changes = ", ".join(f"{name} = {name} - interval '{hours} hours'" for name in columns)
            self.talk.admin.execute(f"update {table} set {changes}".encode())

    def converse(self, words: str = "Hello", answer: str = "Hi.") -> str:
        """A customer writes and is answered; returns the contact."""
        run = str(uuid.uuid4())
        turn = self.talk.open(self.talk.write(words), run)["turn_id"]
        epoch = self.talk.begin(turn, run, 2)
        self.talk.queue(turn, epoch, answer)
        self.talk.claim(turn, epoch)
        self.talk.record(turn, epoch, wamid=f"out.{turn}")
        self.talk.call("close_turn", turn, epoch, "done", "answered", "{}")
        return str(self.talk.one("select contact_id::text from turns where id = %s", turn))

    def endpoint(self, endpoint: str) -> dict[str, Any]:
        return self.talk.rows("select * from event_endpoints where id = %s", endpoint)[0]

    def bell(self) -> list[str]:
        rows = self.talk.rows("select kind from notifications where tenant_id = %s", self.talk.tenant)
        return [row["kind"] for row in rows]


@pytest.fixture(scope="module")
def url(new_product_database: Callable[[], str]) -> str:
    made = new_product_database()
    apply.apply(made, {"chatbot_app": "events"})
    return made


@pytest.fixture
def shop(url: str) -> Iterator[Shop]:
    shop = Shop(url)
    yield shop
    shop.talk.admin.execute(b"delete from event_endpoints")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


def test_what_happens_is_told_signed_and_in_order(shop: Shop, receiver: Receiver) -> None:
    shop.listen(receiver.host)
    contact = shop.converse("When do you open?", "At nine.")
    shop.talk.call("edit_contact", contact, json.dumps({"lead": {"email": "ana@x.example"}}))
    shop.talk.app.execute("select pause_contact(%s)::text", [contact])
    shop.talk.call("resume_contact", contact)
    assert shop.deliver()["refused"] == 0
    told = [(event["type"], event["data"]) for event in receiver.taken]
    assert [kind for kind, _ in told] == ["message", "message", "turn", "lead", "handoff", "handoff"]
    assert [(d["sender"], d["text"]) for k, d in told if k == "message"] == [
        ("customer", "When do you open?"),
        ("bot", "At nine."),
    ]
    assert told[2][1]["outcome"] == "answered" and told[3][1]["lead"] == {"email": "ana@x.example"}
    assert [d["open"] for k, d in told if k == "handoff"] == [True, False]
    secret = b64decode(shown_secret(webhook_secrets(MASTER_KEY, shop.talk.tenant)[0]).removeprefix("whsec_"))
    for headers, raw in receiver.requests:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + raw
        expected = "v1," + b64encode(hmac.digest(secret, signed, "sha256")).decode()
        assert headers["webhook-signature"] == expected and headers["webhook-id"] == json.loads(raw)["id"]
    assert shop.deliver() == {"taken": 0, "refused": 0, "deleted": 0}


def test_a_status_and_a_document_are_told_to_whoever_wants_them(shop: Shop, receiver: Receiver) -> None:
    shop.listen(receiver.host, ["status", "document"])
    shop.converse()
    send_id = shop.talk.one(
        "select send_id::text from conversation_logs where tenant_id = %s and direction = 'out'",
        shop.talk.tenant,
    )
    for status in ("delivered", "read"):
        callback = json.dumps({"send_id": send_id})
        status_of = {"id": "x", "status": status, "biz_opaque_callback_data": callback}
        shop.talk.one("select apply_status(%s::jsonb)", json.dumps(status_of))
    taken = shop.talk.app.execute(
        "select document_id from take_upload('o', 'Hours', 'h.md', 'x', null)"
    ).fetchone()
    assert taken
    shop.talk.admin.execute("delete from documents where id = %s", [taken["document_id"]])
    shop.deliver()
    told = {kind: [e["data"] for e in receiver.taken if e["type"] == kind] for kind in ("status", "document")}
    assert [data["status"] for data in told["status"]] == ["delivered", "read"]
    assert [data["state"] for data in told["document"]] == ["received", "deleted"]
    assert len(receiver.taken) == 4


def test_a_receiver_that_is_down_for_six_hours_gets_everything_in_order(
    shop: Shop, receiver: Receiver
) -> None:
    """EVENTS=10000 for the size that docs/webhooks.md names."""
    endpoint = shop.listen(receiver.host)
    receiver.answer = lambda _: (503, b"")
    phones = [str(next(NUMBERS)) for _ in range(max(20, COUNT // 60))]
    hours = 6
    made = 0
    for hour in range(hours):
        while made < COUNT * (hour + 1) / hours:
            shop.talk.phone = phones[made // 3 % len(phones)]
            shop.converse()
            made += 3  # two messages and a turn
        posts = len(receiver.requests)
        shop.deliver()
        assert 1 <= len(receiver.requests) - posts <= 20, "few tries each time while nothing is taken"
        shop.pass_time(1)
    assert receiver.taken == [] and shop.endpoint(endpoint)["state"] == "active"
    # Up again, with a hiccup in every fiftieth request; each run of the schedule goes on.
    count = iter(range(10**9))
    receiver.answer = lambda _: (500, b"") if next(count) % 50 == 49 else (200, b"")
    for _ in range(200):
        shop.deliver()
        if not shop.talk.one(
            "select count(*) from event_deliveries where endpoint_id = %s and state = 'waiting'", endpoint
        ):
            break
        shop.pass_time(0.2)
    expected: dict[str, list[str]] = defaultdict(list)
    for row in shop.talk.rows(
        "select contact_id::text as c, 'evt_' || replace(id::text, '-', '') as id from events where tenant_id = %s order by seq",
        shop.talk.tenant,
    ):
        expected[row["c"]].append(row["id"])
    assert receiver.in_order() == expected and sum(map(len, expected.values())) >= COUNT
    assert shop.endpoint(endpoint)["failing_since"] is None and shop.bell() == []


def test_an_event_that_is_refused_holds_up_its_contact_alone_and_is_given_up(
    shop: Shop, receiver: Receiver
) -> None:
    shop.listen(receiver.host, ["message"])
    bad = shop.converse("poison")
    shop.talk.phone = str(next(NUMBERS))
    good = shop.converse("fine")
    receiver.answer = lambda event: (400, b"") if event["data"]["text"] == "poison" else (200, b"")
    shop.deliver()
    assert set(receiver.in_order()) == {good} and len(receiver.taken) == 2
    for _ in range(2):
        shop.pass_time(40)
        shop.talk.phone = str(next(NUMBERS))
        shop.converse("fine")
        shop.deliver()
    assert bad in receiver.in_order() and "poison" not in [e["data"]["text"] for e in receiver.taken]
    assert shop.bell() == ["event_given_up"]


def test_a_receiver_that_takes_nothing_for_three_days_is_paused_and_gets_it_when_it_is_resumed(
    shop: Shop, receiver: Receiver
) -> None:
    endpoint = shop.listen(receiver.host)
    receiver.answer = lambda _: None
    shop.converse()
    for _ in range(4):
        shop.deliver()
        shop.pass_time(25)
    assert shop.endpoint(endpoint)["state"] == "paused" and shop.bell() == ["events_paused"]
    posts = len(receiver.requests)
    shop.converse()
    shop.deliver()
    assert len(receiver.requests) == posts
    receiver.answer = lambda _: (200, b"")
    assert shop.talk.call("set_endpoint_state", endpoint, "active") == "active"
    shop.deliver()
    assert len(receiver.taken) == 6
    settled = "select settled_at is not null as done from notifications where tenant_id = %s"
    assert shop.talk.rows(settled, shop.talk.tenant) == [{"done": True}]


def test_an_event_is_delivered_again_under_its_id(shop: Shop, receiver: Receiver) -> None:
    shop.listen(receiver.host)
    shop.converse()
    shop.deliver()
    first = receiver.taken[0]
    event = str(uuid.UUID(first["id"].removeprefix("evt_")))
    assert shop.talk.call("replay_event", event) == 1
    shop.deliver()
    assert receiver.taken[-1] == first and len(receiver.taken) == 4
    assert Shop(shop.talk.url).talk.call("replay_event", event) is None, "it is of another business"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((302, b""), "HTTP 302 (redirects are not followed)"),
        ((200, b"x" * 50_000_000), "The answer is larger than 0.1 MB"),
        ((500, b""), "HTTP 500"),
        (None, "not delivered: RemoteProtocolError"),
    ],
)
def test_a_receiver_that_misbehaves_is_told_of_in_a_sentence(
    shop: Shop, receiver: Receiver, answer: Any, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint = shop.listen(receiver.host)
    receiver.answer = lambda _: answer
    shop.converse("private words")
    assert shop.deliver()["taken"] == 0
    assert words.lower() in shop.endpoint(endpoint)["last_words"].lower()
    logged = capsys.readouterr().out
    assert (
        endpoint in logged
        and "private words" not in logged
        and "whsec" not in logged
        and "/hook" not in logged
    )


def test_a_receiver_that_hangs_keeps_nobody_waiting(
    shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_events, "TIMEOUT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hangs = shop.listen(f"127.0.0.1:{silent.getsockname()[1]}")
        shop.listen(receiver.host)
        shop.converse()
        assert shop.deliver()["taken"] == 3
        assert "no answer within" in shop.endpoint(hangs)["last_words"]


def test_a_private_address_is_never_connected_to(shop: Shop, receiver: Receiver) -> None:
    endpoint = shop.listen(receiver.host)
    shop.hosts = []
    shop.converse()
    assert shop.deliver()["taken"] == 0 and receiver.requests == []
    assert "127.0.0.1" in shop.endpoint(endpoint)["last_words"]


def test_a_run_that_comes_late_records_nothing(shop: Shop, receiver: Receiver) -> None:
    """Another run has the receiver by then: what it had posted is posted again, which receivers know by the id."""
    endpoint = shop.listen(receiver.host)
    shop.converse()
    (claimed,) = shop.talk.rows("select * from claim_endpoints(9, '1 minute') where id = %s", endpoint)
    assert shop.talk.rows("select * from claim_endpoints(9, '1 minute')") == [], "one run has it"
    shop.pass_time(1)
    shop.deliver()
    late = "select record_deliveries(%s, %s, '{}', (select array_agg(seq) from event_deliveries), 'late')"
    assert shop.talk.one(late, endpoint, claimed["lease_no"]) is False
    assert shop.endpoint(endpoint)["last_words"] == "HTTP 200"


def test_who_is_forgotten_is_in_no_event(shop: Shop, receiver: Receiver) -> None:
    shop.listen(receiver.host)
    contact = shop.converse()
    shop.talk.call("erase_contact", contact)
    assert shop.talk.rows("select from events where tenant_id = %s", shop.talk.tenant) == []
    shop.deliver()
    assert receiver.requests == []


def test_without_a_receiver_nothing_is_written(shop: Shop) -> None:
    shop.converse()
    assert shop.talk.rows("select from events where tenant_id = %s", shop.talk.tenant) == []


def test_old_events_are_forgotten(shop: Shop, receiver: Receiver) -> None:
    shop.listen(receiver.host)
    shop.converse()
    shop.talk.admin.execute(
        "update events set made_at = made_at - interval '31 days' where tenant_id = %s", [shop.talk.tenant]
    )
    assert shop.deliver()["deleted"] == 3 and receiver.requests == []
