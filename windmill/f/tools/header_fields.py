"""HTTP headers as a tenant enters them for an MCP server or an HTTP action."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

# By it a server knows a request that comes again: the platform sends one of its own (http_actions.idempotent).
KEY_HEADER = "idempotency-key"
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")


def is_sendable(name: str, value: Any, reserved: Collection[str]) -> bool:
    """Whether a header can be sent so. `reserved`: names, in lower case, that are not the tenant's to set."""
    text = isinstance(value, str) and len(value) <= 2000 and value.isascii() and value.isprintable()
    return text and bool(NAME.fullmatch(name)) and name.lower() not in reserved


def has_key(names: Iterable[str]) -> bool:
    """Whether a request has that header, so that its server knows keys."""
    return any(name.lower() == KEY_HEADER for name in names)
