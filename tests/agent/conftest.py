"""The agent without Windmill around it: a real database, the real embedding model and order system, and models that answer by a script."""

from __future__ import annotations

import base64
import json
import os
import secrets
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from deploy import tenants
from psycopg.rows import dict_row

from f.agent.loop import run_agent
from f.agent.turn import Turn
from f.common.chatbot_settings import definitions
from f.common.database import Database
from f.models.embeddings import embed
from local.ports import free_port
from local.processes import Processes
from sql import apply
from tests.administrator import administrator
from tests.agent.odd import POINTS, Odd, register
from tests.agent.scripts import Windmill
from tests.agent.vendors import Vendor, gemini_shape, openai_shape

JOB_ID_KEY = "job-id-key-0123456789"
MASTER_KEY = base64.b64encode(bytes(range(32))).decode()
PLATFORM_KEY = "sk-platform-0123456789abcdef"
ORDERS_KEY = "orders-key-0123456789"
SHOP, CLINIC = "501", "502"
PASSAGES = {
    SHOP: [
        ("Returns", 2, "Thirty days", "You can return any item within 30 days of the day you received it. Lamps may be switched on to try them."),
        ("Returns", 1, "Express delivery", "Express delivery costs EUR 11.90 and reaches the Spanish mainland the next working day before 13:00."),
        ("Returns", 5, "Gift cards", "Gift cards are valid for 24 months. They can be used in several purchases."),
        ("Returns", 6, "Opening hours", "The Valencia store is open on Saturday from 10:00 to 21:00 and closed on Sunday."),
    ],
    CLINIC: [
        ("Guide", 1, "Cancelling", "An appointment can be cancelled free of charge until 24 hours before it begins. Later it costs EUR 25."),
        ("Guide", 2, "Blood tests", "Don't eat for 8 hours before a blood test. Children under 6 years fast for 4 hours only."),
        ("Guide", 3, "Portal", "The activation code of the patient portal is RIBERA-7731 and is valid for 72 hours."),
    ],
}  # fmt: skip


