"""One noisy tenant beside quiet ones, on the local stack: what the quiet ones' customers wait for their replies, with the noise and without it.

    python -m bench.neighbours             QUICK=1: under a minute

The noise: a flood of messages to a chatbot whose model takes long, and crawls of slow sites. The quiet tenants' customers write on the same
clock in both halves of a run. Prints a table, what a portal call took meanwhile, and last, one JSON object: `ratio` is the quiet ones' p95
with the noise over the p95 without it. Exits non-zero when it could not measure.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
from deploy import tenants

from bench.stacks import run_bench
from bench.turn import wait_for
from local import seed
from local.portal import calls
from local.stack import Stack

QUICK = bool(os.environ.get("QUICK"))


@dataclass(frozen=True)
class Plan:
    """How much of what. `every_s`: the mean pause between two messages of all quiet tenants together."""

    tenants: int
    half_s: float
    every_s: float
    flood: int
    crawls: int
    model_s: float  # of a turn
    slow_model_s: float


PLAN = Plan(8, 24, 1.6, 60, 4, 1, 10) if QUICK else Plan(20, 150, 2.5, 500, 10, 2, 30)
PAUSE_S = 2  # of the slow site, between two pages


class SlowSite(BaseHTTPRequestHandler):
    """Many pages, and a robots.txt that asks for a long pause between them."""

    def do_GET(self) -> None:
        number = self.path.strip("/") or "0"
        if self.path == "/robots.txt":
            kind, body = "text/plain", f"User-agent: *\nCrawl-delay: {PAUSE_S}\n"
        else:
            links = (
                "".join(f'<a href="/{int(number) + n}">next</a>' for n in (1, 2)) if number.isdigit() else ""
            )
            kind, body = (
                "text/html",
                f"<title>Page {number}</title><p>This is page {number} of a slow site.</p>{links}",
            )
        self.send_response(200)
        self.send_header("content-type", kind)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def slow_sites(count: int) -> Iterator[list[str]]:
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), SlowSite) for _ in range(count)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield [f"127.0.0.1:{server.server_port}" for server in servers]
    for server in servers:
        server.shutdown()


def quiet_numbers() -> list[str]:
    return [f"2065403522{number:05d}" for number in range(PLAN.tenants)]


def start(stack: Stack, hosts: list[str]) -> None:
    """The product with all tenants; the sites count as public."""
    config = seed.meta_config()
    about = {"waba_id": "1", "about": "quiet", "examples": []}
    config["numbers"] += [
        {"phone_number_id": n, "display_phone_number": f"+{n}", "name": n, **about} for n in quiet_numbers()
    ]
    stack.start(config)
    seed.seed(stack, merge_window_s=0.0)
    with stack.connect() as conn:
        for number in quiet_numbers():
            tenants.put_tenant(
                conn,
                stack.secrets.master_key,
                phone_number_id=number,
                name=number,
                whatsapp_token=stack.whatsapp_token(number),
            )
        conn.execute(
            "update chatbots set merge_window_s = 0, max_replies_per_hour = 100000, sends_per_s = 1000, max_seconds = 120"
        )
        conn.execute("update chatbots set model = %s", [f"offline-echo-after-{PLAN.model_s}"])
        conn.execute(
            "update chatbots set model = %s where phone_number_id = %s",
            [f"offline-echo-after-{PLAN.slow_model_s}", seed.SHOP.phone_number_id],
        )
        conn.execute("update tenants set embedding_model = 'multilingual-e5-small'")
    server = stack.windmill()
    settings = server.call("GET", "resources/get_value/f/chatbot/settings").json()
    settings["allowed_private_hosts"] += hosts
    server.call("POST", "resources/update/f/chatbot/settings", {"value": settings})


def write(stack: Stack, http: httpx2.Client, number: str, phone: str) -> None:
    message = {"type": "text", "text": {"body": f"hello from {phone}"}}
    body = {"phone_number_id": number, "from": phone, "message": message, "wait": False}
    http.post(f"{stack.url('meta')}/control/deliver", json=body).raise_for_status()


@dataclass(frozen=True)
class Waits:
    """Seconds of each quiet message: until its turn opened, and until its reply was sent."""

    turn: list[float]
    reply: list[float]


def quiet_half(stack: Stack, half: int) -> Waits:
    """The quiet tenants' customers write on the clock. Both halves have the same clock."""
    clock, http = random.Random(7), httpx2.Client(timeout=60)
    people: list[str] = []
    begun, at = time.monotonic(), 0.0
    while (at := at + clock.expovariate(1 / PLAN.every_s)) < PLAN.half_s:
        time.sleep(max(0.0, begun + at - time.monotonic()))
        people.append(f"34{half}{len(people):08d}")
        write(stack, http, clock.choice(quiet_numbers()), people[-1])
    query = """
        select extract(epoch from t.opened_at - i.received_at)::float8 as turn,
        extract(epoch from o.sent_at - i.received_at)::float8 as reply from inbound_messages i
        join turns t on t.id = i.turn_id join outbound_messages o on o.turn_id = i.turn_id and o.part = 1
        where i.sender = any(%s) and o.sent_at is not null"""
    with stack.connect() as conn:
        rows = wait_for(
            lambda: found if len(found := conn.execute(query, [people]).fetchall()) == len(people) else None,
            300,
            f"the replies to {len(people)} quiet messages",
        )
    return Waits([row["turn"] for row in rows], [row["reply"] for row in rows])


