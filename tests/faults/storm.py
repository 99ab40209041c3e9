"""A running product in which things are killed, and the books that are kept over every message."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import psycopg

from local import postgres, seed
from local.stack import Stack

ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "",
    "DISPATCH_RETRY_S": "0.2",
    "DISPATCH_LONGEST_RETRY_S": "1",
    "DISPATCH_TIMEOUT_S": "4",
    "DISPATCH_LEASE_S": "8",
}
OUTCOMES = ("answered", "unanswered", "failed")


class FaultyStack(Stack):
    """The product with short patience towards Meta, whose processes can be killed and come back like under a supervisor."""

    def bootstrap_environment(self) -> dict[str, str]:
        return {**super().bootstrap_environment(), "GRAPH_TIMEOUT_S": "2", "UNKNOWN_WAIT_S": "4"}

    def revive(self, name: str) -> None:
        """SIGKILL, then a new process. A job's own processes live on: they are the orphans of a dead worker."""
        self.processes.kill(name)
        self.begin(name)

    def begin(self, name: str) -> None:
        {"runner": self.start_runner, "ingress": self.start_ingress}[name](ENVIRONMENT)
        path = {"runner": "/api/version", "ingress": "/healthz"}[name]
        self.processes.wait_until_answers(name, self.url(name) + path)

    def crash_database(self) -> None:
        """PostgreSQL ends without a checkpoint, and comes back on the same port. The runner doesn't survive that."""
        assert self.cluster is not None
        self.cluster.stop("immediate")
        self.cluster = postgres.start(
            self.state / "postgres", self.secrets.postgres, port=self.cluster.port, durable=False
        )
        self.revive("runner")