class Bench:
    """One database with two tenants, and a way to ask their chatbots."""

    def __init__(self, url: str, models_url: str, orders_url: str, openai: Vendor, gemini: Vendor) -> None:
        self.url, self.openai, self.gemini = url, openai, gemini
        self.models_url, self.orders_url = models_url, orders_url
        parts = psycopg.conninfo.conninfo_to_dict(url)
        self.db = {
            "host": parts["host"],
            "port": int(parts["port"] or 5432),
            "user": "chatbot_app",
            "password": "app",
            "dbname": parts["dbname"],
        }
        self.llm: dict[str, Any] = {
            "provider": "openai",
            "base_url": f"{openai.url}/v1",
            "model": "gpt-4o-mini",
            "api_key": PLATFORM_KEY,
            "gemini_base_url": gemini.url,
            "gemini_api_key": "AIzaPlatform0123456789abcdefghij",
        }
        self.settings: dict[str, Any] = {
            "allowed_private_hosts": [orders_url.split("/")[2]],
            "prices": {"offline-obey": [0, 0]},
        }
        self.whatsapp = {"graph_url": "http://127.0.0.1:9", "api_version": "v26.0"}
        self.tenants: dict[str, str] = {}
        self.changed: list[tuple[str, str, Any]] = []

    @property
    def resources(self) -> dict[str, Any]:
        return {
            "llm": self.llm,
            "embeddings": {"base_url": self.models_url, "api_key": "none"},
            "settings": self.settings,
            "whatsapp": self.whatsapp,
            "master_key": MASTER_KEY,
            "job_id_key": JOB_ID_KEY,
        }

    def admin(self) -> psycopg.Connection[dict[str, Any]]:
        return psycopg.connect(self.url, row_factory=dict_row, autocommit=True)

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        return administrator(self.url).rows(query, *parameters)

    def set(self, bot: str = SHOP, **settings: Any) -> None:
        """Changes settings of a chatbot for this test."""
        for name, value in settings.items():
            stored = json.dumps(value) if definitions()[name].metadata["kind"].is_json else value
            before = self.rows(f"select {name}::text as was from chatbots where phone_number_id = %s", bot)[
                0
            ]["was"]
            self.changed.append((bot, name, before))
            self.rows(f"update chatbots set {name} = %s where phone_number_id = %s", stored, bot)

    def contact(self, bot: str = SHOP, phone: str | None = None, **columns: Any) -> str:
        phone = phone or f"34{secrets.randbelow(10**9):09d}"
        fields = {"tenant_id": self.tenants[bot], "phone": phone, **columns}
        names = ", ".join(fields)
        query = (
            f"insert into contacts ({names}) values ({', '.join(['%s'] * len(fields))})"
            " on conflict (tenant_id, phone) do update set name = excluded.name returning id"
        )
        return str(self.rows(query, *fields.values())[0]["id"])

    def turn(self, contact: str, bot: str = SHOP) -> tuple[str, int]:
        row = self.rows(
            "insert into turns (tenant_id, contact_id, phone_number_id, run_id, lease_until) values (%s, %s, %s, %s, now() + interval '1 hour')"
            " returning id, epoch",
            *(self.tenants[bot], contact, bot, str(uuid.uuid4())),
        )[0]
        return str(row["id"]), row["epoch"]

    def context(self, question: str, bot: str = SHOP, **more: Any) -> dict[str, Any]:
        chatbot = self.rows(
            "select languages, dont_know, show_citations from chatbots where phone_number_id = %s", bot
        )[0]
        return {
            "status": "opened",
            "mode": "dry_run",
            "tenant_id": self.tenants[bot],
            "contact_id": None,
            "phone_number_id": bot,
            "message_ids": [],
            "question": question,
            "history": [],
            "chatbot": chatbot,
            "contact": {"name": None, "language": None, "lead": {}},
            **more,
        }

    def ask(
        self, question: str, *script: Any, bot: str = SHOP, epoch: int | None = None, **more: Any
    ) -> dict[str, Any]:
        """What the chatbot answers when its model follows the script."""
        if script:
            self.openai.says(*script)
        with Database.open(self.db) as database:
            turn = Turn(database, self.context(question, bot, **more), self.resources, epoch)  # type: ignore[arg-type]
            return run_agent(turn)  # type: ignore[return-value]

    def live(
        self, question: str, *script: Any, bot: str = SHOP, contact: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """The same in a real turn, which stays open. The result holds its ids."""
        contact = contact or self.contact(bot)
        turn, epoch = self.turn(contact, bot)
        ids = {"contact_id": contact, "turn_id": turn, "mode": "live"}
        return {**self.ask(question, *script, bot=bot, epoch=epoch, **ids, **more), **ids, "epoch": epoch}


@pytest.fixture(scope="package")
def local_services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The embedding model and the order system, as the demo runs them."""
    processes = Processes(Path(tmp_path_factory.mktemp("agent-logs")))
    ports = {name: free_port() for name in ("models", "orders")}
    processes.start("models", "local.models", "--port", str(ports["models"]), env={})
    processes.start(
        "orders", "local.orders", "--port", str(ports["orders"]), env={"ORDERS_API_KEY": ORDERS_KEY}
    )
    try:
        for name, port in ports.items():
            processes.wait_until_answers(name, f"http://127.0.0.1:{port}/healthz")
        yield {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    finally:
        processes.stop_all()


@pytest.fixture(scope="package")
def agent_database(
    new_product_database: Callable[[], str], local_services: dict[str, str]
) -> tuple[str, dict[str, str]]:
    """Two tenants with a few passages each; the shop with the order system."""
    url = new_product_database()
    apply.apply(url, {"chatbot_app": "app", "chatbot_ingress": "ingress"})
    ids = {}
    embeddings = {"base_url": f"{local_services['models']}/v1"}
    with psycopg.connect(url, row_factory=dict_row, autocommit=True) as conn:
        for number, name in ((SHOP, "Casa Lumen"), (CLINIC, "Clínica Ribera")):
            ids[number] = tenants.put_tenant(
                conn, MASTER_KEY, number, name, "EAA" + "x" * 30, languages=["en", "es", "de"]
            )
            tenants.put_embedding_model(conn, ids[number], "multilingual-e5-small")
            _store(conn, ids[number], PASSAGES[number], embeddings)
        tenants.put_tool(
            *(conn, MASTER_KEY, ids[SHOP], "orders", f"{local_services['orders']}/mcp"),
            authorization=f"Bearer {ORDERS_KEY}",
            allowed_tools=["get_order"],
        )
    return url, ids


def _store(
    conn: psycopg.Connection[Any], tenant: str, passages: list[Any], embeddings: dict[str, Any]
) -> None:
    """Publishes passages the way ingestion does: staged first, then swapped in by the product's own function."""
    model = conn.execute("select * from embedding_models where name = 'multilingual-e5-small'").fetchone()
    assert model is not None
    texts = [f"{title}\n{heading}\n{text}" for title, _, heading, text in passages]
    vectors = embed(texts, embeddings, model["passage_model"], model["dimensions"])
    row = conn.execute(
        "insert into documents (tenant_id, title, filename, sha256, size_bytes, content, state) values (%s, %s, 'a.txt', %s, 1, 'x', 'processing')"
        " returning id",
        [tenant, passages[0][0], os.urandom(32)],
    ).fetchone()
    assert row is not None
    document = row["id"]
    with conn.transaction():
        conn.execute("select set_config('app.tenant_id', %s, true)", [tenant])
        for ordinal, ((_, page, heading, text), vector) in enumerate(zip(passages, vectors, strict=True)):
            conn.execute(
                "insert into staged_chunks (document_id, ordinal, tenant_id, page, char_start, page_end, char_end, heading, tokens, text, model_id,"
                " embedding) values (%s, %s, %s, %s, 0, %s, %s, %s, 20, %s, %s, %s::vector)",
                [
                    document,
                    ordinal,
                    tenant,
                    page,
                    page,
                    len(text),
                    heading,
                    text,
                    model["id"],
                    json.dumps(vector),
                ],
            )
        conn.execute("select publish_document(%s)", [document])


def places(result: dict[str, Any]) -> list[dict[str, Any]]:
    """A result's citations as the customer reads them."""
    return [{key: c[key] for key in ("document", "page", "url") if key in c} for c in result["citations"]]


@pytest.fixture(scope="session")
def vendors() -> Iterator[tuple[Vendor, Vendor]]:
    pair = Vendor(openai_shape), Vendor(gemini_shape)
    try:
        yield pair
    finally:
        for vendor in pair:
            vendor.close()


@pytest.fixture
def bench(
    agent_database: tuple[str, dict[str, str]], local_services: dict[str, str], vendors: tuple[Vendor, Vendor]
) -> Iterator[Bench]:
    """Settings that a test changes are put back after it."""
    url, ids = agent_database
    made = Bench(url, f"{local_services['models']}/v1", f"{local_services['orders']}/mcp", *vendors)
    made.tenants = ids
    yield made
    for vendor in vendors:
        vendor.over.set()
    for number, name, was in reversed(made.changed):
        kind = "(select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'chatbots'::regclass and attname = %s) as kind"
        cast = made.rows(f"select {kind}", name)[0]["kind"]
        made.rows(f"update chatbots set {name} = %s::{cast} where phone_number_id = %s", was, number)
    made.rows("update tenants set limits = '{}', llm_api_key = null")
    made.rows("delete from usage_months")
    made.rows("delete from tenant_tools where name <> 'orders'")
    made.rows("delete from http_actions")
    made.rows("delete from script_tools")


@pytest.fixture(scope="package")
def windmill_server(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]
) -> Iterator[Windmill]:
    server = Windmill(tmp_path_factory.mktemp("windmill"), new_database())
    yield server
    server.kill()


