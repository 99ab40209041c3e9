"""Conversations at once with a model that takes its time: what they wait for replies, and what each costs.

    python -m bench.capacity             QUICK=1: two minutes

Customers of one business write. Each reads the reply and writes again after 5 s (2 to 8), which is quick for a person; and, as the hardest case, at
once, so that every turn is always open. The model takes 2 s a round, two rounds a turn. By number of chat workers; and the rival: the same flow on
workers as Windmill's own compose file has them, one a container, each step in an interpreter of its own, all jobs in one queue, first in first out.
Everything shares the machine's cores, the customers included. With PgBouncer, as in compose, where this machine has it. On the local runner; with
WINDMILL_URL, WINDMILL_TOKEN, WINDMILL_WORKSPACE and DATABASE_URL on a real server, with the chat workers that it has (SERVER_PIDS: its processes on
this machine, for memory and processor time). Prints a table and, last, one JSON object. Exits non-zero when it could not measure.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from bench.customers import Customers
from bench.neighbours import percentile
from bench.pooler import PROGRAM, pooled, use_pooler
from bench.processes import Sampler, memory_mb, processor_seconds
from bench.stacks import NotMeasured, run_bench
from bench.turn import burst, wait_for
from local import seed
from local.runner.workers import groups
from local.stack import Stack

QUICK = bool(os.environ.get("QUICK"))
CONVERSATIONS = int(os.environ.get("CONVERSATIONS", "50"))
ROUND_S, ROUNDS = 2, 2
MODEL_S = ROUND_S * ROUNDS
WINDOW_S = 12 if QUICK else 40
PAUSE_S = (2.0, 8.0)  # between a reply and the customer's next message
PIDS = [int(pid) for pid in os.environ.get("SERVER_PIDS", "").split()]  # of the product, beside a stack's
RIVAL_WORKERS = 3  # in Windmill's own compose file
IN_FLIGHT = "select count(*) as n from turns where state = 'active'"
ASKED = (
    "select avg(jsonb_array_length(usage -> 'model_calls'))::float8 as rounds from turns where id = any(%s)"
)
CONNECTIONS = "select count(*) as n from pg_stat_activity where datname = current_database() and usename = 'chatbot_app'"


@dataclass
class Measured:
    """One row of the table."""

    name: str
    workers: int
    conversations: int
    window_s: float
    pause_s: tuple[float, float] = (0.0, 0.0)
    waits: list[float] = field(default_factory=list)  # seconds to reply, of the replies within the window
    in_flight: list[int] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)  # MB of all processes
    idle_mb: float = 0.0
    processor_s: float = 0.0

    @property
    def turns_per_s(self) -> float:
        return round(len(self.waits) / self.window_s, 2)

    @property
    def open_turns(self) -> float:
        return statistics.mean(self.in_flight or [0])

    @property
    def mb_per_conversation(self) -> float | None:
        grown = statistics.mean(self.memory or [0]) - self.idle_mb
        return round(grown / self.open_turns, 1) if self.memory and self.open_turns else None

    @property
    def processor_s_per_turn(self) -> float | None:
        return round(self.processor_s / len(self.waits), 3) if self.processor_s and self.waits else None


def pids(stack: Stack) -> list[int]:
    """The processes that the product runs in here; not the customers'."""
    found = [p.pid for name, p in stack.processes.running.items() if name not in ("meta", "models", "orders")]
    if stack.cluster:
        found.append(int((stack.cluster.folder / "data" / "postmaster.pid").read_text().split()[0]))
    return found + PIDS


def measure(stack: Stack, found: Measured) -> Measured:
    roots = pids(stack)
    people = [
        f"34{found.workers:03}{len(found.name)}{found.pause_s[0]:.0f}{number:04d}"
        for number in range(found.conversations)
    ]
    with stack.connect() as conn, stack.connect() as looking:
        burst(
            stack, 2, f"7{found.workers:03}{len(found.name)}"
        )  # what the first turns fetch and compile, the others find
        customers = Customers(stack, conn, people, found.pause_s)
        found.idle_mb = memory_mb(roots)

        def look() -> None:
            found.in_flight.append(looking.execute(IN_FLIGHT).fetchall()[0]["n"])
            found.connections.append(looking.execute(CONNECTIONS).fetchall()[0]["n"])
            if len(found.in_flight) % 8 == 4:
                found.memory.append(memory_mb(roots))

        customers.begin(MODEL_S)
        customers.carry_on(MODEL_S)  # the first replies are not those of a full house
        with Sampler(0.25).calling(look):
            before = processor_seconds(roots)
            found.waits = customers.carry_on(found.window_s)
            found.processor_s = processor_seconds(roots) - before
        customers.stop()
        if not found.waits:
            raise NotMeasured(f"no reply within {found.window_s} s: {found.name}, {found.workers} workers")
        rounds = conn.execute(ASKED, [customers.answered]).fetchall()[0]["rounds"]
        if (
            abs(rounds - ROUNDS) > 0.1
        ):  # a greeting was answered in one, and the bar is a multiple of what the model takes
            raise NotMeasured(f"the model was asked {rounds:.1f} times a turn, not {ROUNDS}")
        settle(conn, customers.people)
    return found


def settle(conn: psycopg.Connection[dict[str, Any]], people: list[str]) -> None:
    """Whoever still waits is answered, or with the rival, which takes minutes for that, forgotten."""
    conn.execute(
        "update inbound_messages set state = 'ended' where sender = any(%s) and state in ('received', 'waiting')",
        [people],
    )
    wait_for(lambda: conn.execute(IN_FLIGHT).fetchall()[0]["n"] == 0, 120, "the end of the last turns")


