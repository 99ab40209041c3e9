"""Two tenants with people of every role, and the portal's scripts called as a worker calls them: with the server-set identity."""

from __future__ import annotations

import importlib
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from f.cases import runs
from f.portal_api import qa_drafts, typed_keys
from ingress.link import Link
from ingress.sign_ins import PATH, SignIns
from local.portal.wire import request
from sql import apply
from tests.administrator import administrator
from tests.kept_connections import keep
from tests.local.meta_support import Meta as StandIn
from tests.local.meta_support import Recorder, configuration
from tests.typed_keys import sealed_key

MASTER_KEY = b64encode(b"k" * 32).decode()
ROLES = ("owner", "editor", "agent", "viewer")
STATIC = {
    "f.ingest.upload_document": (),
    "f.portal_api.list_documents": (),
    "f.portal_api.me": (),
    "f.portal_api.home": (),
    "f.portal_api.documents": (),
    "f.portal_api.contradictions": (),
    "f.portal_api.page_picture": (),
    "f.portal_api.passages": ("embeddings",),
    "f.portal_api.sources": (),
    "f.portal_api.qa_pairs": (),
    "f.portal_api.cases": (),
    "f.portal_api.people": ("settings",),
    "f.portal_api.sessions": (),
    "f.portal_api.developers": ("master_key", "settings"),
    "f.portal_api.branding": ("settings",),
    "f.portal_api.platform_branding": ("settings",),
    "f.portal_api.notifications": (),
    "f.portal_api.bot": ("master_key", "settings"),
    "f.portal_api.versions": ("settings",),
    "f.portal_api.replays": ("settings",),
    "f.portal_api.tools": ("master_key", "settings"),
    "f.portal_api.scripts": (),
    "f.portal_api.conversations": ("whatsapp", "master_key"),
    "f.portal_api.approvals": (),
    "f.portal_api.attachments": ("whatsapp", "master_key"),
    "f.portal_api.inbox": (),
    "f.portal_api.saved_replies": (),
    "f.portal_api.templates": ("whatsapp", "master_key"),
    "f.portal_api.privacy": ("job_id_key",),
    "f.portal_api.insights": ("embeddings",),
    "f.portal_api.statement": (),
    "f.portal_api.connect": ("whatsapp", "meta_app", "settings", "master_key"),
    "f.portal_api.doctor": ("llm", "embeddings", "master_key", "whatsapp", "settings"),
    "f.portal_api.operator": ("llm", "embeddings", "master_key", "whatsapp", "meta_app", "settings"),
}


