"""The chatbots under test without Windmill around them: a real database, the demo's embedding model and order system, and the real agent.

ask() is the one place that knows how the agent is called.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy import tenants

from f.documents import chunking
from f.documents.formats import pages
from f.models.embeddings import embed
from local import postgres, seed
from local.documents.writer import render
from local.stack import RULE_BASED, Stack
from sql import apply
from tests.eval.question_set import Business, Passage
from tests.eval.store import store_passages


class Product:
    """A stack with database, models and orders only; a tenant for each business, by the name of its folder; and the two of the demo."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._bots: dict[str, dict[str, Any]] = {}
        self._phones = itertools.count(34600200000)

    def add_demo(self) -> None:
        """The demo's shop and clinic with their documents, as seed makes them."""
        ids = seed.seed(self.stack, merge_window_s=0.0)
        for tenant in seed.TENANTS:
            cut = chunking.chunks(
                pages(render(tenant.document), f"{tenant.document}.pdf"), title=tenant.title
            )
            passages = [Passage(tenant.title, dict(c), chunking.context(c, tenant.title)) for c in cut]
            self._add(tenant.slug, ids[tenant.slug], tenant.phone_number_id, passages)

    def add(self, business: Business, number: str) -> None:
        """A business of tests/eval/businesses; `number`: the phone_number_id of its chatbot."""
        with self.stack.connect() as conn:
            tenant_id = tenants.put_tenant(
                conn,
                self.stack.secrets.master_key,
                number,
                business.name,
                "EAAnever-sent-with",
                persona=business.persona,
                languages=business.languages,
            )
            tenants.put_embedding_model(conn, tenant_id, seed.EMBEDDING_MODEL)
        self._add(business.slug, tenant_id, number, business.passages)

    def _add(self, slug: str, tenant_id: str, number: str, passages: list[Passage]) -> None:
        with self.stack.connect() as conn:
            model = conn.execute(
                "select * from embedding_models where name = %s", [seed.EMBEDDING_MODEL]
            ).fetchone()
            bot = conn.execute("select * from chatbots where phone_number_id = %s", [number]).fetchone()
            assert model and bot

            def encode(texts: list[str]) -> Iterable[Any]:
                for start in range(0, len(texts), 16):
                    batch = texts[start : start + 16]
                    yield from embed(batch, self.embeddings, model["passage_model"], model["dimensions"], 300)

            store_passages(conn, tenant_id, model["id"], passages, encode)
        self._bots[slug] = bot

    @property
    def embeddings(self) -> dict[str, str]:
        return {"base_url": self.stack.url("models") + "/v1", "api_key": self.stack.secrets.models}

    def providers(self) -> list[dict[str, Any]]:
        """The models to measure, each as the resource f/chatbot/llm would name it."""
        found = []
        if os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL"):
            found.append(
                {
                    "provider": "openai",
                    "base_url": os.environ.get("OPENAI_BASE_URL", ""),
                    "model": os.environ.get("OPENAI_MODEL", "gpt-4o-mini"),
                    "api_key": os.environ.get("OPENAI_API_KEY", "none"),
                }
            )
        if os.environ.get("GEMINI_API_KEY"):
            model = os.environ.get("GEMINI_MODEL", "gemini-2.5-flash")
            found.append({"provider": "gemini", "model": model, "api_key": os.environ["GEMINI_API_KEY"]})
        embedded = {
            "provider": "openai",
            "base_url": self.stack.url("models") + "/v1",
            "model": RULE_BASED,
            "api_key": self.stack.secrets.models,
        }
        return found or [embedded]

    def ask(
        self,
        llm: dict[str, Any],
        business: str,
        question: str,
        history: list[dict[str, str]],
        phone: str | None = None,
    ) -> dict[str, Any]:
        """What the agent answers in a dry run: nothing is sent, nothing is written."""
        from f.agent.loop import run_agent
        from f.agent.turn import Turn
        from f.common.database import Database

        assert self.stack.cluster is not None
        bot = self._bots[business]
        resources: Any = {
            "llm": llm,
            "embeddings": self.embeddings,
            "settings": {"allowed_private_hosts": [f"{self.stack.host}:{self.stack.ports['orders']}"]},
            "whatsapp": {"graph_url": "http://127.0.0.1:9", "api_version": "v26.0"},
            "master_key": self.stack.secrets.master_key,
        }
        database = {
            "host": "127.0.0.1",
            "port": self.stack.cluster.port,
            "user": "chatbot_app",
            "password": self.stack.secrets.app,
            "dbname": "chatbot",
        }
        context: Any = {
            "mode": "dry_run",
            "tenant_id": str(bot["tenant_id"]),
            "contact_id": self._contact(str(bot["tenant_id"]), phone or str(next(self._phones))),
            "phone_number_id": bot["phone_number_id"],
            "message_ids": [],
            "question": question,
            "history": history,
            "chatbot": bot,
            "contact": {"name": None, "language": None, "lead": {}},
        }
        with Database.open(database) as opened:
            return dict(run_agent(Turn(opened, context, resources)))

    def _contact(self, tenant_id: str, phone: str) -> str:
        with self.stack.connect() as conn:
            row = conn.execute(
                "insert into contacts (tenant_id, phone, name) values (%s, %s, 'Eval') on conflict (tenant_id, phone) do update"
                " set name = excluded.name returning id",
                [tenant_id, phone],
            ).fetchone()
        assert row is not None
        return str(row["id"])


@contextmanager
def running(folder: Path) -> Iterator[Product]:
    """Database, models and orders, until the end of the block."""
    stack = Stack(folder)
    try:
        stack.cluster = postgres.start(folder / "postgres", stack.secrets.postgres, durable=False)
        stack.cluster.create_database("chatbot")
        apply.apply(stack.database, {"chatbot_app": stack.secrets.app})
        stack.start_models({})
        for name in ("models", "orders"):
            stack.processes.wait_until_answers(name, stack.url(name) + "/healthz")
        yield Product(stack)
    finally:
        stack.stop()