def set_room(stack: Stack, turns: int) -> None:
    with stack.connect() as conn:
        conn.execute("update dispatch_settings set turns_in_flight = %s", [turns])


def prepare(stack: Stack) -> None:
    """The slow model, and no cap or window in the way."""
    with stack.connect() as conn:
        conn.execute(
            "update chatbots set model = %s, merge_window_s = 0, max_replies_per_hour = 100000, sends_per_s = 1000",
            [f"offline-echo-after-{ROUND_S}"],
        )
        conn.execute("""update tenants set limits = '{"replies_per_hour": 1000000}'""")


def restart_runner(stack: Stack, workers: str) -> None:
    stack.processes.stop("runner")
    stack.start_runner({"PYTHONDONTWRITEBYTECODE": ""}, "--workers", workers)  # the last of two counts
    stack.processes.wait_until_answers("runner", stack.url("runner") + "/api/version")


def ours(stack: Stack, workers: int, pause_s: tuple[float, float] = PAUSE_S) -> Measured:
    restart_runner(stack, groups(workers))
    set_room(stack, workers)
    return measure(stack, Measured("ours", workers, CONVERSATIONS, WINDOW_S, pause_s))


def rival(stack: Stack, workers: int) -> Measured:
    """No warm interpreter, one group of workers for everything, and whatever comes goes to their queue at once.

    With QUICK there are fewer customers than would fill the queue for minutes: turns a second stay the same, waits do not.
    """
    if stack.warm:
        stack.processes.stop("warm")
        shutil.rmtree(stack.warm)
        stack.warm = None
    restart_runner(stack, str(workers))
    set_room(stack, 10_000)
    conversations = min(CONVERSATIONS, 2 * workers) if QUICK else CONVERSATIONS
    return measure(stack, Measured("rival", workers, conversations, 20 if QUICK else 120))


def on_this_machine(folder: Path) -> list[Measured]:
    stack = Stack(folder)
    try:
        stack.start(seed.meta_config())
        seed.seed(stack, merge_window_s=0.0)
        prepare(stack)
        with pooled(stack, folder) as pooler:
            if pooler:
                PIDS.append(pooler.pid)
            found = [ours(stack, n) for n in ((8, 64) if QUICK else (4, 8, 16, 32, 64))]
            found.append(ours(stack, 64, (0.0, 0.0)))
            use_pooler(stack, None)
            found += [rival(stack, n) for n in ((RIVAL_WORKERS,) if QUICK else (RIVAL_WORKERS, 16, 64))]
    finally:
        stack.stop()
    return found


def on_windmill(folder: Path) -> list[Measured]:
    """With the workers that take the tag `chat` there."""
    from bench.turn import bring_up

    stack = bring_up(folder)
    try:
        alive = stack.windmill().call("GET", "/workers/list?per_page=1000&ping_since=60").json()
        workers = len([w for w in alive if "chat" in (w.get("custom_tags") or [])])
        prepare(stack)
        set_room(stack, workers)
        wait_for(
            partial(is_idle, stack), 600, "what the server makes of the bundle"
        )  # locks, and with each a script's new version
        return [measure(stack, Measured("windmill", workers, CONVERSATIONS, WINDOW_S, PAUSE_S))]
    finally:
        stack.stop()


def is_idle(stack: Stack) -> bool:
    return stack.windmill().call("GET", "jobs/queue/count").json()["database_length"] == 0


def shown(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def report(found: list[Measured]) -> None:
    print(f"\nThe model takes {MODEL_S} s of each turn")
    heads = (
        "workers",
        "customers",
        "turns/s",
        "p50 s",
        "p95 s",
        "open turns",
        "connections",
        "MB idle",
        "MB each",
        "CPU s a turn",
    )
    print(f"{'':10}" + "".join(f"{head:>12}" for head in heads))
    for row in found:
        cells = [
            str(row.workers), str(row.conversations), shown(sum(row.pause_s) / 2, 0), shown(row.turns_per_s),
            shown(statistics.median(row.waits)), shown(percentile(row.waits, 0.95)), shown(row.open_turns, 1),
            str(max(row.connections, default=0)), shown(row.idle_mb, 0), shown(row.mb_per_conversation, 1),
            shown(row.processor_s_per_turn, 3),
        ]  # fmt: skip
        print(f"{row.name:10}" + "".join(f"{cell:>12}" for cell in cells))


def measured(folder: Path) -> dict[str, Any]:
    server = bool(os.environ.get("WINDMILL_URL"))
    found = on_windmill(folder) if server else on_this_machine(folder)
    report(found)
    mine = [row for row in found if row.name != "rival" and row.pause_s == PAUSE_S]
    hardest = [percentile(row.waits, 0.95) for row in found if row.name == "ours" and row.pause_s != PAUSE_S]
    best = min(mine, key=lambda row: percentile(row.waits, 0.95))
    rivals = [row.turns_per_s for row in found if row.name == "rival"]
    return {
        "bench": "capacity",
        "quick": QUICK,
        "on": "windmill" if server else "local runner",
        "pooler": bool(PROGRAM) and not server,
        "conversations": CONVERSATIONS,
        "workers": best.workers,
        "reply_p50_s": round(statistics.median(best.waits), 3),
        "reply_p95_s": percentile(best.waits, 0.95),
        "model_s": MODEL_S,
        "pause_s": sum(PAUSE_S) / 2,
        "without_pause_p95_s": min(hardest, default=None),
        "turns_per_s": best.turns_per_s,
        "mb_per_conversation": best.mb_per_conversation,
        "processor_s_per_turn": best.processor_s_per_turn,
        "rival_turns_per_s": max(rivals, default=None),
    }


def main() -> int:
    return run_bench(measured)


if __name__ == "__main__":
    sys.exit(main())
