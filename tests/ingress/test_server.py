"""Clients that never finish what they begin: they are cut off, and they don't turn Meta away."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import pytest

from tests.ingress.support import (
    LOCKED,
    Database,
    Ingress,
    change,
    dumps,
    envelope,
    exchange,
    post_once,
    text,
    wait_until,
)


@pytest.fixture(scope="module")
def ingress(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingress]:
    process = Ingress(
        database.ingress_url, tmp_path_factory.mktemp("ingress") / "log", INGRESS_HEAD_TIMEOUT_S="1"
    )
    yield process.wait()
    assert process.stop() == 0


@pytest.fixture(autouse=True)
def empty(database: Database) -> None:
    database.clear()


HALF_HEAD = b"POST /webhook HTTP/1.1\r\nHost: x\r\n"
HALF_BODY = HALF_HEAD + b"X-Hub-Signature-256: x\r\nContent-Length: 9\r\n\r\na"
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("sent", [b"", HALF_HEAD, HALF_BODY, WHOLE], ids=["nothing", "head", "body", "idle"])
def test_a_stranger_who_holds_every_connection_does_not_turn_meta_away(
    database: Database, tmp_path: Path, sent: bytes
) -> None:
    patient = {"INGRESS_HEAD_TIMEOUT_S": "60", "INGRESS_BODY_TIMEOUT_S": "60"}
    flooded = Ingress(database.ingress_url, tmp_path / "log", **patient).wait()
    with ExitStack() as stack:
        held = [
            stack.enter_context(socket.create_connection(("127.0.0.1", flooded.port), timeout=30))
            for _ in range(1005)
        ]
        for sock in held:
            with suppress(ConnectionError):  # the first of them have lost their places
                sock.sendall(sent)
        body = dumps(envelope(change(messages=[text("wamid.flooded")])))
        started = time.monotonic()
        assert post_once(flooded, body) == 200
        assert time.monotonic() - started < 30  # nobody waited for the patience of 60 s
        assert sum(is_open(sock) for sock in held) > 900  # nearly all of them still hold on
    assert flooded.stop() == 0
    assert database.ids() == ["wamid.flooded"]


def test_a_flood_does_not_cost_a_request_its_place_that_is_being_worked_on(
    database: Database, tmp_path: Path
) -> None:
    small = Ingress(database.ingress_url, tmp_path / "log", INGRESS_CONNECTIONS="20").wait()
    with (
        ThreadPoolExecutor(4) as pool,
        psycopg.connect(database.url) as admin,
        ExitStack() as stack,
    ):
        admin.execute("lock table inbound_messages in exclusive mode")
        bodies = [dumps(envelope(change(messages=[text(f"wamid.{i}")]))) for i in range(4)]
        answers = [pool.submit(post_once, small, bodies[0])]
        wait_until(lambda: database.rows(LOCKED))
        answers += [pool.submit(post_once, small, body) for body in bodies[1:]]
        wait_until(lambda: small.metric("queue_events") == 3)
        for _ in range(60):
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", small.port), timeout=30))
            sock.sendall(HALF_HEAD)
        wait_until(lambda: small.http.get("/healthz").status_code == 200)
        admin.rollback()
        assert [answer.result() for answer in answers] == [200] * 4
    assert small.stop() == 0


def is_open(sock: socket.socket) -> bool:
    """Whether the server has not closed this connection."""
    sock.setblocking(False)
    try:
        while sock.recv(65536):
            continue
        return False
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def test_a_head_without_end_is_cut_off(ingress: Ingress) -> None:
    assert exchange(ingress, b"GET /webhook HTTP/1.1\r\n", *[b"X-More: " + b"x" * 9000 + b"\r\n"] * 20) in (
        b"",
    )


def test_who_stops_in_the_head_or_right_after_it_is_cut_off(ingress: Ingress) -> None:
    head = b"POST /webhook HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: x\r\nContent-Length: 9\r\n"
    with ExitStack() as stack:
        stopped = [
            stack.enter_context(socket.create_connection(("127.0.0.1", ingress.port), timeout=30))
            for _ in range(2)
        ]
        for sock, sent in zip(stopped, (head, head + b"\r\n"), strict=True):
            sock.sendall(sent)
        assert [sock.recv(100) for sock in stopped] == [b"", b""]
    assert ingress.http.get("/healthz").status_code == 200
