"""HTTP headers as a tenant enters them for an MCP server or an HTTP action."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")


def is_sendable(name: str, value: Any, reserved: Collection[str]) -> bool:
    """Whether a header can be sent so. `reserved`: names, in lower case, that are not the tenant's to set."""
    text = isinstance(value, str) and len(value) <= 2000 and value.isascii() and value.isprintable()
    return text and bool(NAME.fullmatch(name)) and name.lower() not in reserved
