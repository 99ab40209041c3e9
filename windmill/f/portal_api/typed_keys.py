# requirements: database
"""Keys that a person types into the portal: sealed in the browser, so that none ever stands in a job's arguments.

HPKE (RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305) to a key pair that follows from the master key, which only scripts have. The page
asks for the public key before it seals (keys.ts). A sealed key opens only for the tenant and the use that it was typed for: whoever reads
one in a job can't hand it in as a key of their own.
"""

from __future__ import annotations

from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from f.common.portal_request import Fields, Refused, text_field
from f.common.redaction import remember_secret
from f.common.secrets import keyring

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
DERIVED_FOR = b"chatmill: keys typed into the portal"


def sealing_key(master_key: str) -> str:
    """The public key that the page seals to, in base64."""
    return b64encode(_private_keys(master_key)[0].public_key().public_bytes_raw()).decode()


def typed_key(fields: Fields, master_key: str, tenant_id: str, purpose: str) -> str:
    """The key of a request, '' where the person typed none. Refuses one that came in plain, or was sealed for something else."""
    if fields.get("key"):
        raise Refused("key_in_plain")
    sealed = text_field(fields, "sealed_key", 10_000)
    if not sealed:
        return ""
    key = _opened(sealed, master_key, bound_to(tenant_id, purpose)).strip()
    remember_secret(key)
    return key


def _opened(sealed: str, master_key: str, info: bytes) -> str:
    for private in _private_keys(master_key):
        try:
            return SUITE.decrypt(b64decode(sealed, validate=True), private, info).decode()
        except (InvalidTag, ValueError):
            continue
    raise Refused("key_seal")


def bound_to(tenant_id: str, purpose: str) -> bytes:
    """What a sealed key is for. The page writes the same bytes."""
    return f"chatmill typed key\n{tenant_id}\n{purpose}".encode()


def _private_keys(master_key: str) -> list[X25519PrivateKey]:
    """One for each master key that there is at the moment, the newest first."""
    derived = [HKDF(SHA256(), 32, salt=None, info=DERIVED_FOR).derive(key) for key in keyring(master_key)]
    return [X25519PrivateKey.from_private_bytes(key) for key in derived]
