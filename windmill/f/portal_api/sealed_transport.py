# requirements: database
"""Seals what must not lie readable in a job's arguments or result: keys that a person types, and the files of conversations.

HPKE (RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305), one message each: the encapsulated key and behind it the ciphertext. What the page
sends is sealed to a key pair that follows from the master key, which only scripts have. What a script returns is sealed to a key pair that
the page makes for itself and forgets with the tab. `info` says what a sealed text is for, so that it opens for nothing else.
"""

from __future__ import annotations

from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from f.common.secrets import keyring

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
DERIVED_FOR = b"chatmill: keys typed into the portal"


class SealError(ValueError):
    """What was sealed does not open, or what it is to be sealed to is no key."""


def sealing_key(master_key: str) -> str:
    """The public key that the page seals to, in base64."""
    return b64encode(_private_keys(master_key)[0].public_key().public_bytes_raw()).decode()


def open_sealed(sealed: str, master_key: str, info: bytes) -> bytes:
    """What the page has sealed, in base64. Raises SealError."""
    try:
        raw = b64decode(sealed, validate=True)
    except ValueError:
        raise SealError("not base64") from None
    for private in _private_keys(master_key):
        try:
            return SUITE.decrypt(raw, private, info)
        except (InvalidTag, ValueError):
            continue
    raise SealError("sealed to another key, or for another use")


def seal_to_page(page_key: str, content: bytes, info: bytes) -> str:
    """`content` for the page alone, in base64. `page_key`: its public key, 32 bytes in base64. Raises SealError."""
    try:
        public = X25519PublicKey.from_public_bytes(b64decode(page_key, validate=True))
        return b64encode(SUITE.encrypt(content, public, info)).decode()
    except ValueError:
        raise SealError("this is no public key") from None


def _private_keys(master_key: str) -> list[X25519PrivateKey]:
    """One for each master key that there is at the moment, the newest first."""
    derived = [HKDF(SHA256(), 32, salt=None, info=DERIVED_FOR).derive(key) for key in keyring(master_key)]
    return [X25519PrivateKey.from_private_bytes(key) for key in derived]