class Portal:
    """The database of the tests, and who asks what of it."""

    def __init__(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.url, self._monkeypatch = url, monkeypatch
        self.flows: list[tuple[str, Any]] = []
        self.embeddings: dict[str, Any] = {"base_url": "http://127.0.0.1:9"}
        self.values: dict[str, Any] = {
            "master_key": MASTER_KEY,
            "settings": {"allowed_private_hosts": ["127.0.0.1:7777"], "portal_url": "https://portal.example"},
            "job_id_key": "key of the portal's tests",
            "embeddings": self.embeddings,
            "llm": {"provider": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "m", "api_key": "k"},
            "whatsapp": {"graph_url": "http://127.0.0.1:9", "api_version": "v23.0"},
            "meta_app": {"app_id": "", "app_secret": "none", "signup_config_id": "", "dialog_url": ""},
        }
        info = psycopg.conninfo.conninfo_to_dict(url)
        self.db = {
            **{key: info.get(key) for key in ("host", "port", "dbname")},
            "user": "chatbot_app",
            "password": "portal tests",
        }
        for name in (
            "f.common.ingestion",
            "f.portal_api.sources",
            "f.portal_api.dry_runs",
        ):
            monkeypatch.setattr(importlib.import_module(name), "start_flow", self._start_flow)
        for module in (runs, qa_drafts):
            monkeypatch.setattr(module, "start_script", self._start_flow)

    def _start_flow(self, path: str, arguments: Any, job: str | int | None = None, **_: Any) -> str:
        self.flows.append((path, arguments))
        if isinstance(job, str):
            return job
        (row,) = self.rows("select gen_random_uuid()::text as id")
        return str(row["id"])

    def call(self, email: str, script: str, raw: Any) -> dict[str, Any]:
        """Runs a script with any value as its `request`."""
        self._monkeypatch.setenv("WM_END_USER_EMAIL", email)
        static = {name: self.values[name] for name in STATIC[script]}
        answer: dict[str, Any] = importlib.import_module(script).main(raw, db=self.db, **static)
        return json.loads(json.dumps(answer))

    def ask(self, who: str, script: str, action: str, /, **fields: Any) -> dict[str, Any]:
        return self.call(who, script, request(action, **fields))

    def bot_of(self, who: str = "owner@alpha.example", phone_number_id: str = "1001") -> dict[str, Any]:
        """A chatbot, as its people see it."""
        bots = self.ask(who, "f.portal_api.bot", "get")["bots"]
        (bot,) = [bot for bot in bots if bot["phone_number_id"] == phone_number_id]
        return dict(bot)

    def draft_of(self) -> dict[str, Any]:
        """What is drafted of Alpha's chatbot."""
        return drafted(self.bot_of())

    def publish(
        self, who: str, phone_number_id: str = "1001", note: str = "", **fields: Any
    ) -> dict[str, Any]:
        """Publishes the draft as it is. `fields`: a share, a run of the bot's tests."""
        bot = self.bot_of(who, phone_number_id)
        seen = {"phone_number_id": phone_number_id, "draft": drafted(bot), "live": bot["version"]}
        return self.ask(who, "f.portal_api.versions", "publish", **seen, note=note, **fields)

    def change(self, who: str, **settings: Any) -> dict[str, Any]:
        """Saves settings of Alpha's chatbot and publishes them; a refusal of the saving, if there is one."""
        saved = self.ask(who, "f.portal_api.bot", "update", phone_number_id="1001", settings=settings)
        if saved["ok"] and self.rows("select from chatbot_drafts where phone_number_id = '1001'"):
            assert self.publish(who)["ok"] is True
        return saved

    def typed(self, tenant_id: str, purpose: str, key: str) -> str:
        """A key as the page seals it."""
        return sealed_key(typed_keys.sealing_key(MASTER_KEY), tenant_id, purpose, key)

    def store_whatsapp_token(self, tenant_id: str, token: str = "EAA") -> None:
        kind = "whatsapp_token"
        sealed = self.typed(tenant_id, kind, token)
        self.ask(
            "op@platform.example",
            "f.portal_api.operator",
            "set_key",
            tenant=tenant_id,
            kind=kind,
            sealed_key=sealed,
        )

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        return administrator(self.url).rows(query, *parameters)


def drafted(bot: dict[str, Any]) -> dict[str, Any]:
    return {row["setting"]: row["value"] for row in bot["draft"]}


SEED = """
insert into tenants (id, name, embedding_model)
    values ('{a}', 'Alpha', 'multilingual-e5-small'), ('{b}', 'Beta', 'multilingual-e5-small');
insert into chatbots (phone_number_id, tenant_id, name) values ('1001', '{a}', 'Alpha'), ('1002', '{b}', 'Beta');
insert into tenant_members (tenant_id, email, role)
    select t.id::uuid, role || '@' || t.name || '.example', role
    from (values ('{a}', 'alpha'), ('{b}', 'beta')) t(id, name), unnest(array['owner', 'editor', 'agent', 'viewer']) role;
insert into operators values ('op@platform.example');
"""


@pytest.fixture(scope="session")
def portal_url(new_product_database: Callable[[], str]) -> str:
    url = new_product_database()
    apply.apply(url, {"chatbot_app": "portal tests"})
    return url


A, B = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"


@pytest.fixture
def portal(portal_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    keep(monkeypatch)
    made = Portal(portal_url, monkeypatch)
    made.rows("delete from inbound_messages")
    made.rows("delete from tenants")
    made.rows("delete from operators")
    made.rows("delete from brandings")
    made.rows("delete from audit_log")
    for statement in SEED.format(a=A, b=B).strip().split(";\n"):
        made.rows(statement.rstrip(";"))
    yield made


@pytest.fixture(scope="session")
def meta_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[StandIn, Recorder]]:
    """The stand-in for Meta, and the webhook that it delivers to. A process takes half a second of the processor to start."""
    webhook = Recorder()
    with StandIn(tmp_path_factory.mktemp("meta"), configuration(webhook.url + "/webhook")) as running:
        yield running, webhook
    webhook.stop()


@pytest.fixture
def stand_in(meta_process: tuple[StandIn, Recorder], portal: Portal) -> StandIn:
    """The stand-in for Meta as new, where the portal looks for Meta."""
    running, webhook = meta_process
    running.control("reset")
    webhook.status = 200
    webhook.answers.clear()
    webhook.requests.clear()
    portal.values["whatsapp"] = {"graph_url": f"{running.url}/graph", "api_version": "v26.0"}
    return running


@pytest.fixture
def browser(portal: Portal) -> Iterator[TestClient]:
    """At the ingress, which has its own role in the database."""
    link = Link(f"{portal.url}?options=-crole%3Dchatbot_ingress", "check", 10)
    app = Starlette(routes=[Route(PATH, SignIns(link).answer, methods=["GET", "POST"])])
    with TestClient(app, base_url="https://bots.example") as made:
        yield made
        assert made.portal is not None
        made.portal.call(link.close)


@pytest.fixture
def conversation(portal: Portal) -> dict[str, str]:
    """A contact of Alpha who asked something that found no answer."""
    return talked(portal, A, "1001", "34600000001", "Do you sell bicycles?")


def talked(
    portal: Portal,
    tenant: str,
    number: str,
    phone: str,
    question: str,
    outcome: str = "unanswered",
    seconds: float = 0,
    tools: tuple[str, ...] = (),
    said: str = "I don't know.",
    **summary: Any,
) -> dict[str, str]:
    """One finished turn, written by the functions that the steps call. `seconds`: how long ago its message came. `summary`: what else its close
    tells, as citations."""
    payload = json.dumps(
        {"entry": [{"changes": [{"value": {"messages": [{"type": "text", "text": {"body": question}}]}}]}]}
    )
    with psycopg.connect(portal.url, row_factory=dict_row, autocommit=True) as conn, conn.transaction():
        conn.execute("select set_config('app.tenant_id', %s, true)", [tenant])
        row = conn.execute(
            "select open_turn(%s, gen_random_uuid()::text, gen_random_uuid(), %s, null, 'Ana', %s) as opened",
            [number, phone, payload],
        ).fetchone()
        assert row
        opened = row["opened"]
        conn.execute(
            "update inbound_messages set received_at = received_at - make_interval(secs => %s) where turn_id = %s",
            [seconds, opened["turn_id"]],
        )
        epoch = opened["epoch"]
        content = json.dumps([{"type": "text", "text": {"body": said}}])
        conn.execute("select queue_parts(%s, %s, %s::jsonb)", [opened["turn_id"], epoch, content])
        if outcome == "handed_off":
            conn.execute(
                "select hand_off_contact(%s, %s, 'model', 'wants a person')", [opened["turn_id"], epoch]
            )
        trace = [{"tool": tool, "ms": 1, "error": False} for tool in tools]
        told = {"question": question, "usage": {"cost_usd": 0.01}, "trace": trace, "citations": []} | summary
        conn.execute(
            "select close_turn(%s, %s, 'done', %s, %s::jsonb)",
            [opened["turn_id"], epoch, outcome, json.dumps(told)],
        )
    return {"contact": opened["contact_id"], "turn": opened["turn_id"]}


def report(portal: Portal, number: str, message_id: str, status: str, **more: Any) -> None:
    """Meta's status of what was sent to a customer, stored as the ingress stores it, and applied."""
    said = {"id": message_id, "status": status, "timestamp": "1790000000", **more}
    payload = {"entry": [{"changes": [{"field": "messages", "value": {"statuses": [said]}}]}]}
    portal.rows(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload) values (%s, %s, 'status', %s) returning 1",
        *(number, f"status:{message_id}:{status}:346", json.dumps(payload)),
    )
    portal.rows("select apply_events(50)")
