"""The whole product on one machine: every real process, wired together. The demo and the end-to-end tests start the same stack."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from deploy import access, bootstrap
from psycopg.rows import dict_row
from worker.warm.__main__ import install

from local import postgres
from local.meta.accounts import APP_ID
from local.ports import free_port, is_free
from local.processes import Processes
from local.runner.workers import CHAT_WORKERS, groups
from local.state import ROOT, Secrets
from sql import apply

WORKSPACE = "demo"
# What local/models answers with; spelled here, because importing it would load the embedding model's libraries.
RULE_BASED = "offline-rule-based"
MODELS = (RULE_BASED, "offline-echo", "offline-obey")


class Stack:
    """Ports, secrets and processes of one running product."""

    def __init__(
        self, state: Path, page_port: int | None = None, say: Callable[[str], None] = lambda line: None
    ) -> None:
        self.state, self._say = state, say
        self.secrets = Secrets.load(state)
        self.processes = Processes(state / "logs")
        self.ports = {
            name: free_port()
            for name in ("models", "orders", "runner", "ingress", "ingress_admin", "mail", "smtp", "door")
        } | {
            "meta": page_port or free_port(),
            "portal": page_port + 1 if page_port and is_free(page_port + 1) else free_port(),
        }
        self.ingresses = ["ingress"]  # the stand-in for Meta delivers to each in its turn
        self.host, self.workspace = "127.0.0.1", WORKSPACE
        self.cluster: postgres.Postgres | None = None
        self.bundle = ROOT / "windmill"
        self.warm: Path | None = None
        self.chat_workers = CHAT_WORKERS  # and as many turns in flight
        self.pool_port: int | None = None  # of a pooler, where one runs

    def url(self, name: str) -> str:
        return f"http://{self.host}:{self.ports[name]}"

    @property
    def model(self) -> str:
        """The model behind OPENAI_BASE_URL where that is set, else the one of local/models."""
        elsewhere = os.environ.get("OPENAI_BASE_URL")
        return os.environ.get("OPENAI_MODEL", "gpt-4o-mini") if elsewhere else RULE_BASED

    def database_as(self, role: str, password: str) -> str:
        """The chatbot database, as one of its roles."""
        assert self.cluster is not None, "start() comes first"
        return self.cluster.url("chatbot", role, password)

    @property
    def database(self) -> str:
        """The chatbot database, as its administrator."""
        assert self.cluster is not None, "start() comes first"
        return self.cluster.url("chatbot")

    def connect(self) -> psycopg.Connection[dict[str, Any]]:
        """As the administrator, for seeding and for looking."""
        return psycopg.connect(self.database, row_factory=dict_row, autocommit=True)

    def start(
        self,
        meta_config: dict[str, Any],
        durable: bool = True,
        extra: dict[str, str] | None = None,
    ) -> None:
        """Brings everything up. `meta_config`: numbers and customers for the stand-in for Meta; `extra`: environment of all processes."""
        if not os.environ.get("LOCAL_COLD"):
            self.start_warm()
        self._say("PostgreSQL with pgvector")
        self.cluster = postgres.start(self.state / "postgres", self.secrets.postgres, durable=durable)
        for name in ("chatbot", "runner"):
            self.cluster.create_database(name)
        self._say("database migrations")
        roles = {
            "chatbot_app": self.secrets.app,
            "chatbot_ingress": self.secrets.ingress,
            "chatbot_door": self.secrets.door,
        }
        apply.apply(self.database, roles, turns_in_flight=self.chat_workers)
        self._say("models, order system, runner, Meta's stand-in, ingress")
        environment = {"PYTHONDONTWRITEBYTECODE": "", **(extra or {})}
        self.start_models(environment)
        self.start_runner(environment)
        self.start_ingress(environment)
        self.start_meta(meta_config, environment)
        for name, path in {
            "runner": "/api/version",
            "ingress": "/healthz",
            "meta": "/healthz",
            "models": "/healthz",
            "orders": "/healthz",
        }.items():
            self.processes.wait_until_answers(name, self.url(name) + path)
        bootstrap.bootstrap(self.windmill(), self.bootstrap_environment(), update=True)

    def stop(self) -> None:
        """Everything, PostgreSQL last."""
        self.processes.stop_all()
        if self.cluster:
            self.cluster.stop()
        if self.warm:
            shutil.rmtree(self.warm)

    def start_warm(self) -> None:
        """The warm interpreter, for the runner's jobs. Until it has loaded, and with LOCAL_COLD=1, they run in a plain one, slower."""
        self.warm = Path(tempfile.mkdtemp(prefix="warm-"))  # short: a socket's path has a limit
        install(self.warm)
        self.begin_warm()

    def begin_warm(self) -> None:
        self.processes.start("warm", "windmill.worker.warm", "--folder", str(self.warm))

    def start_models(self, env: dict[str, str]) -> None:
        self._serve("models", env=env | {"LOCAL_MODELS_KEY": self.secrets.models})
        self.start_orders(env)

    def start_orders(self, env: dict[str, str]) -> None:
        self._serve("orders", env=env | {"ORDERS_API_KEY": self.secrets.orders})

    def start_runner(self, env: dict[str, str], *flags: str, name: str = "runner") -> None:
        assert self.cluster is not None
        secret = {"RUNNER_TOKEN": self.secrets.runner, "RUNNER_DATABASE_URL": self.cluster.url("runner")}
        if self.warm:
            secret["PYTHON_PATH"] = str(self.warm / "python")
        place = ("--bundle", str(self.bundle), "--workspace", self.workspace, "--name", name)
        workers = ("--workers", groups(self.chat_workers))
        self._serve("runner", *place, *workers, *flags, env=env | secret, name=name)

    def _serve(self, module: str, *flags: str, env: dict[str, str], name: str = "") -> None:
        """Starts `python -m local.<module>` on the port of its name, which is the module's where none is given."""
        name = name or module
        self.processes.start(name, f"local.{module}", "--port", str(self.ports[name]), *flags, env=env)

    def start_ingress(self, env: dict[str, str], name: str = "ingress", runner: str = "runner") -> None:
        """`runner`: the one that it dispatches to."""
        settings = {
            "DATABASE_URL": self.database_as("chatbot_ingress", self.secrets.ingress),
            "META_APP_SECRET": self.secrets.app_secret,
            "META_VERIFY_TOKEN": self.secrets.verify_token,
            "WINDMILL_URL": self.url(runner),
            "WINDMILL_WORKSPACE": self.workspace,
            "WINDMILL_TOKEN": self.ingress_token,
            "JOB_ID_KEY": self.secrets.job_id_key,
            "INGRESS_HOST": self.host,
            "INGRESS_PORT": str(self.ports[name]),
            "INGRESS_ADMIN_PORT": str(self.ports[f"{name}_admin"]),
        }
        self.processes.start(name, "ingress", env=settings | env)

    def start_mail(self, env: dict[str, str]) -> str:
        """The mail server that takes everything; returns the address of the page that shows it."""
        self._serve("mail", "--smtp-port", str(self.ports["smtp"]), env=env)
        self.processes.wait_until_answers("mail", self.url("mail"))
        return self.url("mail")

    def start_door(self, env: dict[str, str] | None = None) -> str:
        """The door to the portal; returns its address. Nothing else of the stack needs it."""
        settings = {
            "DATABASE_URL": self.database_as("chatbot_door", self.secrets.door),
            "WINDMILL_URL": self.url("runner"),
            "WINDMILL_WORKSPACE": self.workspace,
            "WINDMILL_TOKEN": self.door_token(),
            "PORTAL_URL": self.url("door"),
            "PORTAL_HOST": self.host,
            "PORTAL_PORT": str(self.ports["door"]),
        }
        self.processes.start("door", "portal", env=settings | (env or {}))
        self.processes.wait_until_answers("door", self.url("door") + "/healthz")
        return self.url("door")

    def start_meta(self, config: dict[str, Any], env: dict[str, str]) -> None:
        portal = {
            "windmill_url": self.url("runner"),
            "workspace": self.workspace,
            "sign_in": True,
            "page_url": f"{self.url('portal')}/#knowledge/documents",
            "model": self.model,
        }
        path = self.state / "meta.json"
        path.write_text(
            json.dumps(
                {
                    **config,
                    "webhook_urls": [f"{self.url(name)}/webhook" for name in self.ingresses],
                    "portal": portal,
                }
            )
        )
        tokens = {n["phone_number_id"]: self.whatsapp_token(n["phone_number_id"]) for n in config["numbers"]}
        secret = {
            "META_APP_SECRET": self.secrets.app_secret,
            "META_ACCESS_TOKENS": json.dumps(tokens),
            "META_RUNNER_TOKEN": self.secrets.runner,
        }
        self._serve(
            "meta", "--config", str(path), "--state", str(self.state / "meta.sqlite"), env=env | secret
        )

    def whatsapp_token(self, phone_number_id: str) -> str:
        """The access token of a number at the stand-in for Meta; made at the first call."""
        tokens = self.secrets.whatsapp
        if phone_number_id not in tokens:
            tokens[phone_number_id] = "EAA" + secrets.token_urlsafe(40)
            self.secrets.save(self.state)
        return tokens[phone_number_id]

    @cached_property
    def ingress_token(self) -> str:
        """What the ingresses start runs with, at every runner: a token of their own user that a deployment makes."""
        self.processes.wait_until_answers("runner", self.url("runner") + "/api/version")
        return access.new_token(self.windmill())

    def door_token(self) -> str:
        """What the door runs scripts with: a token of its own user that a deployment makes."""
        self.processes.wait_until_answers("runner", self.url("runner") + "/api/version")
        return access.new_door_token(self.windmill())

    def staff_token(self, email: str) -> str:
        """A login at the runner as a person of a tenant's staff."""
        self.processes.wait_until_answers("runner", self.url("runner") + "/api/version")
        body = {"impersonate_email": email, "label": "demo"}
        return self.windmill().call("POST", "/users/tokens/impersonate", body).text.strip('"')

    def windmill(self, runner: str = "runner") -> bootstrap.Server:
        """A runner's API, as its administrator."""
        return bootstrap.Server(self.url(runner), self.secrets.runner, self.workspace)

    def as_person(self, email: str) -> bootstrap.Server:
        """The runner's API, as a person of a tenant's staff who has signed in."""
        return bootstrap.Server(self.url("runner"), self.staff_token(email), self.workspace)

    def bootstrap_environment(self) -> dict[str, str]:
        """What `make deploy` takes from the environment, for this machine."""
        assert self.cluster is not None
        elsewhere = os.environ.get("OPENAI_BASE_URL")
        return {
            "CHATBOT_APP_PASSWORD": self.secrets.app,
            "MASTER_KEY": self.secrets.master_key,
            "JOB_ID_KEY": self.secrets.job_id_key,
            "LLM_API_KEY": os.environ.get("OPENAI_API_KEY", "none") if elsewhere else self.secrets.models,
            "EMBEDDINGS_API_KEY": self.secrets.models,
            "CHATBOT_DB_HOST": "127.0.0.1",
            "CHATBOT_DB_PORT": str(self.cluster.port),
            "CHATBOT_POOL_HOST": "127.0.0.1" if self.pool_port else "",
            "CHATBOT_POOL_PORT": str(self.pool_port or 6432),
            "LLM_BASE_URL": elsewhere or self.url("models") + "/v1",
            "LLM_MODEL": self.model,
            "LLM_READS_IMAGES": os.environ.get("LLM_READS_IMAGES", "" if elsewhere else "yes"),
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
            "WEBHOOK_URL": self.url("ingress") + "/webhook",
            # The order system, and the sample website beside the chat page.
            "ALLOWED_PRIVATE_HOSTS": f"{self.host}:{self.ports['orders']},{self.host}:{self.ports['meta']}",
            "OTEL_EXPORTER_OTLP_ENDPOINT": os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
            "MODEL_PRICES": os.environ.get("MODEL_PRICES") or json.dumps({name: [0, 0] for name in MODELS}),
        }
