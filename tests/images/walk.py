"""From running services to the first answer, as windmill/README.md tells it, with stand-ins for Meta and the models on this machine.

`make deploy` is the program itself, with nothing in its environment but what `make env` writes: so it makes the operator's account at Windmill, too.
What a person does in the portal is asked of the app as the page asks it. Each step is timed.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
from deploy import access
from deploy.bootstrap import Server
from deploy.environment import keep
from dotenv import dotenv_values

from local import seed
from local.documents.writer import render
from local.portal.calls import ended, start
from local.ports import free_port
from local.processes import Processes, StartError
from local.stack import RULE_BASED
from tests.images.commands import PROJECT, Failed, run
from tests.images.engines import Engine
from tests.images.services import OPERATOR, ROOT, environment, read
from tests.typed_keys import sealed_key

SHOP = seed.SHOP
TOKEN = "EAAtokenofthewalk" + "0" * 24
QUESTION, RIGHT = "How long do I have to return an item?", "30 days"
DEPLOY_S, STEP_S, ANSWER_S = 1800, 300, 120
PSQL = ["psql", "-h", "127.0.0.1", "-U", "postgres", "-d", "chatbot", "-c"]
OWN_MODEL = f"alter table tenants alter column embedding_model set default '{seed.EMBEDDING_MODEL}'"


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"walked {what:26} {time.monotonic() - began:6.1f} s", flush=True)


class Walk:
    """One business, from the services of `engine` to its first answer. `env_file`: what compose's services were started with."""

    def __init__(self, engine: Engine, env_file: Path) -> None:
        self.engine, self.env_file = engine, env_file
        self.outside = Processes(env_file.parent / "outside")
        self.ports = {"meta": free_port(), "models": free_port()}

    def go(self) -> None:
        """All of it. Raises Failed."""
        began = time.monotonic()
        try:
            self.stand_in()
            with timed("make deploy"):
                self.deploy()
            self.renew()
            with timed("make deploy, again"):
                said = self.deploy()
            for wanted in ("nothing was changed", "test message: signed, stored, run and ended as it should"):
                if wanted not in said:
                    raise Failed(f"make deploy, run again, does not say {wanted!r}: {said[-1500:]}")
            with timed("business and number"):
                tenant = self.connect()
            with timed("check-up of the number"):
                print(f"       the check-up says: {self.check_up(tenant)}")
            with timed("a document"):
                self.upload(tenant)
            with timed("first message answered"):
                self.ask()
        except (StartError, TimeoutError) as problem:
            raise Failed(str(problem)) from None
        finally:
            self.outside.stop_all()
        print(f"walked {'all':26} {time.monotonic() - began:6.1f} s")

    def stand_in(self) -> None:
        """Meta and the models, at an address that the services reach; and what the environment says of them."""
        given = dotenv_values(self.env_file, interpolate=False)
        meta, models = (f"http://{self.engine.host}:{self.ports[name]}" for name in ("meta", "models"))
        config = self.env_file.parent / "meta.json"
        ingress = self.engine.url("ingress", 8080)
        config.write_text(json.dumps({**seed.meta_config(), "webhook_urls": [f"{ingress}/webhook"]}))
        secrets = {
            "LOCAL_HOST": self.engine.host,
            "LOCAL_MODELS_KEY": str(given["LLM_API_KEY"]),
            "META_APP_SECRET": str(given["META_APP_SECRET"]),
            "META_ACCESS_TOKENS": json.dumps({t.phone_number_id: TOKEN + t.slug for t in seed.TENANTS}),
        }
        for name, more in (("meta", ["--config", str(config)]), ("models", [])):
            self.outside.start(name, f"local.{name}", "--port", str(self.ports[name]), *more, env=secrets)
        self.meta = meta
        values = {
            "GRAPH_URL": f"{meta}/graph",
            "LLM_BASE_URL": f"{models}/v1",
            "LLM_MODEL": RULE_BASED,
            "EMBEDDINGS_BASE_URL": f"{models}/v1",
            "PORTAL_URL": "http://localhost:8090",
            "WINDMILL_URL": self.engine.url("windmill-server", 8000),
            "INGRESS_URL": ingress,
        }
        for name, value in values.items():
            keep(self.env_file, name, value)
        for name in self.ports:
            self.outside.wait_until_answers(name, f"http://{self.engine.host}:{self.ports[name]}/healthz")
        services = {service.name: service for service in read(self.variables())}
        code, said = self.engine.run_in(services["postgres"], [*PSQL, OWN_MODEL])
        if code:
            raise Failed(f"The embedding model can't be chosen: {said}")

    def variables(self) -> dict[str, str]:
        return {name: value or "" for name, value in dotenv_values(self.env_file, interpolate=False).items()}

    def deploy(self) -> str:
        """`make deploy`, which finds compose's services under the name of this check."""
        own = {name: value for name, value in os.environ.items() if name not in environment({})}
        command: list[str | Path] = [sys.executable, ROOT / "windmill/deploy", "--env-file", self.env_file]
        env = {**own, "COMPOSE_PROJECT_NAME": PROJECT, "CI": ""}
        said = run(command, "make deploy", DEPLOY_S, env=env)
        print("".join(f"    {line}\n" for line in said.splitlines()), end="")
        return said

    def renew(self) -> None:
        """Where compose has not done it: gives the tokens to the services that have none yet."""
        for service in read(self.variables()):
            if service.name in ("ingress", "portal"):
                self.engine.renew(service)

    def server(self, person: str = "") -> Server:
        """Windmill's API as the operator's token, or as somebody of the staff who has signed in."""
        given = self.variables()
        whole = Server(given["WINDMILL_URL"], given["WINDMILL_TOKEN"], given["WINDMILL_WORKSPACE"])
        if not person:
            return whole
        access.ensure_user(whole, person)
        body = {"impersonate_email": person, "label": "walk"}
        token = whole.call("POST", "/users/tokens/impersonate", body).text.strip('"')
        return Server(whole.url, token, whole.workspace)

    def asked(
        self, server: Server, component: str, script: str, action: str, **fields: Any
    ) -> dict[str, Any]:
        """What the portal answers to somebody. Raises Failed where it refuses."""
        job = start(server, component, script, action, **fields)
        done = seed.wait_for(partial(ended, server, job), STEP_S)
        answer = done.get("result")
        if done.get("success") is False or not isinstance(answer, dict) or answer.get("ok") is not True:
            raise Failed(f"The portal does not do {action!r}: {answer}")
        return answer

    def operator(self, action: str, **fields: Any) -> dict[str, Any]:
        return self.asked(self.server(OPERATOR), "operator", "f/portal_api/operator", action, **fields)

    def connect(self) -> str:
        """A business with its owner and its number; the business's id."""
        tenant = str(self.operator("create_tenant", name=SHOP.name)["tenant"])
        self.operator("create_member", tenant=tenant, email=SHOP.staff, role="owner")
        key = self.operator("get")["sealing_key"]
        sealed = sealed_key(key, tenant, "whatsapp_token", TOKEN + SHOP.slug)
        self.operator(
            "connect_number", tenant=tenant, sealed_key=sealed, phone_number_id=SHOP.phone_number_id
        )
        return tenant

    def check_up(self, tenant: str) -> str:
        """The verdict, and what is not in order."""
        said = self.operator("examine", tenant=tenant, phone_number_id=SHOP.phone_number_id)
        rest = [f"{one['check']} {one['state']}" for one in said["findings"] if one["state"] != "green"]
        return f"{said['verdict']} ({', '.join(rest)})" if rest else str(said["verdict"])

    def upload(self, tenant: str) -> None:
        """Until the chatbot answers from it."""
        owner, script = self.server(SHOP.staff), "f/ingest/upload_document"
        file = base64.b64encode(render(SHOP.document)).decode()
        about = {"file": file, "filename": f"{SHOP.document}.pdf", "title": SHOP.title, "tenant_id": tenant}
        document = self.asked(owner, "upload", script, "upload", **about)["document_id"]
        look = partial(self.asked, owner, "list", "f/portal_api/list_documents", "list", tenant_id=tenant)

        def settled() -> str:
            return next(d["state"] for d in look()["documents"] if d["id"] == document)

        state = seed.wait_for(lambda: (s := settled()) in ("ready", "failed") and s, STEP_S, 0.5)
        if state != "ready":
            raise Failed(f"The document can't be read: {state}")

    def ask(self) -> None:
        """A customer's first message, and the right answer at the customer."""
        body = {"phone_number_id": SHOP.phone_number_id, "customer": "Lucía Ferrer", "text": QUESTION}
        answer = httpx2.post(
            f"{self.meta}/control/ask", json=body | {"timeout_s": ANSWER_S}, timeout=ANSWER_S + 30
        )
        reply = " ".join(answer.json().get("reply") or ())
        if RIGHT not in reply:
            raise Failed(f"The customer does not read {RIGHT!r}: {answer.text}")
