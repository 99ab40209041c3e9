"""The ingress as a process, over real HTTP and with a real PostgreSQL: what it answers, and what it holds."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingress.support import (
    LOCKED,
    PHONE,
    SECRET,
    Database,
    Ingress,
    change,
    dumps,
    envelope,
    exchange,
    post_once,
    signature,
    status,
    text,
    wait_until,
)

CAP = 20_000
CUT = (
    "select pg_terminate_backend(pid) from pg_stat_activity"
    " where datname = %s and application_name like 'ingress%%'"
)


@pytest.fixture(scope="module")
def ingress(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingress]:
    log = tmp_path_factory.mktemp("ingress") / "log"
    process = Ingress(
        database.ingress_url,
        log,
        META_APP_SECRET_PREVIOUS="the old one",
        INGRESS_MAX_BODY_BYTES=str(CAP),
        INGRESS_BODY_TIMEOUT_S="0.3",
    )
    yield process.wait()
    assert process.stop() == 0


@pytest.fixture(autouse=True)
def empty(database: Database) -> None:
    database.clear()


def test_handshake(ingress: Ingress) -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "verify me"}
    good = ingress.http.get("/webhook", params=query)
    assert (good.status_code, good.text) == (200, "1158201444")
    assert good.headers["content-type"].startswith("text/plain")
    for wrong in ({"hub.verify_token": "verify you"}, {"hub.mode": "unsubscribe"}, {"hub.verify_token": ""}):
        assert ingress.http.get("/webhook", params=query | wrong).status_code == 403
    assert ingress.http.get("/webhook").status_code == 403
    assert ingress.http.put("/webhook").status_code == 405


def test_a_signed_message_is_stored_before_200(ingress: Ingress, database: Database) -> None:
    body = dumps(envelope(change(messages=[text("wamid.new", body="Grüße 👋")])))
    assert ingress.post(body).status_code == 200
    rows = database.rows("select phone_number_id, message_id, kind, sender, payload from inbound_messages")
    assert rows == [(PHONE, "wamid.new", "message", "16505551234", body.decode())]


@pytest.mark.field_failure(1)
def test_a_redelivery_is_acknowledged_and_stored_once(ingress: Ingress, database: Database) -> None:
    body = dumps(envelope(change(messages=[text("wamid.twice")], statuses=[status()])))
    duplicates = ingress.metric("events_duplicate_total")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: post_once(ingress, body), range(32)))
    assert answers == [200] * 32
    assert len(database.ids()) == 2
    assert ingress.metric("events_duplicate_total") - duplicates == 62


@pytest.mark.field_failure(9)
def test_without_a_good_signature_nothing_is_stored(ingress: Ingress, database: Database) -> None:
    body = dumps(envelope(change(messages=[text()])))
    sha1 = {"X-Hub-Signature": "sha1=" + "0" * 40}
    for headers in (
        {},
        sha1,
        {"X-Hub-Signature-256": signature(body + b" ")},
        {"X-Hub-Signature-256": "sha256="},
    ):
        assert ingress.http.post("/webhook", content=body, headers=headers).status_code == 401
    assert database.ids() == []
    old = {"X-Hub-Signature-256": signature(body, "the old one")}
    assert ingress.http.post("/webhook", content=body, headers=old).status_code == 200


def test_what_is_no_webhook_is_refused(ingress: Ingress, database: Database) -> None:
    for body in (b"", b"{", b"[]", b"7", b'{"object":"page"}', b'"\xff"', b"[" * 10_000):
        assert ingress.post(body).status_code == 400
    assert database.ids() == []
    assert ingress.post(b'{"object":"whatsapp_business_account","entry":[]}').status_code == 200


def test_too_large_is_413_whatever_content_length_says(ingress: Ingress, database: Database) -> None:
    body = dumps(envelope(change(messages=[text(body="x" * CAP)])))
    assert ingress.post(body).status_code == 413
    head = b"POST /webhook HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: " + signature(body).encode() + b"\r\n"
    chunk = b"%x\r\n" % len(body) + body + b"\r\n"
    chunked = exchange(ingress, head + b"Transfer-Encoding: chunked\r\n\r\n", chunk, b"0\r\n\r\n")
    assert chunked.startswith(b"HTTP/1.1 413 ")
    endless = exchange(ingress, head + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 50)
    assert endless.startswith(b"HTTP/1.1 413 ")
    assert exchange(ingress, head + b"Content-Length: 99999999999\r\n\r\n", body).startswith(b"HTTP/1.1 413 ")
    # A length that is too short: the part has no good signature, and the rest is no request.
    assert exchange(ingress, head + b"Content-Length: 10\r\n\r\n", body)[9:12] in (b"400", b"401")
    assert database.ids() == []


def test_a_slow_sender_is_cut_off(ingress: Ingress, database: Database) -> None:
    body = dumps(envelope(change(messages=[text()])))
    head = b"POST /webhook HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: %s\r\nContent-Length: %d\r\n\r\n"
    started = time.monotonic()
    answer = exchange(ingress, head % (signature(body).encode(), len(body)), body[:-1])
    assert answer.startswith(b"HTTP/1.1 408 ") and time.monotonic() - started < 5
    assert database.ids() == []


def test_a_sender_who_hangs_up_leaves_no_trace(ingress: Ingress, database: Database) -> None:
    gone = ingress.metric('webhooks_rejected_total{reason="gone"}')
    with socket.create_connection(("127.0.0.1", ingress.port)) as sock:
        sock.sendall(
            b"POST /webhook HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: x\r\nContent-Length: 9\r\n\r\nabc"
        )
    wait_until(lambda: ingress.metric('webhooks_rejected_total{reason="gone"}') == gone + 1)
    assert database.ids() == []


def test_operators_pages_are_not_on_the_public_port(ingress: Ingress) -> None:
    for path in ("/readyz", "/metrics", "/"):
        assert ingress.http.get(path).status_code == 404
    assert ingress.http.get("/healthz").status_code == 200
    for path in ("/readyz", "/metrics", "/healthz"):
        assert ingress.admin.get(path).status_code == 200


def test_metrics_time_each_accepted_webhook_and_count_each_refused_one(ingress: Ingress) -> None:
    names = ("ack_seconds_count", 'webhooks_rejected_total{reason="unsigned"}')
    before = [ingress.metric(name) for name in names]
    assert ingress.send(change(messages=[text("wamid.timed")])).status_code == 200
    assert ingress.http.post("/webhook", content=b"{}").status_code == 401
    assert [ingress.metric(name) for name in names] == [number + 1 for number in before]
    page = ingress.admin.get("/metrics")
    assert page.headers["content-type"].startswith("text/plain")
    assert "ingress_queue_events 0.0" in page.text and "process_resident_memory_bytes" in page.text
    assert 'ingress_ack_seconds_bucket{le="0.05"}' in page.text


@pytest.mark.field_failure(14)
def test_nul_and_strange_numbers_are_stored_as_jsonb_takes_them(ingress: Ingress, database: Database) -> None:
    message = text("wamid.\0", sender="1\0", body="a\0b")
    body = dumps(envelope(change(messages=[message, {"id": "n", "x": "HERE"}, {"id": "s", "t": "\ud800"}])))
    body = body.replace(b'"HERE"', b"[1e999, 123456789012345678901234567890, 1e-99999]")
    assert ingress.post(body).status_code == 200
    assert database.ids() == ["wamid.\ufffd", "n", "s"]
    found = database.rows("select distinct payload::jsonb ->> 'object' from inbound_messages")
    assert found == [("whatsapp_business_account",)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(st.characters(codec=None)), inside),
    max_leaves=20,
)
WRAPPED = JSON.map(
    lambda v: dumps({"object": "whatsapp_business_account", "entry": [v, *envelope(v)["entry"]]})
)
IN_A_VALUE = JSON.map(lambda v: dumps(envelope(change(messages=[v], statuses=[v], contacts=v, metadata2=v))))


@settings(max_examples=120, deadline=None)
@given(body=WRAPPED | IN_A_VALUE | JSON.map(dumps) | st.binary(max_size=200))
def test_no_body_makes_it_stumble(ingress: Ingress, database: Database, body: bytes) -> None:
    answer = ingress.post(body).status_code
    assert answer in (200, 400)
    query = "select count(*) from inbound_messages where not pg_input_is_valid(payload, 'jsonb')"
    assert database.rows(query) == [(0,)]


def test_a_row_refused_by_the_database_does_not_harm_its_neighbours(
    ingress: Ingress, database: Database
) -> None:
    with psycopg.connect(database.url, autocommit=True) as admin:
        admin.execute(
            "alter table inbound_messages add constraint picky check (message_id <> 'poison') not valid"
        )
        try:
            sibling = change(messages=[text("good 1"), text("poison"), text("good 2")])
            assert ingress.send(sibling).status_code == 503
            assert database.ids() == ["good 1", "good 2"]
            with ThreadPoolExecutor(8) as pool:
                bodies = [
                    dumps(envelope(change(messages=[text(f"n{i}" if i % 4 else "poison")])))
                    for i in range(16)
                ]
                answers = list(pool.map(lambda body: post_once(ingress, body), bodies))
            assert answers == [503 if i % 4 == 0 else 200 for i in range(16)]
        finally:
            admin.execute("alter table inbound_messages drop constraint picky")


@pytest.mark.field_failure(22)
def test_503_while_the_database_is_away_and_200_when_it_is_back(ingress: Ingress, database: Database) -> None:
    name = psycopg.conninfo.conninfo_to_dict(database.url)["dbname"]
    elsewhere = database.url.replace(f"/{name}", "/postgres")
    with psycopg.connect(elsewhere, autocommit=True) as admin:
        admin.execute(CUT, [name])
        assert ingress.send(change(messages=[text("after a cut")])).status_code == 200
        admin.execute(f'alter database "{name}" allow_connections false'.encode())
        try:
            admin.execute(CUT, [name])
            assert ingress.send(change(messages=[text("lost")])).status_code == 503
            assert wait_until(lambda: ingress.admin.get("/readyz").status_code == 503)
            assert ingress.http.get("/healthz").status_code == 200
        finally:
            admin.execute(f'alter database "{name}" allow_connections true'.encode())
    wait_until(lambda: ingress.send(change(messages=[text("back")])).status_code == 200)
    assert database.ids() == ["after a cut", "back"]
    ingress.wait()


def test_a_full_queue_is_503_and_what_was_queued_is_stored(database: Database, tmp_path: Path) -> None:
    small = Ingress(database.ingress_url, tmp_path / "log", INGRESS_QUEUE_EVENTS="2").wait()
    bodies = [dumps(envelope(change(messages=[text(f"wamid.{i}")]))) for i in range(8)]
    with ThreadPoolExecutor(8) as pool, psycopg.connect(database.url) as admin:
        admin.execute("lock table inbound_messages in exclusive mode")
        first = pool.submit(post_once, small, bodies[0])
        wait_until(lambda: database.rows(LOCKED))
        others = [pool.submit(post_once, small, body) for body in bodies[1:]]
        wait_until(lambda: sum(other.done() for other in others) == 5)
        assert small.metric("queue_events") == 2
        admin.rollback()
        answers = [first.result(), *(other.result() for other in others)]
    assert sorted(answers) == [200] * 3 + [503] * 5
    assert len(database.ids()) == 3
    assert small.stop() == 0


def test_a_stop_answers_what_was_accepted(database: Database, tmp_path: Path) -> None:
    leaving = Ingress(database.ingress_url, tmp_path / "log").wait()
    body = dumps(envelope(change(messages=[text("last words")])))
    with ThreadPoolExecutor(1) as pool, psycopg.connect(database.url) as admin:
        admin.execute("lock table inbound_messages in exclusive mode")
        answer = pool.submit(post_once, leaving, body)
        wait_until(lambda: database.rows(LOCKED))
        leaving.process.send_signal(signal.SIGTERM)
        wait_until(lambda: is_closed(leaving.port))
        admin.rollback()
        assert answer.result() == 200
    assert leaving.process.wait(60) == 0
    assert database.ids() == ["last words"]


def is_closed(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) != 0


def test_ctrl_c_ends_it_cleanly(database: Database, tmp_path: Path) -> None:
    process = Ingress(database.ingress_url, tmp_path / "log").wait()
    process.process.send_signal(signal.SIGINT)
    assert process.process.wait(60) == 0
    assert "Traceback" not in process.log.read_text()


def test_it_starts_without_a_database_and_says_so(tmp_path: Path) -> None:
    alone = Ingress("postgresql://chatbot_ingress:hidden-password@127.0.0.1:1/none", tmp_path / "log").wait(
        "/healthz"
    )
    assert alone.admin.get("/readyz").status_code == 503
    assert alone.send(change(messages=[text()])).status_code == 503
    assert alone.stop() == 0
    log = alone.log.read_text()
    assert "can't be reached" in log and "hidden-password" not in log


def test_logs_are_json_and_hold_no_content(ingress: Ingress) -> None:
    assert (
        ingress.send(
            change(messages=[text("wamid.log", "4915112345678", "a very private sentence")])
        ).status_code
        == 200
    )
    wait_until(lambda: "dispatched" in ingress.log.read_text())
    log = ingress.log.read_text()
    assert all(isinstance(json.loads(line), dict) for line in log.splitlines())
    for secret in (
        "a very private sentence",
        "4915112345678",
        "16505551234",
        SECRET,
        "verify me",
        "windmill-token",
    ):
        assert secret not in log


def test_many_senders_at_once_all_get_through(ingress: Ingress, database: Database) -> None:
    barrier = threading.Barrier(20)

    def send(sender: int) -> list[int]:
        barrier.wait()
        with httpx2.Client(base_url=ingress.url, trust_env=False) as client:
            answers = []
            for i in range(20):
                body = dumps(envelope(change(messages=[text(f"{sender}-{i}")])))
                headers = {"X-Hub-Signature-256": signature(body)}
                answers.append(client.post("/webhook", content=body, headers=headers).status_code)
            return answers

    with ThreadPoolExecutor(20) as pool:
        answers = [answer for some in pool.map(send, range(20)) for answer in some]
    assert answers == [200] * 400
    assert len(database.ids()) == 400
