"""One tenant's conversations as the steps of a run see them: PostgreSQL's own functions, called by any number of copies."""

from __future__ import annotations

import itertools
import json
import uuid
from typing import Any

import psycopg

from tests import kept_connections

NUMBERS = itertools.count(34600000000)


class Refused(Exception):
    """PostgreSQL refused a stale attempt."""


def new_run() -> str:
    return str(uuid.uuid4())


class Conversation:
    """A tenant of its own with two chatbots; a person who writes to it; runs that answer."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.admin = kept_connections.connect(url)
        number = next(NUMBERS)
        self.phone, self.bot, self.other_bot = str(number), f"bot{number}", f"other{number}"
        self.tenant = str(self.one("insert into tenants (name) values ('T') returning id"))
        for bot in (self.bot, self.other_bot):
            self.one(
                "insert into chatbots (phone_number_id, tenant_id, name, merge_window_s) values (%s, %s, 'B', 0) returning name",
                *(bot, self.tenant),
            )
        self.app = self.connect()
        self._ids = itertools.count(1)

    def connect(self) -> psycopg.Connection[Any]:
        """Another step's connection."""
        conn = kept_connections.connect(self.url)
        conn.execute("set role chatbot_app")
        conn.execute("select set_config('app.tenant_id', %s, false)", [self.tenant])
        return conn

    def one(self, query: str, *values: Any) -> Any:
        """As the administrator: the only column of the only row."""
        row = self.admin.execute(query.encode(), values).fetchone()
        assert row is not None
        return next(iter(row.values()))

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        return self.admin.execute(query.encode(), values).fetchall()

    def call(self, function: str, *values: Any, on: psycopg.Connection[Any] | None = None) -> Any:
        """As a step: a function's result. Refused: PostgreSQL said that the attempt is stale."""
        marks = ", ".join(["%s"] * len(values))
        try:
            row = (on or self.app).execute(f"select {function}({marks})".encode(), values).fetchone()
        except psycopg.Error as error:
            if error.sqlstate == "CB001":
                raise Refused(str(error)) from None
            raise
        assert row is not None
        return next(iter(row.values()))

    def payload(self, message_id: str, body: str, **more: Any) -> str:
        message = {
            "id": message_id,
            "from": self.phone,
            "type": "text",
            "text": {"body": body},
            "timestamp": self.one("select extract(epoch from now())::bigint::text"),
            **more,
        }
        return json.dumps(
            {
                "object": "whatsapp_business_account",
                "entry": [{"changes": [{"field": "messages", "value": {"messages": [message]}}]}],
            }
        )

    def write(self, body: str = "hello", bot: str | None = None, **more: Any) -> str:
        """The ingress stores a message; returns its id."""
        message_id = f"wamid.{self.phone}.{next(self._ids)}"
        self.one(
            "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload)"
            " values (%s, %s, 'message', %s, %s) returning seq",
            *(bot or self.bot, message_id, self.phone, self.payload(message_id, body, **more)),
        )
        return message_id

    def open(self, message_id: str, run: str, bot: str | None = None, on: Any = None) -> dict[str, Any]:
        """load_context of a run."""
        stored = self.rows("select payload from inbound_messages where message_id = %s", message_id)
        payload = stored[0]["payload"] if stored else self.payload(message_id, "hello")
        found: dict[str, Any] = self.call(
            "open_turn", bot or self.bot, message_id, run, self.phone, None, "N", payload, on=on
        )
        return found

    def begin(self, turn: str, run: str, step: int, on: Any = None) -> int:
        return int(self.call("begin_step", turn, run, step, on=on))

    def claim(
        self, turn: str, epoch: int, part: int = 1, wait: str = "20 s", on: Any = None
    ) -> dict[str, Any]:
        found: dict[str, Any] = self.call("claim_part", turn, epoch, part, wait, on=on)
        return found

    def record(
        self, turn: str, epoch: int, state: str = "sent", wamid: str | None = "w", part: int = 1
    ) -> None:
        self.call("record_part", turn, epoch, part, state, wamid, None, None)

    def queue(self, turn: str, epoch: int, *texts: str) -> int:
        contents = [{"type": "text", "text": {"body": text}} for text in texts]
        return int(self.call("queue_parts", turn, epoch, json.dumps(contents)))

    def close(self, turn: str, run: str, outcome: str = "answered") -> bool:
        epoch = self.begin(turn, run, 4)
        return bool(self.call("close_turn", turn, epoch, "done", outcome, "{}"))

    def answer(self, message_id: str, run: str | None = None) -> str:
        """A whole run, without faults; returns the turn."""
        run = run or new_run()
        turn = self.open(message_id, run)["turn_id"]
        epoch = self.begin(turn, run, 3)
        self.queue(turn, epoch, "reply")
        self.claim(turn, epoch)
        self.record(turn, epoch, wamid=f"out.{message_id}")
        self.close(turn, run)
        return str(turn)

    def state(self, message_id: str) -> str:
        """Of a message: "None" when it isn't stored."""
        rows = self.rows("select state from inbound_messages where message_id = %s", message_id)
        return str(rows[0]["state"] if rows else None)

    def part(self, turn: str, part: int = 1) -> dict[str, Any]:
        return self.rows("select * from outbound_messages where turn_id = %s and part = %s", turn, part)[0]

    def wanted(self) -> list[tuple[str, int]]:
        """What the ingress would dispatch now: message and generation. Marks it as dispatched."""
        found = self.rows(
            "update inbound_messages set state = 'dispatched', due_at = now() + interval '2 minutes'"
            " where state = 'received' and kind = 'message' and sender = %s returning message_id, dispatch_no",
            self.phone,
        )
        return [(row["message_id"], row["dispatch_no"]) for row in found]

    def pass_time(self, interval: str) -> None:
        """Everything of this conversation becomes older."""
        self.admin.execute(
            b"update inbound_messages set due_at = due_at - %s::interval, received_at = received_at - %s::interval"
            b" where sender = %s or phone_number_id = %s",
            [interval, interval, self.phone, self.bot],
        )
        self.admin.execute(
            b"update turns set lease_until = lease_until - %s::interval, opened_at = opened_at - %s::interval where tenant_id = %s",
            [interval, interval, self.tenant],
        )
        self.admin.execute(
            b"update outbound_messages set sending_since = sending_since - %s::interval where tenant_id = %s",
            [interval, self.tenant],
        )
        self.admin.execute(
            b"update contacts set limit_told_at = limit_told_at - %s::interval,"
            b" waiting_told_at = waiting_told_at - %s::interval where tenant_id = %s",
            [interval, interval, self.tenant],
        )

    def status(
        self, state: str, wamid: str = "w", send_id: str | None = None, code: int | None = None
    ) -> None:
        """Meta's status, stored and applied as far as it can be."""
        what: dict[str, Any] = {"id": wamid, "status": state}
        if send_id:
            what["biz_opaque_callback_data"] = json.dumps({"send_id": send_id})
        if code:
            what["errors"] = [{"code": code, "title": "trouble"}]
        payload = json.dumps({"entry": [{"changes": [{"value": {"statuses": [what]}}]}]})
        self.one(
            "insert into inbound_messages (phone_number_id, message_id, kind, payload) values (%s, %s, 'status', %s) returning seq",
            *(self.bot, f"status:{wamid}:{state}:{next(self._ids)}", payload),
        )
        self.call("apply_events", 100)
