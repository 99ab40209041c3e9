"""A database with a bound of its own for turns in flight, customers of several tenants, and the dispatcher of an ingress."""

from __future__ import annotations

from collections import Counter
from typing import Any

import psycopg

from sql import apply
from tests.sql.conversation import Conversation


class Platform:
    """Also the talks that it has made."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.admin = psycopg.connect(url, autocommit=True)
        self.ingress = self.dispatcher()
        self.talks: list[Conversation] = []
        self.owner: dict[str, str] = {}

    def dispatcher(self) -> psycopg.Connection[Any]:
        conn = psycopg.connect(self.url, autocommit=True)
        conn.execute("set role chatbot_ingress")
        return conn

    def room(self, turns: int) -> None:
        apply.apply(self.url, {}, turns_in_flight=turns)

    def limits(self, talk: Conversation, limits: str) -> None:
        self.admin.execute("update tenants set limits = %s where id = %s", [limits, talk.tenant])

    def tenant(self) -> Conversation:
        """A tenant and one customer of it."""
        self.talks.append(Conversation(self.url))
        return self.talks[-1]

    def customer(self, talk: Conversation) -> Conversation:
        """Another customer of the same tenant."""
        other = self.tenant()
        other.tenant, other.bot = talk.tenant, talk.bot
        other.app = other.connect()
        return other

    def flood(self, talk: Conversation, size: int) -> list[Conversation]:
        """Many customers of one tenant write."""
        people = [self.customer(talk) for _ in range(size)]
        for person in people:
            self.owner[person.write()] = talk.tenant
        return people

    def claim(self, batch: int = 100, on: psycopg.Connection[Any] | None = None) -> list[str]:
        """What the ingress gets; it starts the runs."""
        rows = (on or self.ingress).execute(
            "select phone_number_id, message_id, dispatch_no from claim_dispatches(%s, '20 seconds')", [batch]
        )
        claimed = rows.fetchall()
        for row in claimed:
            (on or self.ingress).execute("select settle_dispatch(%s, %s, %s, true)", row)
        return [message_id for _, message_id, _ in claimed]

    def tenants_of(self, messages: list[str]) -> Counter[str]:
        return Counter(self.owner[message] for message in messages)
