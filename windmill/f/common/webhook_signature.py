# requirements: database
"""Signatures of the webhooks that the platform posts, as https://www.standardwebhooks.com describes them.

    webhook-id          of this delivery
    webhook-timestamp   seconds since 1970
    webhook-signature   v1,<base64 of HMAC-SHA256 over "id.timestamp.body">, the body as the raw bytes

The secret follows from the master key, one for each tenant and one for the operator, so that nothing has to be stored, and none stands in a
job. windmill/deploy/tenants.py prints it; docs/webhooks.md tells receivers how to check.
"""

from __future__ import annotations

import hmac
import time
import uuid
from base64 import b64encode

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from f.common.secrets import key_bytes

OPERATOR = "operator"  # in place of a tenant's id


def webhook_secret(master_key: str, owner: str) -> bytes:
    """The secret of a tenant's webhooks; `owner` is the tenant's id, or OPERATOR. Raises SecretError."""
    info = f"chatmill: webhooks of {owner}".encode()
    return HKDF(SHA256(), 32, salt=None, info=info).derive(key_bytes(master_key))


def shown_secret(secret: bytes) -> str:
    """As receivers' libraries take it."""
    return f"whsec_{b64encode(secret).decode()}"


def signature_headers(secret: bytes, body: bytes) -> dict[str, str]:
    delivery, at = f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    signed = hmac.digest(secret, f"{delivery}.{at}.".encode() + body, "sha256")
    return {
        "webhook-id": delivery,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{b64encode(signed).decode()}",
    }