@pytest.fixture
def windmill(windmill_server: Windmill, monkeypatch: pytest.MonkeyPatch) -> Windmill:
    """A runner of scripts; the test itself is a step of a flow's run there."""
    windmill_server.as_job(monkeypatch)
    return windmill_server


@pytest.fixture(scope="package")
def odd_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Odd]:
    server = Odd(tmp_path_factory.mktemp("odd"))
    yield server
    server.kill()  # it may still hang, as it was told to


@pytest.fixture
def odd(odd_server: Odd, bench: Bench) -> Odd:
    """The misbehaving MCP server, registered with the shop; forgotten after the test."""
    odd_server.lists(POINTS)
    bench.settings["allowed_private_hosts"].append(f"127.0.0.1:{odd_server.port}")
    register(bench, odd_server)
    return odd_server


@pytest.fixture
def obeying(bench: Bench) -> Iterator[Bench]:
    """With the model that obeys whatever it is told."""
    from tests.agent import attacks

    bench.llm = {
        "provider": "openai",
        "base_url": bench.models_url,
        "model": "offline-obey",
        "api_key": PLATFORM_KEY,
    }
    bench.set(lead_fields=["email"], system_prompt=attacks.PROMPT)
    yield bench


def tools_called(result: dict[str, Any]) -> list[str]:
    return [call["tool"] for call in result["trace"] if call["tool"] != "(note)"]


def notes(result: dict[str, Any]) -> str:
    return " | ".join(call["outcome"] for call in result["trace"] if call["tool"] == "(note)")


__all__ = ["httpx2"]
