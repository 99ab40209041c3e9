"""What goes wrong in a storm: kills and faults, at their places in the seed's order."""

from __future__ import annotations

import queue
import threading
from contextlib import ExitStack, closing, suppress
from typing import Any

import psycopg

from local import postgres
from local.processes import StartError
from tests.faults.storm import Storm

# How Meta tells what became of a message: as it should, so late that an unknown outcome is sent again, and doubled in the wrong order.
STATUSES: list[dict[str, Any]] = [
    {},
    {"sent_s": 12.0, "delivered_s": 12.1, "read_s": 12.2},
    {"double": ["sent", "delivered"], "reverse": True},
]
# What the saboteur does, and how often in proportion.
STRIKES = {
    "runner": 4,
    "ingress": 3,
    "database": 1,
    "leases": 2,
    "lost response": 3,
    "dropped": 2,
    "error after": 2,
    "error": 2,
    "slow": 2,
    "statuses": 2,
    "settings": 2,
    "lock": 1,
    "connections": 1,
}


class Saboteur:
    """Carries out strikes on a storm. `lock_s`: how long somebody else holds locks."""

    def __init__(self, storm: Storm, lock_s: float) -> None:
        self.storm, self.lock_s = storm, lock_s
        self.holding: list[threading.Thread] = []

    def run(self, plan: queue.Queue[str | None]) -> None:
        """Carries out the plan, strike after strike, until it ends with None."""
        while what := plan.get():
            self.storm.killed[what] += 1
            try:
                self.strike(what)
            except (StartError, postgres.PostgresError) as problem:
                print(f"{what}: {problem}")
        for held in self.holding:
            held.join()

    def strike(self, what: str) -> None:
        orders: dict[str, dict[str, Any]] = {
            "lost response": {"mode": "drop_after_accept"},
            "dropped": {"mode": "drop_before"},
            "error after": {"mode": "error_after_accept", "status": 500, "code": 131000},
            "error": {"mode": "error", "status": 500, "code": 131000},
            "slow": {"mode": "slow", "delay_s": 1.0},
        }
        if what == "leases":  # as if every living run were too slow: whoever comes next takes its turn over
            self.storm.admin("update turns set lease_until = now() where state = 'active'")
        elif what == "settings":
            self.change_settings()
        elif what in ("lock", "connections"):
            self.holding.append(threading.Thread(target=getattr(self, f"hold_{what}")))
            self.holding[-1].start()
        elif what == "statuses":
            self.storm.control("statuses", {"policy": self.storm.rng.choice(STATUSES)})
        elif what in orders:
            self.storm.control("fail", {"next": self.storm.rng.randint(1, 3), **orders[what]})
        elif what == "database":
            self.storm.stack.crash_database()
        else:
            self.storm.stack.revive(what)

    def change_settings(self) -> None:
        """An owner saves the bot's settings: among them how long it waits for more of a burst."""
        self.storm.admin(
            "update chatbots set merge_window_s = %s, persona = persona || ' '",
            self.storm.rng.choice([0, 0.5, 2]),
        )

    def hold_lock(self) -> None:
        """Somebody else holds all people's rows, as a forgotten transaction does."""
        with suppress(psycopg.OperationalError), self.storm.stack.connect() as conn, conn.transaction():
            conn.execute(b"select 1 from contacts for update")
            threading.Event().wait(self.lock_s)

    def hold_connections(self) -> None:
        """PostgreSQL has no connection left for anybody."""
        with ExitStack() as held:
            with suppress(psycopg.OperationalError):
                while True:
                    held.enter_context(closing(self.storm.stack.connect()))
            threading.Event().wait(3.0)
