"""Customers of the shop who write, read the reply, and write again."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import psycopg

from local import seed
from local.stack import Stack

LOOK_S = 0.1
ANSWERED = """
    select distinct on (t.id) t.id, i.sender, extract(epoch from o.sent_at - i.received_at)::float8 as waited
    from turns t join inbound_messages i on i.turn_id = t.id join outbound_messages o on o.turn_id = t.id and o.part = 1
    where t.state = 'done' and t.closed_at > now() - interval '1 minute' and i.sender = any(%s) and t.id <> all(%s)
    order by t.id, i.seq"""


class Customers:
    """Each writes; when the turn that answers is closed, again."""

    def __init__(
        self,
        stack: Stack,
        conn: psycopg.Connection[dict[str, Any]],
        people: list[str],
        pause_s: tuple[float, float],
    ) -> None:
        self._stack, self._conn = stack, conn
        self._http, self._pool = httpx2.Client(timeout=60), ThreadPoolExecutor(8)
        self.people = people
        self._counts = dict.fromkeys(self.people, 0)
        self.answered: list[Any] = []  # the turns that have been closed so far
        self._pause_s, self._random = pause_s, random.Random(5)
        self._next: list[tuple[float, str]] = []  # when who writes again

    def write(self, phone: str) -> None:
        self._counts[phone] += 1
        text = f"Do you know {phone}? This is message {self._counts[phone]}"  # no greeting: the business's documents are searched for it
        message = {"type": "text", "text": {"body": text}}
        body = {
            "phone_number_id": seed.SHOP.phone_number_id,
            "from": phone,
            "message": message,
            "wait": False,
        }
        self._pool.submit(self._http.post, f"{self._stack.url('meta')}/control/deliver", json=body)

    def carry_on(self, seconds: float) -> list[float]:
        """Answers each reply for so long; how long each took."""
        end, waits = time.monotonic() + seconds, []
        while time.monotonic() < end:
            time.sleep(LOOK_S)
            for row in self._conn.execute(ANSWERED, [self.people, self.answered]).fetchall():
                self.answered.append(row["id"])
                waits.append(row["waited"])
                self._next.append((time.monotonic() + self._random.uniform(*self._pause_s), row["sender"]))
            due = [phone for at, phone in self._next if at <= time.monotonic()]
            self._next = [entry for entry in self._next if entry[1] not in due]
            for phone in due:
                self.write(phone)
        return waits

    def begin(self, turn_s: float) -> None:
        """Spread over the time of a turn and a pause, as people are."""
        for phone in self.people:
            self.write(phone)
            self.carry_on((turn_s + sum(self._pause_s) / 2) / len(self.people))

    def stop(self) -> None:
        self._pool.shutdown()
        self._http.close()
