"""Builds every image of docker-compose.yml, starts the services in its order, and asks each health check: `make check-images`.

With Docker it is compose itself; without a daemon buildah builds and runs them (as root, with base images that are there already: PYTHON_IMAGE,
DEBIAN_IMAGE, POSTGRES_IMAGE and WINDMILL_IMAGE name them, as in .env). At the end a webhook that is signed with the secret of the environment must be
stored. It says in one sentence what does not work, and exits with 1.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.images.engines import LEFT_OUT, Buildah, Chosen, Engine, Failed
from tests.images.services import Service, WrongFile, environment, read

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


def check(engine: Engine, services: list[Service]) -> None:
    """Builds all, then starts all, and tells of each how long it took."""
    for done, act in (("built", engine.build), ("up", engine.start)):
        for service in services:
            began = time.monotonic()
            act(service)
            if took := round(time.monotonic() - began, 1):
                print(f"{done:6} {service.name:26} {took:6.1f} s", flush=True)
    ingress = next(service for service in services if service.name == "ingress")
    code, said = engine.run_in(ingress, ["python", "-c", WEBHOOK])
    if code or "200" not in said:
        raise Failed(f"The ingress does not take a signed webhook: {said.strip()[-500:]}")
    print("a signed webhook is stored")


def main() -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            variables = environment(dict(os.environ))
            services = read(variables)
            with Chosen(services, variables, Path(folder)) as chosen:
                check(chosen.engine, services)
                if isinstance(chosen.engine, Buildah):
                    print(f"Without Docker these were not tried: {LEFT_OUT}.")
        except (Failed, WrongFile) as problem:
            print(problem, file=sys.stderr)
            return 1
    print(
        f"{len(services)} services built, started in compose's order and healthy in {time.monotonic() - began:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
