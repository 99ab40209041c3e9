"""What goes wrong in a storm: one function for each disturbance. `Disturbances` calls them by the names that a plan gives them."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from local import postgres, seed
from local.processes import StartError
from tests.faults.clerk import REPLY, RESUME, UPLOAD, Clerk, HumanReply, file_fields
from tests.faults.plan import NUMBERS, Strike, Talk
from tests.faults.stack import INGRESSES, RUNNERS
from tests.faults.storm import Storm

# What others wrote and what became of it while somebody held a contact.
OTHERS = """
    select count(*) as written, count(*) filter (where t.closed_at is not null) as answered
    from inbound_messages i left join turns t on t.id = i.turn_id
    where i.kind = 'message' and i.received_at between now() - make_interval(secs => %s) and now() - interval '10 s' and i.sender <> %s"""


@dataclass
class Lock:
    """How many messages of others came while a contact was held, except at its end, and how many of them were answered."""

    written: int
    answered: int


@dataclass
class Suspension:
    """When a tenant was suspended, by PostgreSQL's clock."""

    phone_number_id: str
    since: datetime
    until: datetime


@dataclass
class Upload:
    """A document that was uploaded in the middle, and the one that it was to replace."""

    document_id: str
    replaces: str | None


class Disturbances:
    """Carries out a plan's strikes, and keeps for the books what they may have changed."""

    def __init__(self, storm: Storm) -> None:
        self.storm = storm
        self.count: Counter[str] = Counter()
        self.suspensions: list[Suspension] = []
        self.replies: list[HumanReply] = []
        self.uploads: dict[int, list[Upload]] = {0: [], 1: []}
        self.locks: list[Lock] = []
        self._beside = ThreadPoolExecutor(8)
        self._lasting: list[Future[None]] = []
        self._turn = {name: threading.Lock() for name in ("suspend", "upload")}

    def strike(self, strike: Strike) -> None:
        """One disturbance; one that lasts goes on beside what follows."""
        self.count[strike.name] += 1
        act = getattr(self, strike.name)
        if strike.name in LASTING:
            self._lasting.append(self._beside.submit(act, **strike.details))
            return
        try:
            act(**strike.details)
        except (StartError, postgres.PostgresError) as problem:
            print(f"{strike.name}: {problem}")

    def end(self) -> None:
        """Waits for what lasts, raises its errors, and takes back what the storm has set."""
        for lasting in self._lasting:
            lasting.result()
        self._beside.shutdown()
        self.storm.control("fail", {})
        self.storm.control("statuses", {"policy": {}})
        self.change_settings(0)

    def kill_runner(self, which: int) -> None:
        self.storm.stack.revive(RUNNERS[which])

    def kill_ingress(self, which: int) -> None:
        self.storm.stack.revive(INGRESSES[which])

    def crash_database(self) -> None:
        self.storm.stack.crash_database()

    def end_leases(self) -> None:
        """As if every living run were too slow: whoever comes next takes its turn over."""
        self.storm.admin("update turns set lease_until = now() where state = 'active'")

    def fault_sends(self, order: dict[str, Any]) -> None:
        """Coming sends go wrong at Meta."""
        self.storm.control("fail", order)

    def change_statuses(self, policy: dict[str, Any]) -> None:
        self.storm.control("statuses", {"policy": policy})

    def change_settings(self, merge_window_s: float) -> None:
        """An owner saves the bots' settings: among them how long they wait for more of a burst."""
        self.storm.admin(
            "update chatbots set merge_window_s = %s, persona = persona || ' '",
            merge_window_s,
        )

    def upload_document(self, tenant: int) -> None:
        """An owner uploads a document, which replaces the one before."""
        with self._turn["upload"]:
            uploads = self.uploads[tenant]
            replaced = uploads[-1].document_id if uploads else None
            number = len(self.uploads[0]) + len(self.uploads[1]) + 1
            text = f"Opening hours of the stand number {number}: from {number} to 20 o'clock.\n" * 20
            result = Clerk(self.storm, seed.TENANTS[tenant]).insist(
                *UPLOAD, **file_fields(f"stand-{number}.txt", text, replaced)
            )
            assert result["ok"], result
            uploads.append(Upload(result["document_id"], replaced))

    def suspend_tenant(self, tenant: int) -> None:
        """An operator suspends a tenant, and activates it again some seconds later."""
        number = NUMBERS[tenant]
        query = (
            "update tenants t set status = %s from chatbots b where b.tenant_id = t.id and b.phone_number_id = %s"
            " returning clock_timestamp() as at"
        )
        with self._turn["suspend"]:
            (since,) = self.storm.admin(query, "suspended", number)
            threading.Event().wait(2.0)
            (until,) = self.storm.admin(query, "active", number)
            self.suspensions.append(Suspension(number, since["at"], until["at"]))

    def reply_as_human(self, talk: Talk, clicks: int) -> None:
        """An agent replies, perhaps with a double click, and gives the conversation back to the bot."""
        clerk = Clerk(self.storm, seed.TENANTS[NUMBERS.index(talk.phone_number_id)])
        reply = HumanReply(talk.phone, f"h{len(self.replies) + 1}. A human here.")
        self.replies.append(reply)
        fields = reply.fields(self.storm)
        for _ in range(clicks - 1):
            with suppress(Exception):  # the runner is being started: the next click counts
                clerk.click(*REPLY, **fields)
        reply.result = clerk.insist(*REPLY, **fields)
        clerk.insist(*RESUME, contact_id=fields["contact_id"])

    def hold_contact(self, talk: Talk, seconds: float) -> None:
        """Somebody else holds one person's row, as a forgotten transaction does; the others go on."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:  # again, when PostgreSQL has crashed meanwhile
            with suppress(psycopg.OperationalError), self.storm.stack.connect() as conn, conn.transaction():
                conn.execute(b"select 1 from contacts where phone = %s for update", [talk.phone])
                conn.execute(b"select pg_sleep(%s)", [left])
            threading.Event().wait(0.1)
        self.locks.append(Lock(**self.storm.admin(OTHERS, seconds, talk.phone)[0]))

    def hold_connections(self, seconds: float) -> None:
        """PostgreSQL has no connection left for anybody."""
        end = time.monotonic() + seconds
        with ExitStack() as held:
            while time.monotonic() < end:
                try:
                    held.enter_context(closing(self.storm.stack.connect()))
                except psycopg.OperationalError:  # all are taken: the next one that is given back, too
                    threading.Event().wait(0.05)


class Saboteur:
    """Strikes one after the other, beside what customers do. `room`: how many strikes may wait behind the one that is going on."""

    def __init__(self, strike: Callable[[Strike], None], room: int) -> None:
        self._strike = strike
        self._strikes: queue.Queue[Strike | None] = queue.Queue(room)
        self._done: Future[None]

    def hand(self, strike: Strike | None) -> None:
        """Once there is room; None: there is no more. Raises what the saboteur failed with."""
        end = time.monotonic() + 300
        while not self._done.done():
            try:
                return self._strikes.put(strike, timeout=0.2)
            except queue.Full:
                if time.monotonic() > end:
                    raise
        return self._done.result()

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Until the last strike is done. Raises what the saboteur failed with."""
        with ThreadPoolExecutor(1) as one:
            self._done = one.submit(self._carry_out)
            try:
                yield
            finally:
                self.hand(None)
                self._done.result()

    def _carry_out(self) -> None:
        while strike := self._strikes.get():
            self._strike(strike)


# What goes on beside what follows.
LASTING = ("upload_document", "suspend_tenant", "reply_as_human", "hold_contact", "hold_connections")
