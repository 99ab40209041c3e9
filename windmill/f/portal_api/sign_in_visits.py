# requirements: database
"""What visits to others' sign-in pages have in common: where the browser comes back to, and the code that it brings (ingress/sign_ins.py)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from f.common.portal_request import Refused
from f.portal_api.sealed_transport import open_sealed

CALLBACK = "/oauth/callback"  # of the ingress


def address_back(settings: dict[str, Any]) -> str:
    """Raises Refused where the operator has not said how the internet reaches the ingress."""
    webhook = str(settings.get("webhook_url") or "")
    if not webhook.endswith("/webhook"):
        raise Refused("sign_in_address")
    return webhook.removesuffix("/webhook") + CALLBACK


def state_digest(state: str) -> bytes:
    """What is stored of the state that the browser carries."""
    return hashlib.sha256(state.encode()).digest()


def open_code(row: dict[str, Any], master_key: str) -> dict[str, str]:
    """`code` and `iss`, which the ingress has sealed for this visit alone. Raises SealError and ValueError."""
    info = b"chatmill sign-in\n" + bytes(row["state_digest"])
    answer: dict[str, str] = json.loads(open_sealed(row["sealed_code"], master_key, info))
    return answer
