# requirements: database
"""Keys that a person types into the portal: sealed in the browser (f/portal_api/sealed_transport), so that none ever stands in a job's arguments.

The page asks for the public key before it seals (keys.ts). A sealed key opens only for the tenant and the use that it was typed for: whoever
reads one in a job can't hand it in as a key of their own.
"""

from __future__ import annotations

from f.common.portal_request import Fields, Refused, text_field
from f.common.redaction import remember_secret
from f.portal_api.sealed_transport import SealError, open_sealed, sealing_key

__all__ = ["bound_to", "sealing_key", "typed_key"]


def typed_key(fields: Fields, master_key: str, tenant_id: str, purpose: str, most: int = 10_000) -> str:
    """The key of a request, '' where the person typed none. Refuses one that came in plain, or was sealed for something else."""
    if fields.get("key"):
        raise Refused("key_in_plain")
    sealed = text_field(fields, "sealed_key", most)
    if not sealed:
        return ""
    try:
        key = open_sealed(sealed, master_key, bound_to(tenant_id, purpose)).decode().strip()
    except (SealError, UnicodeDecodeError):
        raise Refused("key_seal") from None
    remember_secret(key)
    return key


def bound_to(tenant_id: str, purpose: str) -> bytes:
    """What a sealed key is for. The page writes the same bytes."""
    return f"portal: typed key\n{tenant_id}\n{purpose}".encode()
