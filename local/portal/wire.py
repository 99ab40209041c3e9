"""How a page of the portal asks a script: one JSON text with a mark, as f/common/portal_request.py wants it."""

from __future__ import annotations

import json
from typing import Any


def request(action: str, /, **fields: Any) -> str:
    """The argument `request`. Dollar signs are escaped: the server blanks whatever looks like a reference to a secret."""
    return json.dumps({"portal": 1, "action": action, **fields}).replace("$", "\\u0024")
