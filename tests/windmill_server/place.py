"""The product on a given Windmill server: its own processes and database here, the bundle there. Puts back what it found."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Callable
from functools import cached_property, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import psycopg
from deploy import access, bootstrap, wmill
from deploy.tags import TOOLS
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from local import seed
from local.meta.accounts import APP_ID
from local.stack import Stack
from sql import apply

NEEDED = {
    "WINDMILL_URL": "the server's base URL",
    "WINDMILL_TOKEN": "a superadmin's token there",
    "WINDMILL_WORKSPACE": "the workspace to deploy into; it is made if it is missing",
    "DATABASE_URL": "a PostgreSQL with pgvector that the workers reach, as its administrator",
}
SCHEDULES = ("f/chatbot/recover", "f/ingest/refresh_sources")


class NotGiven(Exception):
    """A sentence: what the environment lacks."""


def given() -> dict[str, str]:
    """The four settings; NotGiven names the ones that are missing."""
    if missing := [f"{name} ({about})" for name, about in NEEDED.items() if not os.environ.get(name)]:
        raise NotGiven(f"make test-windmill needs in the environment: {', '.join(missing)}")
    return {name: os.environ[name] for name in NEEDED}


class Sink:
    """A web server that remembers what the alert webhook is told."""

    def __init__(self, host: str) -> None:
        heard: list[dict[str, Any]] = []

        class Handler(BaseHTTPRequestHandler):
            received: ClassVar[list[dict[str, Any]]] = heard

            def do_POST(self) -> None:
                self.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Its requests are of no interest."""

        self.heard = heard
        self._server = ThreadingHTTPServer((host, 0), Handler)
        self.url = f"http://{host}:{self._server.server_port}/alert"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()


