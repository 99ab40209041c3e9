"""Builds every image of docker-compose.yml, starts the services, waits until each is healthy, and walks to the first answer: `make check-images`.

With Docker one `docker compose up` starts all, so the order is compose's own. Without a daemon buildah builds and runs them (as root, with base
images that are there already: PYTHON_IMAGE, DEBIAN_IMAGE, POSTGRES_IMAGE and WINDMILL_IMAGE name them, as in .env), in an order worked out here
from depends_on. At the end a webhook that is signed with the secret of the environment must stand in PostgreSQL, the pooler must lend a connection,
the door must show its page, and Windmill must know a worker for each tag. Then it walks as a newcomer does (tests/images/walk.py), which needs Node,
and times each step: `make deploy` on the fresh Windmill, a business with a number, the check-up, a document, the answer to a first message.

With Docker it takes the deployment's own ports of this machine; POSTGRES_PORT (5432), WINDMILL_PORT (8000), INGRESS_ADMIN_PORT (8081), INGRESS_BIND
(127.0.0.1:8080) and PORTAL_BIND (127.0.0.1:8090) move them. It says in one sentence what does not work, and exits with 1.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

from deploy.environment import keep

from tests.images.buildah import LEFT_OUT, Buildah
from tests.images.commands import Failed
from tests.images.docker import Docker
from tests.images.engines import Engine, chosen
from tests.images.services import Service, WrongFile, environment, read
from tests.images.walk import Walk

TAGS_S = 60
TAGS = "select distinct unnest(custom_tags) from worker_ping where ping_at > now() - interval '1 minute'"
SIGN_IN = "import urllib.request; print(urllib.request.urlopen('http://localhost:8090/', timeout=5).read().decode())"
ROW = "select count(*) from inbound_messages where message_id = 'wamid.check' and phone_number_id = 'check'"
PORTS = {
    **{"POSTGRES_PORT": "5432", "WINDMILL_PORT": "8000", "INGRESS_ADMIN_PORT": "8081"},
    **{"INGRESS_BIND": "127.0.0.1:8080", "PORTAL_BIND": "127.0.0.1:8090"},
}
# Run in the ingress's own container: that it takes what Meta signs shows that its secret, its role and the tables fit together.
WEBHOOK = """
import hashlib, hmac, json, os, urllib.request
message = {"id": "wamid.check", "from": "34600000000", "timestamp": "1790000000", "type": "text", "text": {"body": "Hello"}}
value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "check"}, "messages": [message]}
entry = {"id": "check", "changes": [{"field": "messages", "value": value}]}
body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
sign = "sha256=" + hmac.new(os.environ["META_APP_SECRET"].encode(), body, hashlib.sha256).hexdigest()
asked = urllib.request.Request("http://127.0.0.1:8080/webhook", body, {"X-Hub-Signature-256": sign, "Content-Type": "application/json"})
print(urllib.request.urlopen(asked, timeout=5).status)
"""


def taken_ports(variables: dict[str, str]) -> list[str]:
    """The variables whose ports of this machine something listens on, as POSTGRES_PORT=5432."""
    taken = []
    for name, otherwise in PORTS.items():
        value = variables.get(name) or otherwise
        host, _, port = value.rpartition(":")
        try:
            with socket.create_server((host.strip("[]") or "127.0.0.1", int(port))):
                pass
        except OSError:
            taken.append(f"{name}={value}")
    return taken


def check(engine: Engine, services: list[Service]) -> None:
    """Builds all and tells of each how long it took, then starts all."""
    for service in services:
        began = time.monotonic()
        engine.build(service)
        if took := round(time.monotonic() - began, 1):
            print(f"built  {service.name:26} {took:6.1f} s", flush=True)
    began = time.monotonic()
    engine.start(services)
    print(f"up     {'all':26} {time.monotonic() - began:6.1f} s", flush=True)
    look_around(engine, {service.name: service for service in services})


def look_around(engine: Engine, services: dict[str, Service]) -> None:
    """That the services, each of them healthy, fit together. Raises Failed."""

    def must(name: str, command: list[str], holds: str, problem: str) -> None:
        code, said = engine.run_in(services[name], command)
        if code or holds not in said:
            raise Failed(f"{problem}: {said.strip()[-500:]}")

    psql = ["psql", "-h", "127.0.0.1", "-U", "postgres", "-d", "chatbot", "-Atc"]
    must("ingress", ["python", "-c", WEBHOOK], "200", "The ingress does not take a signed webhook")
    must("postgres", [*psql, ROW], "1\n", "The ingress has taken a signed webhook, and PostgreSQL lacks it")
    password = services["pooler"].environment["CHATBOT_APP_PASSWORD"]
    pooled = f"postgresql://chatbot_app:{password}@pooler:6432/chatbot"
    asked = ["psql", pooled, "-Atc", "select current_user"]
    must("postgres", asked, "chatbot_app\n", "The pooler lends no connection")
    must("portal", ["python", "-c", SIGN_IN], 'id="ask"', "The door does not show its page")
    await_tags(engine, services)
    print("a signed webhook is stored, the pooler lends, the door shows its page, each tag has a worker")


def await_tags(engine: Engine, services: dict[str, Service]) -> None:
    """Until a worker takes each tag: Windmill lets a job wait for ever whose tag none takes. Raises Failed."""
    wanted = {
        tag for s in services.values() for tag in s.environment.get("WORKER_TAGS", "").split(",") if tag
    }
    end = time.monotonic() + TAGS_S
    while True:
        _, said = engine.run_in(
            services["windmill-postgres"], ["psql", "-U", "postgres", "-d", "windmill", "-Atc", TAGS]
        )
        if not (idle := wanted - set(said.split())):
            return
        if time.monotonic() > end:
            raise Failed(f"No worker takes the tags {', '.join(sorted(idle))}: {said.strip()[-500:]}")
        time.sleep(2)


def main() -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            if not shutil.which("npx"):
                raise Failed("make deploy needs npx: install Node.js 20 or newer.")
            variables = environment(dict(os.environ))
            services = read(variables)
            env_file = Path(folder) / "env"
            for name, value in variables.items():
                keep(env_file, name, value)
            with chosen(services, env_file) as engine:
                if isinstance(engine, Docker) and (taken := taken_ports(variables)):
                    raise Failed(
                        f"These ports are in use: {', '.join(taken)}. Stop what has them, or set these variables otherwise."
                    )
                check(engine, services)
                Walk(engine, env_file).go()
                if isinstance(engine, Buildah):
                    print(f"Without Docker these were not tried: {LEFT_OUT}.")
        except (Failed, WrongFile) as problem:
            print(problem, file=sys.stderr)
            return 1
    print(
        f"{len(services)} services built, started and healthy, and a customer answered, in {time.monotonic() - began:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