class Storm:
    """Customers and Meta, for saboteur.py to strike at."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.rng = rng
        self.stack = FaultyStack(folder)
        self.http = httpx2.Client(timeout=60)
        self.killed: Counter[str] = Counter()

    def start(self) -> None:
        self.stack.start(seed.meta_config(), durable=False, extra=ENVIRONMENT)
        seed.seed(self.stack, merge_window_s=0.0)
        self.admin(
            "update chatbots set model = 'offline-echo', merge_window_s = 0, max_replies_per_hour = 100000, sends_per_s = 1000"
        )
        self.control(
            "limits", {"retry_base_s": 0.2, "retry_factor": 1.2, "retry_max_s": 1.0, "pair_burst": 10000.0}
        )

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
        words = {part["send_id"]: part["content"]["text"]["body"] for part in parts}
        sent = [str(message["biz_data"]["send_id"]) for message in self.accepted()]
        return [words[send_id] for send_id in sent if send_id in words]

    def control(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """A wish to the stand-in for Meta."""
        response = self.http.post(f"{self.stack.url('meta')}/control/{path}", json=body)
        assert response.status_code == 200, response.text
        return response.json()  # type: ignore[no-any-return]

    def write(self, phone_number_id: str, phone: str, texts: list[str], copies: int = 1) -> list[str]:
        """A customer writes; Meta delivers in one webhook, as often as it likes."""
        messages = [{"type": "text", "text": {"body": text}} for text in texts]
        who = {"phone_number_id": phone_number_id, "from": phone, "name": f"Customer {phone}"}
        body = who | {"messages": messages, "copies": copies, "wait": False}
        return list(self.control("deliver", body)["wamids"])

    def accepted(self) -> list[dict[str, Any]]:
        """What Meta took, in the order in which it took it."""
        response = self.http.get(f"{self.stack.url('meta')}/control/sent")
        return list(response.json()["sent"])

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
        try:
            self.stack.windmill().call(
                "POST",
                "jobs/run/p/f/chatbot/recover",
                {
                    "db": "$res:f/chatbot/database",
                    "whatsapp": "$res:f/chatbot/whatsapp",
                    "settings": "$res:f/chatbot/settings",
                    "master_key": "$var:f/chatbot/master_key",
                    "job_id_key": "$var:f/chatbot/job_id_key",
                },
            )
        except Exception as problem:  # the runner is being restarted: the next round asks again
            print(f"recovery could not be started: {type(problem).__name__}")

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

    def books(self) -> dict[str, Any]:
        """Every message, the turns that answered it, and what Meta took; asserts what must hold."""
        rows = self.admin(
            "select i.phone_number_id, i.sender, i.message_id, i.seq, i.state, i.turn_id::text, t.outcome"
            " from inbound_messages i left join turns t on t.id = i.turn_id where i.kind = 'message' order by i.seq"
        )
        unanswered = [r for r in rows if r["state"] != "answered" or r["outcome"] not in OUTCOMES]
        assert unanswered == [], f"not answered: {unanswered[:5]}"
        parts = {
            str(p["send_id"]): p
            for p in self.admin("select send_id, turn_id::text, part, attempts, state from outbound_messages")
        }
        takes = Counter(str(m["biz_data"]["send_id"]) for m in self.accepted())
        assert set(takes) <= set(parts), "Meta took something that is not in the outbox"
        silent = {r["turn_id"] for r in rows} - {parts[s]["turn_id"] for s in takes}
        assert silent == set(), f"turns without a word: {self.about(silent)}"
        twice = {s for s, n in takes.items() if n > 1}
        undue = [s for s in twice if parts[s]["attempts"] < takes[s]]
        assert undue == [], f"sent twice by one claim: {undue}"
        self.check_order(rows, parts)
        outcomes = Counter(r["outcome"] for r in rows)
        return {
            "messages": len(rows),
            "turns": len({r["turn_id"] for r in rows}),
            "parts": len(takes),
            "sent again after an unknown outcome": len(twice),
            "outcomes": dict(outcomes),
            "killed": dict(self.killed),
        }

    def about(self, turns: set[str]) -> list[dict[str, Any]]:
        """What is known of some turns, for whoever reads a failure."""
        return self.admin(
            "select t.id, t.outcome, t.error, t.step, t.epoch, t.takeovers, t.run_id, (select jsonb_agg(to_jsonb(o) - 'content')"
            " from outbound_messages o where o.turn_id = t.id) as parts from turns t where t.id::text = any(%s)",
            list(turns),
        )

    def check_order(self, rows: list[dict[str, Any]], parts: dict[str, dict[str, Any]]) -> None:
        """In each conversation, replies went out in the order in which messages came in."""
        turns: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        where: dict[str, tuple[str, str]] = {}
        for row in rows:
            talk = (row["phone_number_id"], row["sender"])
            turns[talk][row["turn_id"]].append(row["seq"])
            where[row["turn_id"]] = talk
        sent: dict[tuple[str, str], list[str]] = defaultdict(list)
        last_part: dict[str, int] = defaultdict(int)
        for message in self.accepted():
            part = parts[str(message["biz_data"]["send_id"])]
            turn = part["turn_id"]
            assert part["part"] <= last_part[turn] + 1, f"turn {turn}: part {part['part']} came too early"
            last_part[turn] = max(last_part[turn], part["part"])
            if turn not in where:
                continue  # its messages were given up, and an operator had them answered by another
            if turn not in sent[where[turn]]:
                sent[where[turn]].append(turn)
        for talk, order in sent.items():
            seqs = [seq for turn in order for seq in sorted(turns[talk][turn])]
            assert seqs == sorted(seqs), f"out of order for {talk}: {seqs}"


def until(look: Callable[[], Any], seconds: float) -> Any:
    """What `look` returns once that is true; fails after the time."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"still {found!r} after {seconds} s"
        threading.Event().wait(0.1)
    return found


def wait(seconds: float, look: Callable[[], Any]) -> bool:
    """Whether `look` became true within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if look():
            return True
        threading.Event().wait(0.2)
    return False
