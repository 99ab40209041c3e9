"""Tells whether a webhook was signed by Meta: HMAC-SHA256 over the body's exact bytes."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

_PREFIX = b"sha256="
_LENGTH = len(_PREFIX) + 64


class Signature:
    """Checks `X-Hub-Signature-256` against the app secret, or against two while one replaces the other."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = [secret.encode() for secret in secrets if secret]
        if not self._secrets:
            raise ValueError("without an app secret nothing can be trusted")

    def fits(self, header: bytes, body: bytes) -> bool:
        """Whether `header` (the whole value, with its `sha256=`) belongs to `body`."""
        if len(header) != _LENGTH or not header.startswith(_PREFIX):
            return False
        claimed = header[len(_PREFIX) :].lower()
        fits = False
        for secret in self._secrets:
            # In constant time: how long a comparison takes must not tell how much of a guess is right.
            fits |= hmac.compare_digest(hmac.digest(secret, body, "sha256").hex().encode(), claimed)
        return fits
