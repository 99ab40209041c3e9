# requirements: database
"""Signatures of the webhooks that the platform posts, as https://www.standardwebhooks.com describes them.

    webhook-id          of this delivery
    webhook-timestamp   seconds since 1970
    webhook-signature   v1,<base64 of HMAC-SHA256 over "id.timestamp.body">, the body as the raw bytes

The secret follows from the master key, one for each tenant and one for the operator, so that nothing has to be stored, and none stands in a
job. windmill/deploy/webhook_secret.py prints it; docs/webhooks.md tells receivers how to check.
"""

from __future__ import annotations

import hmac
import time
import uuid
from base64 import b64encode

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from f.common.secrets import keyring

OPERATOR = "operator"  # in place of a tenant's id


def webhook_secrets(master_key: str, owner: str) -> list[bytes]:
    """What webhooks are signed with: one secret, or two while the master key changes, the newest first. `owner` is the tenant's id, or
    OPERATOR. Raises SecretError."""
    info = f"chatmill: webhooks of {owner}".encode()
    return [HKDF(SHA256(), 32, salt=None, info=info).derive(key) for key in keyring(master_key)]


def shown_secret(secret: bytes) -> str:
    """As receivers' libraries take it."""
    return f"whsec_{b64encode(secret).decode()}"


def signature_headers(secrets: list[bytes], body: bytes, delivery: str = "") -> dict[str, str]:
    """`delivery`: the id of what may be posted again; without one it gets a new one."""
    delivery, at = delivery or f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    signed = f"{delivery}.{at}.".encode() + body
    signatures = [b64encode(hmac.digest(secret, signed, "sha256")).decode() for secret in secrets]
    return {
        "webhook-id": delivery,
        "webhook-timestamp": at,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
