# requirements: database
"""Tenants' keys at rest: AES-256-GCM, bound to their tenant and purpose.

A sealed value is nonce (12 bytes), ciphertext, tag (16 bytes). The tenant and the purpose are authenticated with it, so that a value
copied to another row or column does not open.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from f.common.redaction import remember_secret

OAUTH_SECRET = (
    "oauth:client_secret"  # of an MCP server, among its sealed headers; no header can have this name
)

CODE = "code"  # the grant of an MCP server's OAuth client where a person signs in (f/tools/sign_ins)


class SecretError(Exception):
    """A sentence for the operator; never holds the secret."""


def seal(master_key: str, tenant_id: str, purpose: str, plain: str) -> bytes:
    """Encrypts a tenant's key. `master_key` is 32 bytes in base64, from the secret variable f/chatbot/master_key."""
    nonce = os.urandom(12)
    return nonce + AESGCM(keyring(master_key)[0]).encrypt(
        nonce, plain.encode(), _bound_to(tenant_id, purpose)
    )


def unseal(master_key: str, tenant_id: str, purpose: str, sealed: bytes) -> str:
    """Decrypts what `seal` made. Raises SecretError when the key, the tenant or the purpose is another one, or no header can hold it."""
    return _usable(_opened(master_key, tenant_id, purpose, sealed), purpose)


def seal_all(master_key: str, tenant_id: str, purpose: str, values: dict[str, str]) -> bytes | None:
    """Encrypts several keys by their names as one value; None where there are none."""
    return seal(master_key, tenant_id, purpose, json.dumps(values)) if values else None


def unseal_all(master_key: str, tenant_id: str, purpose: str, sealed: bytes | None) -> dict[str, str]:
    """Decrypts what `seal_all` made. Raises SecretError as `unseal` does."""
    if sealed is None:
        return {}
    held = json.loads(_opened(master_key, tenant_id, purpose, sealed))
    return {name: _usable(value, f"{purpose} {name}") for name, value in held.items()}


def _opened(master_key: str, tenant_id: str, purpose: str, sealed: bytes) -> str:
    for key in keyring(master_key):
        try:
            return AESGCM(key).decrypt(sealed[:12], sealed[12:], _bound_to(tenant_id, purpose)).decode()
        except InvalidTag:
            continue
    raise SecretError(f"the stored {purpose} does not open with this master key: enter it again")


def _usable(opened: str, purpose: str) -> str:
    plain = opened.strip()  # pasted with a line's end
    remember_secret(plain)
    if not (plain.isascii() and plain.isprintable()):
        raise SecretError(f"the stored {purpose} has a character that no key has: enter it again")
    return plain


def keyring(master_key: str) -> list[bytes]:
    """The keys that open: one, or while windmill/deploy/rotate.py changes it the new one and the old one, with a space between."""
    return [key_bytes(key) for key in master_key.split()] or [key_bytes(master_key)]


def key_bytes(master_key: str) -> bytes:
    """A master key's 32 bytes. Raises SecretError."""
    try:
        key = b64decode(master_key, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SecretError(
            "f/chatbot/master_key must be 32 bytes in base64, as `openssl rand -base64 32` prints"
        )
    return key


def _bound_to(tenant_id: str, purpose: str) -> bytes:
    return f"{tenant_id}/{purpose}".encode()
