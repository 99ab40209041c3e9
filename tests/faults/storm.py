"""A running product in which things are killed: its customers, its Meta, and the time that passes for it."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import psycopg
from psycopg.types.json import Jsonb

from local import seed
from tests.faults.stack import MODEL, FaultyStack

DATABASE = {"db": "$res:f/chatbot/database"}
RECOVERY = {
    **DATABASE,
    "whatsapp": "$res:f/chatbot/whatsapp",
    "settings": "$res:f/chatbot/settings",
    "master_key": "$var:f/chatbot/master_key",
    "job_id_key": "$var:f/chatbot/job_id_key",
}

# What is no message and still waits.
REST = """
    select send_id::text as id, state from outbound_messages
        where retry_at is not null or retry_run is not null and state in ('sending', 'unknown')
    union all select id::text, state from documents where state in ('received', 'processing')"""


class Storm:
    """Customers and Meta, for disturbances.py to strike at."""

    def __init__(self, folder: Path) -> None:
        self.stack = FaultyStack(folder)
        self.http = httpx2.Client(timeout=60)
        self.began = datetime.now(UTC)

    def start(self) -> None:
        self.stack.start(seed.meta_config())
        seed.seed(self.stack, merge_window_s=0.0)
        self.admin(
            "update chatbots set model = case phone_number_id when %s then %s else 'offline-obey' end,"
            " max_replies_per_hour = 100000, sends_per_s = 1000, stale_after_s = 7 * 86400, window_template = %s",
            seed.SHOP.phone_number_id,
            MODEL,
            Jsonb({"name": "we_are_back", "language": "en"}),
        )
        self.control(
            "limits",
            {
                "retry_base_s": 0.2,
                "retry_factor": 1.2,
                "retry_max_s": 1.0,
                "pair_burst": 10000.0,
                "free_replies": 20,
            },
        )

    @contextmanager
    def late_statuses(self) -> Iterator[None]:
        """A step waits longer for the status of what may be out, before it sends it again: here the status always comes, on a slow machine late."""
        server, path = self.stack.windmill(), "f/chatbot/whatsapp"
        value = server.call("GET", f"resources/get_value/{path}").json()
        server.call("POST", f"resources/update/{path}", {"value": {**value, "unknown_wait_s": 60}})
        try:
            yield
        finally:
            server.call("POST", f"resources/update/{path}", {"value": value})

    def admin(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """As the administrator; waits while PostgreSQL is restarted."""

        def run() -> list[dict[str, Any]] | None:
            try:
                with self.stack.connect() as conn:
                    cursor = conn.execute(query.encode(), values)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                return None

        found = until(lambda: (rows := run()) is not None and [rows], 120)
        return found[0]  # type: ignore[no-any-return]

    def count(self) -> int:
        """Messages that are stored."""
        (row,) = self.admin("select count(*) as n from inbound_messages where kind = 'message'")
        return int(row["n"])

    def inbox(self, phone: str) -> list[dict[str, Any]]:
        """What a customer wrote, with what became of it."""
        return self.admin(
            "select i.phone_number_id, i.message_id, i.state, t.run_id::text, t.outcome, t.error from inbound_messages i"
            " left join turns t on t.id = i.turn_id where i.kind = 'message' and i.sender = %s order by i.seq",
            phone,
        )

    def told(self, phone: str) -> list[str]:
        """What Meta took for a customer, as often as it took it."""
        parts = self.admin(
            "select o.send_id::text, o.content from outbound_messages o join turns t on t.id = o.turn_id"
            " join contacts c on c.id = t.contact_id where c.phone = %s or c.user_id = %s",
            phone,
            phone,
        )
        words = {
            part["send_id"]: part["content"].get("text", {}).get("body", "")
            or part["content"].get("document", {}).get("caption", "")
            for part in parts
        }
        sent = [str(message["biz_data"]["send_id"]) for message in self.accepted()]
        return [words[send_id] for send_id in sent if send_id in words]

    def control(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """A wish to the stand-in for Meta."""
        response = self.http.post(f"{self.stack.url('meta')}/control/{path}", json=body)
        assert response.status_code == 200, response.text
        return response.json()  # type: ignore[no-any-return]

    def write(self, phone_number_id: str, phone: str, texts: list[str]) -> list[str]:
        """A customer writes; returns Meta's ids of the messages."""
        return self.deliver(
            phone_number_id, phone, [{"type": "text", "text": {"body": text}} for text in texts]
        )

    def deliver(
        self, phone_number_id: str, phone: str, messages: list[dict[str, Any]], copies: int = 1
    ) -> list[str]:
        """Meta delivers messages in one webhook, as often as it likes."""
        who = {"phone_number_id": phone_number_id, "from": phone, "name": f"Customer {phone}"}
        body = who | {"messages": messages, "copies": copies, "wait": False}
        return list(self.control("deliver", body)["wamids"])

    def accepted(self, phone_number_id: str = "") -> list[dict[str, Any]]:
        """What Meta took, in the order in which it took it; of one number, or of all."""
        of = {"phone_number_id": phone_number_id} if phone_number_id else {}
        response = self.http.get(f"{self.stack.url('meta')}/control/sent", params=of)
        return list(response.json()["sent"])

    def written(self, *numbers: str) -> set[str]:
        """The messages of customers that the webhook took for these numbers, as Meta knows them."""
        found = self.http.get(f"{self.stack.url('meta')}/control/written").json()["written"]
        return {id_ for number, id_ in found if number in numbers}

    def bill(self) -> dict[Any, int]:
        """Delivered messages by number and by how Meta charges for them."""
        lines: Counter[Any] = Counter()
        for line in self.http.get(f"{self.stack.url('meta')}/control/bill").json():
            lines[(line["phone_number_id"], line["type"])] += line["messages"]
        return dict(lines)

    def recover(self) -> None:
        """The schedule's run, without waiting for the minute; time that nobody wants to wait for has passed.

        Leases are moved to where recovery asks Windmill whether their runs live, and no further: how long a run takes is the machine's affair.
        """
        self.admin(
            "update turns set lease_until = least(lease_until, now() + interval '2 min 59 s') where state = 'active'"
        )
        self.admin(
            "update inbound_messages set due_at = now() where state in ('dispatched', 'waiting', 'in_turn') and kind = 'message'"
        )
        self.run_schedule("f/chatbot/recover", **RECOVERY)

    def run_schedule(self, path: str, **arguments: str) -> None:
        try:
            self.stack.windmill().call("POST", f"jobs/run/p/{path}", arguments)
        except Exception as problem:  # the runner is being started: the next round asks again
            print(f"{path} could not be started: {type(problem).__name__}")

    def open_messages(self) -> int:
        (row,) = self.admin(
            "select count(*) as n from inbound_messages where kind = 'message' and state not in ('answered', 'ended', 'dead')"
        )
        return int(row["n"])

    def settle(self, expected: int, seconds: float = 400) -> None:
        """Waits until every message is stored and closed, with recovery's help."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            (row,) = self.admin("select count(*) as n from inbound_messages where kind = 'message'")
            if row["n"] >= expected and self.open_messages() == 0:
                return
            self.recover()
            wait(3.0, lambda: self.open_messages() == 0)
        rows = self.admin("select state, count(*) from inbound_messages where kind = 'message' group by 1")
        raise AssertionError(f"after {seconds:.0f} s of {expected}: {rows}")

    def settle_rest(self, seconds: float) -> None:
        """Waits until no human's reply and no document is under way; the minutes that recovery grants them have passed."""

        def is_settled() -> bool:
            if not self.admin(REST):
                return True
            self.admin(
                "update outbound_messages set sending_since = sending_since - interval '20 s', retry_at = least(retry_at, now())"
                " where retry_at is not null or retry_run is not null and state in ('sending', 'unknown')"
            )
            self.admin(
                "update documents set updated_at = now() - interval '31 min' where state in ('received', 'processing')"
            )
            self.run_schedule("f/chatbot/recover", **RECOVERY)
            self.run_schedule("f/ingest/refresh_sources", **DATABASE)
            return False

        until(is_settled, seconds, every_s=3.0)


def seed_of_run() -> int:
    """What a run's choices follow from; FAULTS_SEED replays a run's."""
    return int(os.environ.get("FAULTS_SEED") or random.randrange(10**6))


@contextmanager
def brought_up(prefix: str) -> Iterator[Storm]:
    """A storm in a folder of its own, until the end."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/var/tmp"))
    folder.chmod(0o755)
    storm = Storm(folder)
    try:
        storm.start()
        yield storm
    finally:
        storm.stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


def until(look: Callable[[], Any], seconds: float, every_s: float = 0.1) -> Any:
    """What `look` returns once that is true; fails after the time."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"still {found!r} after {seconds} s"
        threading.Event().wait(every_s)
    return found


def wait(seconds: float, look: Callable[[], Any]) -> bool:
    """Whether `look` became true within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if look():
            return True
        threading.Event().wait(0.2)
    return False
