"""Keys as the portal's page seals them."""

from __future__ import annotations

from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from f.portal_api.sealed_transport import SUITE
from f.portal_api.typed_keys import bound_to


def sealed_key(sealing_key: str, tenant_id: str, purpose: str, key: str) -> str:
    """`sealing_key` is in the answer to `get`."""
    public = X25519PublicKey.from_public_bytes(b64decode(sealing_key))
    return b64encode(SUITE.encrypt(key.encode(), public, bound_to(tenant_id, purpose))).decode()
