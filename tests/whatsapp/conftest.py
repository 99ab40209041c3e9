"""A database with two tenants, and a customer's messages as Meta delivers them."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.whatsapp.payloads import envelope

NUMBER, OTHER = "106540352242922", "106540352242933"
COUNTER = itertools.count(1)


class Bot:
    """One chatbot's database, as the steps use it. The tenant comes from the number, as everywhere."""

    def __init__(self, url: str, tenant: str) -> None:
        self.url, self.tenant = url, tenant
        self.conn: psycopg.Connection[dict[str, Any]] = psycopg.connect(
            url, row_factory=dict_row, autocommit=True
        )

    def one(self, query: str, *parameters: Any) -> Any:
        """The only column of the only row, as the application's role."""
        with self.conn.transaction():
            self.conn.execute("set local role chatbot_app")
            self.conn.execute("select set_config('app.tenant_id', %s, true)", [self.tenant])
            row = self.conn.execute(query.encode(), parameters).fetchone()
        assert row is not None
        return next(iter(row.values()))

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """As the administrator."""
        return self.conn.execute(query.encode(), parameters).fetchall()

    def do(self, query: str, *parameters: Any) -> None:
        self.conn.execute(query.encode(), parameters)

    def words(self, message: dict[str, Any], **value: Any) -> str:
        return self.one("select message_words(%s)", json.dumps(envelope(message, **value)))

    def store(self, message: dict[str, Any], **value: Any) -> str:
        """Meta delivers a message, and the ingress stores it; returns its payload."""
        payload = json.dumps(envelope(message, **value))
        self.do(
            "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload) values (%s, %s, 'message', %s, %s)"
            " on conflict do nothing",
            *(NUMBER, message["id"], message.get("from_user_id") or message.get("from"), payload),
        )
        return payload

    def arrive(self, message: dict[str, Any], run: str | None = None, **value: Any) -> dict[str, Any]:
        """Meta delivers a message, and its run begins: as load_context does it. Returns receive_message's answer and the turn's."""
        message = {"id": f"wamid.{next(COUNTER)}", **message}
        payload = self.store(message, **value)
        run = run or str(uuid.uuid4())
        noted = self.one("select receive_message(%s, %s)", NUMBER, payload)
        if noted.get("end"):
            ended = self.one(
                "select end_received(%s, %s, %s, %s, %s)",
                *(NUMBER, message["id"], run, noted["contact_id"], noted["end"]),
            )
            return {**noted, **ended, "id": message["id"]}
        opened = self.one(
            "select open_turn(%s, %s, %s, %s, %s, %s, %s)",
            *(
                NUMBER,
                message["id"],
                run,
                noted.get("phone"),
                noted.get("user_id"),
                noted.get("name"),
                payload,
            ),
        )
        return {**noted, **opened, "id": message["id"], "run": run}

    def close(self, turn: dict[str, Any]) -> None:
        epoch = self.one("select begin_step(%s, %s, 4)", turn["turn_id"], turn["run"])
        self.one("select close_turn(%s, %s, 'done', 'answered', '{}')", turn["turn_id"], epoch)

    def answered(self, message: dict[str, Any], **value: Any) -> dict[str, Any]:
        turn = self.arrive(message, **value)
        self.close(turn)
        return turn

    def log(self) -> list[tuple[str, str]]:
        found = self.rows(
            "select direction, body from conversation_logs where tenant_id = %s order by id", self.tenant
        )
        return [(row["direction"], row["body"]) for row in found]

    def contacts(self) -> list[dict[str, Any]]:
        return self.rows("select * from contacts where tenant_id = %s order by created_at", self.tenant)


@pytest.fixture(scope="session")
def whatsapp_url(new_product_database: Callable[[], str]) -> str:
    return new_product_database()


@pytest.fixture
def bot(whatsapp_url: str) -> Iterator[Bot]:
    """A tenant of its own for each test."""
    with psycopg.connect(whatsapp_url, autocommit=True) as conn:
        conn.execute("delete from inbound_messages")
        conn.execute("delete from tenants")
        row = conn.execute("insert into tenants (name) values ('Lucky Shrub') returning id::text").fetchone()
        assert row
        conn.execute(
            "insert into chatbots (phone_number_id, tenant_id, name, merge_window_s) values (%s, %s, 'Lucky Shrub', 0)",
            [NUMBER, row[0]],
        )
    bot = Bot(whatsapp_url, row[0])
    yield bot
    bot.conn.close()