class ServerStack(Stack):
    """A Stack whose Windmill and PostgreSQL are given."""

    def __init__(self, state: Path, settings: dict[str, str], say: Callable[[str], None] = print) -> None:
        super().__init__(state, say=say)
        self.settings = settings
        self.host = os.environ.get("TEST_HOST") or "127.0.0.1"
        self.workspace = settings["WINDMILL_WORKSPACE"]
        self.secrets.runner = settings["WINDMILL_TOKEN"]
        self.alerts = Sink(self.host)
        self._database: str | None = None
        self._token: str | None = None
        self._undo: list[Callable[[], Any]] = [self.alerts.stop]

    def url(self, name: str) -> str:
        return self.settings["WINDMILL_URL"].rstrip("/") if name == "runner" else super().url(name)

    @property
    def is_local_runner(self) -> bool:
        return "local runner" in self.windmill().call("GET", "/version").text

    @property
    def database(self) -> str:
        assert self._database is not None, "bring_up() comes first"
        return self._database

    def database_as(self, role: str, password: str) -> str:
        return make_conninfo(self.database, user=role, password=password)

    @cached_property
    def ingress_token(self) -> str:
        assert self._token is not None, "bring_up() comes first"
        return self._token

    def bring_up(self) -> None:
        """Database, workspace, stand-ins, bundle, ingress, tenants with their documents."""
        self.make_database()
        roles = {
            "chatbot_app": self.secrets.app,
            "chatbot_ingress": self.secrets.ingress,
            "chatbot_door": self.secrets.door,
        }
        apply.apply(self.database, roles, turns_in_flight=self.chat_workers)
        environment = {"PYTHONDONTWRITEBYTECODE": "", "LOCAL_HOST": self.host}
        self.start_models(environment)
        self.deploy()
        self.start_ingress(environment)
        self.start_meta(seed.meta_config(), environment)
        for name, path in {"ingress": "/healthz", "meta": "/healthz", "models": "/healthz"}.items():
            self.processes.wait_until_answers(name, self.url(name) + path)
        seed.seed(self, merge_window_s=0.0)
        seed.seed_documents(self)

    def make_database(self) -> None:
        """A database of its own on the given server, or the given one where none can be made."""
        name = f"chatmill_test_{secrets.token_hex(5)}"
        with psycopg.connect(self.settings["DATABASE_URL"], autocommit=True) as conn:
            try:
                conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            except psycopg.errors.InsufficientPrivilege:
                self._database = self.settings["DATABASE_URL"]
                return
        self._database = make_conninfo(self.settings["DATABASE_URL"], dbname=name)
        self._undo.append(lambda: self.drop_database(name))

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self.settings["DATABASE_URL"], autocommit=True) as conn:
            conn.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def deploy(self) -> None:
        """What `make deploy` does, and how it is taken back."""
        server = self.windmill()
        if self.is_local_runner:
            self._token = access.new_token(server)
            bootstrap.bootstrap(server, self.bootstrap_environment(), update=True)
            return
        if made := access.ensure_workspace(server):
            self._say(made[0])
            self._undo.append(lambda: server.call("DELETE", f"/workspaces/delete/{self.workspace}"))
        else:
            self.remember(server)
        bootstrap.bootstrap(server, self.bootstrap_environment(), update=True)
        access.ensure_tags(server)
        access.ensure_workers(server)
        idle = access.tags_without_worker(server)
        if idle == [TOOLS]:  # a server of an earlier version's tests
            access.give_tags(server)
            idle = access.tags_without_worker(server)
        if idle == [TOOLS]:  # scripts are not called, and the rest is as it is everywhere
            self._say(f"no worker of the server takes the tag {TOOLS}: set WORKER_TAGS")
        elif idle:
            raise bootstrap.DeployError(
                f"no worker of the server takes the tags {', '.join(idle)}: set WORKER_TAGS"
            )
        wmill.push(server, self._say)
        access.ensure_ingress(server)
        self._token = access.new_token(server)

    def remember(self, server: bootstrap.Server) -> None:
        """The workspace was there: its variables, resources and schedules are put back at the end, and what was not there is deleted or off."""
        for path in SCHEDULES:
            was_on = server.exists(f"schedules/exists/{path}") and server.call(
                "GET", f"schedules/get/{path}"
            ).json().get("enabled")
            self._undo.append(partial(self.enable, server, path, bool(was_on)))
        for kind, file in (("variables", "variables.json"), ("resources", "resources.json")):
            for entry in json.loads((bootstrap.RESOURCES / file).read_text()):
                path = entry["path"]
                if server.exists(f"{kind}/exists/{path}"):
                    value = server.call("GET", f"{kind}/get_value/{path}").json()
                    self._undo.append(
                        lambda kind=kind, path=path, value=value: server.call(  # type: ignore[misc]
                            "POST", f"{kind}/update/{path}", {"value": value}
                        )
                    )
                else:
                    self._undo.append(
                        lambda kind=kind, path=path: server.call("DELETE", f"{kind}/delete/{path}")  # type: ignore[misc]
                    )
        self._undo += [
            partial(self.enable, server, path, False) for path in SCHEDULES
        ]  # while all of it changes

    def enable(self, server: bootstrap.Server, path: str, on: bool) -> None:
        """Switches a schedule."""
        server.call("POST", f"schedules/setenabled/{path}", {"enabled": on})

    def door_token(self) -> str:
        if not self.is_local_runner:
            access.ensure_door(self.windmill())
        return access.new_door_token(self.windmill())

    def staff_token(self, email: str) -> str:
        if not self.is_local_runner:
            access.ensure_user(self.windmill(), email)
        body = {"impersonate_email": email, "label": "test"}
        return self.windmill().call("POST", "/users/tokens/impersonate", body).text.strip('"')

    def bootstrap_environment(self) -> dict[str, str]:
        target = conninfo_to_dict(self.database)
        host = os.environ.get("CHATBOT_DB_HOST") or str(target.get("host") or "127.0.0.1")
        return {
            "CHATBOT_APP_PASSWORD": self.secrets.app,
            "MASTER_KEY": self.secrets.master_key,
            "JOB_ID_KEY": self.secrets.job_id_key,
            "LLM_API_KEY": self.secrets.models,
            "EMBEDDINGS_API_KEY": self.secrets.models,
            "CHATBOT_DB_HOST": host,
            "CHATBOT_DB_PORT": str(target.get("port") or 5432),
            "CHATBOT_DB_NAME": str(target["dbname"]),
            "CHATBOT_POOL_HOST": os.environ.get("CHATBOT_POOL_HOST", ""),
            "CHATBOT_POOL_PORT": os.environ.get("CHATBOT_POOL_PORT", "6432"),
            "LLM_BASE_URL": self.url("models") + "/v1",
            "LLM_MODEL": "offline-rule-based",
            "EMBEDDINGS_BASE_URL": self.url("models") + "/v1",
            "GRAPH_URL": self.url("meta") + "/graph",
            "META_APP_ID": APP_ID,
            "META_APP_SECRET": self.secrets.app_secret,
            "META_DIALOG_URL": self.url("meta") + "/facebook",
            "SIGNUP_CONFIG_ID": "local",
            "SMTP_HOST": self.host,
            "SMTP_PORT": str(self.ports["smtp"]),
            "SMTP_SECURITY": "none",
            "SMTP_FROM": "portal@platform.example",
            "PORTAL_URL": self.url("door"),
            "ALLOWED_PRIVATE_HOSTS": f"{self.host}:{self.ports['orders']}",
            "ALERT_WEBHOOK_URL": self.alerts.url,
            "MODEL_PRICES": json.dumps({"offline-rule-based": [0, 0]}),
        }

    def stop(self) -> None:
        """Ends the processes and takes back what was made, as far as it can be: each refusal is told."""
        self.processes.stop_all()
        for undo in reversed(self._undo):
            try:
                undo()
            except (bootstrap.DeployError, psycopg.Error) as refused:
                self._say(f"left behind: {refused}")
        self._undo.clear()
