"""A signed test message, the whole way: ingress, inbox, handoff, the flow's run. To a number that no chatbot has, so no customer is written to."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

import httpx2
from deploy.bootstrap import DeployError, Server

from f.common.windmill import job_id

NUMBER = "0000000000000000"


def envelope(message_id: str) -> dict[str, Any]:
    """What Meta would send."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "0", "phone_number_id": NUMBER},
        "contacts": [{"wa_id": "0", "profile": {"name": "deploy"}}],
        "messages": [
            {
                "from": "0",
                "id": message_id,
                "timestamp": str(int(time.time())),
                "type": "text",
                "text": {"body": "Test message of a deployment"},
            }
        ],
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "0", "changes": [{"field": "messages", "value": value}]}],
    }


def send(server: Server, settings: Mapping[str, str], seconds: float = 120) -> str:
    """Sends it and waits for its run; returns a sentence, or raises DeployError with what did not work."""
    missing = [name for name in ("META_APP_SECRET", "JOB_ID_KEY") if not settings.get(name)]
    if missing:
        raise DeployError(f"missing in the environment for the test message: {', '.join(missing)}")
    message_id = f"wamid.deploy.{secrets.token_hex(12)}"
    body = json.dumps(envelope(message_id)).encode()
    signature = hmac.new(settings["META_APP_SECRET"].encode(), body, hashlib.sha256).hexdigest()
    url = f"{settings['INGRESS_URL'].rstrip('/')}/webhook"
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
    started = time.monotonic()
    try:
        answer = httpx2.post(url, content=body, headers=headers, timeout=30)
    except httpx2.TransportError as error:
        raise DeployError(f"the ingress at {url} can't be reached: {error}") from None
    if answer.status_code != 200:
        raise DeployError(
            f"the ingress refused the test message: HTTP {answer.status_code} {answer.text[:200]}"
        )
    run = job_id(settings["JOB_ID_KEY"], NUMBER, message_id, 0)
    link = f"{server.url}/run/{run}?workspace={server.workspace}"
    while time.monotonic() - started < seconds:
        found = server.call("GET", f"jobs_u/get/{run}", ok=(200, 404))
        job = found.json() if found.status_code == 200 else {}
        if job.get("type") == "CompletedJob":
            return verdict(job, link, time.monotonic() - started)
        time.sleep(0.5)
    raise DeployError(
        f"the test message was stored, but its run did not finish in {seconds:.0f} s: is the ingress's token the new one?"
        f" Does its JOB_ID_KEY match? Do workers run? {link}"
    )


def verdict(job: dict[str, Any], link: str, seconds: float) -> str:
    """What became of the run."""
    result = job.get("result") or {}
    if not job.get("success") or "phone_number_id" not in str(result.get("reason")):
        raise DeployError(f"the test message's run did not end as it should: {str(result)[:300]} {link}")
    return f"test message: signed, stored, run and ended as it should ({result['reason']}) in {seconds:.1f} s: {link}"
