"""A call that waits for a person's yes, as PostgreSQL knows it."""

from __future__ import annotations

import json
import threading
from typing import Any

from tests.sql.conversation import Conversation, new_run

ARGUMENTS = '{"amount": 80, "order_id": "CL-1042"}'
OWNER, AGENT = "owner@shop.example", "agent@shop.example"


class Asked:
    """A conversation whose bot has asked for a call, and whose turn is over."""

    def __init__(self, talk: Conversation, arguments: str = ARGUMENTS, server: str = "shop") -> None:
        self.talk, self.server = talk, server
        run = new_run()
        self.turn = talk.open(talk.write("refund me"), run)["turn_id"]
        epoch = talk.begin(self.turn, run, 2)
        self.id = self.ask(epoch, arguments)["id"]
        talk.close(self.turn, run)

    def ask(self, epoch: int, arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = self.talk.call(
            "ask_approval", self.turn, epoch, self.server, "refund", arguments
        )
        return found

    @property
    def row(self) -> dict[str, Any]:
        return self.talk.rows("select * from tool_approvals where id = %s", self.id)[0]

    def decide(
        self, approve: bool = True, by: str = OWNER, on: Any = None, digest: bytes | None = None
    ) -> dict[str, Any]:
        found: dict[str, Any] = self.talk.call(
            "decide_approval", self.id, digest or self.row["digest"], approve, by, on=on
        )
        return found

    def events(self) -> list[dict[str, Any]]:
        return self.talk.rows("select * from inbound_messages where message_id = %s", f"approval:{self.id}")

    def open(self, run: str) -> dict[str, Any]:
        (event,) = self.events()
        found: dict[str, Any] = self.talk.call(
            "open_turn",
            self.talk.bot,
            event["message_id"],
            run,
            self.talk.phone,
            None,
            None,
            event["payload"],
        )
        return found

    def begin_call(self, turn: str, epoch: int, on: Any = None) -> dict[str, Any]:
        found: dict[str, Any] = self.talk.call("begin_approved_call", turn, epoch, self.id, on=on)
        return found

    def come_due(self) -> None:
        """The time until a later turn makes the call passes."""
        due = "update inbound_messages set due_at = now() where message_id = %s returning 1"
        self.talk.rows(due, f"approval:{self.id}")

    def firsts(self) -> list[str]:
        """What would be dispatched next."""
        return [r["message_id"] for r in self.talk.rows("select * from first_messages(%s)", self.talk.bot)]

    def lose(self) -> str:
        """A whole turn that ends before the call has begun. Its id."""
        run = new_run()
        turn = str(self.open(run)["turn_id"])
        self.talk.close(turn, run, "failed")
        return turn

    def results(self, turn: str) -> list[str | None]:
        """What the turn would say of its decisions."""
        rows = self.talk.app.execute(b"select result from decisions_of_turn(%s)", [turn]).fetchall()
        return [row["result"] for row in rows]

    def pass_time(self) -> None:
        """The request becomes as old as requests get."""
        age = "created_at = created_at - interval '5 hours', expires_at = expires_at - interval '5 hours'"
        self.talk.rows(f"update tool_approvals set {age} where id = %s returning id", self.id)

    def tap(
        self, answer: str = "yes", phone: str | None = None, message_id: str = "wamid.tap", **more: Any
    ) -> Any:
        """A tap as Meta delivers it; its button says what this request's button says."""
        chosen = {"id": f"approval-{answer}:{self.id}:{bytes(self.row['digest']).hex()}", "title": "Approve"}
        message = {
            "type": "interactive",
            "interactive": {"type": "button_reply", "button_reply": chosen | more},
        }
        payload = json.loads(self.talk.payload(message_id, "", **message))
        payload["entry"][0]["changes"][0]["value"]["messages"][0]["from"] = phone or self.talk.phone
        return self.talk.call("tap_approval", self.talk.bot, json.dumps(payload))


def at_once(*acts: Any) -> list[Any]:
    """What each returns, begun at the same moment."""
    results: list[Any] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    def run(place: int) -> None:
        ready.wait(10)
        results[place] = acts[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results