def warm_up(stack: Stack) -> None:
    """The first turn's caches; and every tenant has got a run lately."""
    http = httpx2.Client(timeout=60)
    for number in quiet_numbers():
        write(stack, http, number, f"341{number[-8:]}")
    query = "select from turns where state = 'done'"
    with stack.connect() as conn:
        wait_for(lambda: len(conn.execute(query).fetchall()) >= PLAN.tenants, 120, "the first replies")


def make_noise(stack: Stack, hosts: list[str]) -> None:
    """All at once."""
    http = httpx2.Client(timeout=60)
    for host in hosts:
        about = {"url": f"http://{host}/", "kind": "crawl", "max_pages": 200}
        seed.ask(stack, seed.SHOP, "sources", "f/portal_api/sources", "create", **about)
    with ThreadPoolExecutor(16) as pool:
        list(
            pool.map(
                lambda n: write(stack, http, seed.SHOP.phone_number_id, f"3470{n:07d}"), range(PLAN.flood)
            )
        )


class PortalCalls:
    """How long the staff of another business waits for a page, asked again and again."""

    def __init__(self, stack: Stack) -> None:
        self.seconds: list[float] = []
        self._server, self._done = stack.as_person(seed.CLINIC.staff), threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> PortalCalls:
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._done.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._done.wait(2.0):
            begun = time.monotonic()
            job = calls.start(self._server, "me", "f/portal_api/me", "get")
            seed.wait_for(partial(calls.ended, self._server, job), 120, 0.02)
            self.seconds.append(time.monotonic() - begun)


def percentile(seconds: list[float], share: float) -> float:
    ordered = sorted(seconds)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3)


def measure(stack: Stack, hosts: list[str]) -> dict[str, Any]:
    warm_up(stack)
    with PortalCalls(stack) as portal_alone:
        alone = quiet_half(stack, 2)
    make_noise(stack, hosts)
    with PortalCalls(stack) as portal_beside:
        beside = quiet_half(stack, 3)
    with stack.connect() as conn:
        (left,) = conn.execute(
            "select count(*) filter (where state in ('received', 'dispatched', 'in_turn', 'waiting')) as waiting, count(*) as all"
            " from inbound_messages where phone_number_id = %s and kind = 'message'",
            [seed.SHOP.phone_number_id],
        ).fetchall()
    rows: dict[str, Callable[[list[float]], float]] = {
        "p50 s": lambda seconds: round(statistics.median(seconds), 3),
        "p95 s": lambda seconds: percentile(seconds, 0.95),
        "longest s": lambda seconds: round(max(seconds), 3),
    }
    print(f"\n{'':34}{'messages':>9}" + "".join(f"{name:>11}" for name in rows))
    for name, seconds in {
        "a quiet reply": alone.reply,
        "  beside the noisy tenant": beside.reply,
        "a quiet turn's opening": alone.turn,
        "  beside the noisy tenant ": beside.turn,
        "a portal call": portal_alone.seconds,
        "  beside the noisy tenant  ": portal_beside.seconds,
    }.items():
        print(f"{name:34}{len(seconds):>9}" + "".join(f"{read(seconds):>11}" for read in rows.values()))
    print(f"\nof the flood's {left['all']} messages {left['waiting']} still wait at the end")
    p95, base = percentile(beside.reply, 0.95), percentile(alone.reply, 0.95)
    return {
        "bench": "neighbours",
        "quick": QUICK,
        "quiet_tenants": PLAN.tenants,
        "messages": len(beside.reply),
        "model_s": PLAN.model_s,
        "alone_p95_s": base,
        "p95_s": p95,
        "ratio": round(p95 / base, 2),
        "portal_p95_s": percentile(portal_beside.seconds, 0.95),
        "flood_waiting": left["waiting"],
    }


def measured(folder: Path) -> dict[str, Any]:
    stack = Stack(folder)
    try:
        with slow_sites(PLAN.crawls) as hosts:
            start(stack, hosts)
            return measure(stack, hosts)
    finally:
        stack.stop()


def main() -> int:
    return run_bench(measured)


if __name__ == "__main__":
    sys.exit(main())
