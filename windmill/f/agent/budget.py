"""What a turn may use, and what it has used so far: seconds, tokens, money."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from f.models.prices import cost_usd

if TYPE_CHECKING:
    from f.common.chatbot_settings import ChatbotSettings
    from f.common.shapes import Usage
    from f.models.types import Asked

SHORTEST_ROUND_S = 1.0
NO_USAGE: Usage = {
    "input_tokens": 0,
    "output_tokens": 0,
    "calls": 0,
    "cost_usd": 0.0,
    "ms": 0,
    "model_calls": [],
}


class Budget:
    """Counts from its making. `asked`: the requests to models, which the caller goes on adding to; `operator`: the operator's settings."""

    def __init__(self, settings: ChatbotSettings, operator: dict[str, Any], asked: list[Asked]) -> None:
        self._settings, self._operator, self._asked = settings, operator, asked
        self._started = time.monotonic()

    def seconds_left(self) -> float:
        return max(self._started + self._settings.max_seconds - time.monotonic(), SHORTEST_ROUND_S)

    def fullest(self) -> tuple[float, str]:
        """The bound that is nearest: the share of it that is used, and its name."""
        usage, most = self.usage(), self._settings
        tokens = usage["input_tokens"] + usage["output_tokens"]
        return max(
            ((time.monotonic() - self._started) / most.max_seconds, f"{most.max_seconds} s"),
            (tokens / most.max_tokens, f"{most.max_tokens} tokens"),
            (usage["cost_usd"] / most.max_cost_usd, f"{most.max_cost_usd} USD"),
        )

    def usage(self) -> Usage:
        """What all requests of the turn have taken so far."""
        calls: list[dict[str, Any]] = []
        for asked in self._asked:
            cost = cost_usd(asked["model"], asked["input_tokens"], asked["output_tokens"], self._operator)
            calls.append({**asked, "cost_usd": cost})
        return {
            "input_tokens": sum(c["input_tokens"] for c in calls),
            "output_tokens": sum(c["output_tokens"] for c in calls),
            "calls": len(calls),
            "cost_usd": round(sum(c["cost_usd"] or 0.0 for c in calls), 8),
            "ms": round((time.monotonic() - self._started) * 1000),
            "model_calls": calls,
        }
