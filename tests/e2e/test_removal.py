"""A business that leaves: after tenants.py --remove neither the database nor any job holds a word of its customers."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

from deploy import message

from local.seed import SHOP, wait_for
from tests.e2e.conftest import World

COMMAND = Path(__file__).resolve().parents[2] / "windmill" / "deploy" / "tenants.py"
NUMBER = "106540352242999"


def tenants(world: World, *options: str) -> subprocess.CompletedProcess[str]:
    stack = world.stack
    settings = {
        "DATABASE_URL": stack.database,
        "MASTER_KEY": stack.secrets.master_key,
        "WHATSAPP_TOKEN": "EAA-of-nobody",
        "JOB_ID_KEY": stack.secrets.job_id_key,
        "WINDMILL_URL": stack.url("runner"),
        "WINDMILL_WORKSPACE": stack.workspace,
        "WINDMILL_TOKEN": stack.secrets.runner,
    }
    command = [sys.executable, str(COMMAND), *options]
    return subprocess.run(
        command, env={**os.environ, **settings}, capture_output=True, text=True, check=False, timeout=120
    )


def deliver(world: World, words: str) -> str:
    """A customer's message to the number, signed by Meta; its id."""
    name = f"wamid.{secrets.token_hex(8)}"
    envelope = message.envelope(name)
    value = envelope["entry"][0]["changes"][0]["value"]
    value["metadata"]["phone_number_id"] = NUMBER
    value["messages"][0]["text"]["body"] = words
    body = json.dumps(envelope).encode()
    signature = hmac.new(world.stack.secrets.app_secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
    answer = world.http.post(f"{world.stack.url('ingress')}/webhook", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return name


def test_a_removed_business_is_gone_from_rows_and_jobs(world: World) -> None:
    made = tenants(
        world, "--phone-number-id", NUMBER, "--name", "Gone", "--embedding-model", "multilingual-e5-small"
    )
    assert made.returncode == 0, made.stderr
    word, before = f"zebra{secrets.token_hex(6)}", world.job_ids()
    sent = deliver(world, f"Do you sell bicycles? {word}")
    closed = "select 1 as one from inbound_messages where message_id = %s and state in ('answered', 'ended', 'dead')"
    wait_for(lambda: world.rows(closed, sent), 120)
    assert word in json.dumps(world.jobs(but=before))
    done = tenants(world, "--remove", NUMBER, "--yes")
    assert done.returncode == 0, done.stderr
    assert "removed: Gone with its only number" in done.stdout
    assert word not in json.dumps(world.jobs(but=before))
    assert world.rows("select from inbound_messages where phone_number_id = %s", NUMBER) == []
    assert world.rows("select from tenants where name = 'Gone'") == []
    again = tenants(world, "--remove", NUMBER, "--yes")
    assert (again.returncode, "there is no chatbot" in again.stderr) == (1, True)
    assert world.ask(SHOP, "How long is a gift card valid?"), "others go on answering"
    assert not world.secrets_in(made.stdout + made.stderr + done.stdout + done.stderr)
