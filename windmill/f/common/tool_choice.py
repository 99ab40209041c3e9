"""Which of a business's tools a chatbot offers, and when a person must agree to a call: the setting `tools`.

{"<server>.<tool>": rule}; the server of each HTTP action is HTTP, that of each script Windmill. A rule is "never", "always", or {"parameter",
"over"}: where that number of a call is over a bound.
"""

from __future__ import annotations

import math
import re
from typing import Any

from f.common.setting_kinds import Kind, SettingError

MOST_TOOLS = 2000  # more than a business can have: 30 servers with 50 each, 200 actions, and scripts
NEVER, ALWAYS = "never", "always"
TOOL = re.compile(r"(HTTP|Windmill|[a-z][a-z0-9_]{0,30})\..{1,100}", re.DOTALL)


class ToolChoice(Kind):
    """Null: all that the business has, each by its own rule."""

    page = "Record<string, Rule>|null"
    is_json = True

    def check(self, name: str, value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, dict) or len(value) > MOST_TOOLS:
            raise SettingError("list_too_long", field=name, most=MOST_TOOLS)
        if unknown := [str(tool)[:100] for tool in value if not TOOL.fullmatch(str(tool))]:
            raise SettingError("tools_gone", tools=", ".join(unknown[:10]))
        return {tool: NEVER if rule == NEVER else checked_rule(rule) or NEVER for tool, rule in value.items()}


def checked_rule(rule: Any) -> Any:
    """A rule without "never", for which None stands. Raises SettingError."""
    if rule is None or rule == ALWAYS:
        return rule
    parameter, over = (rule.get("parameter"), rule.get("over")) if isinstance(rule, dict) else (None, None)
    if not isinstance(parameter, str) or not 0 < len(parameter.strip()) <= 100:
        raise SettingError("approval_rule")
    if isinstance(over, bool) or not isinstance(over, int | float) or not math.isfinite(over):
        raise SettingError("approval_rule")
    return {"parameter": parameter.strip(), "over": over}
