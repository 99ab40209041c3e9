"""What a million tokens cost, in US dollars: the one place. The vendors' list prices as they stood on AS_OF; check them before relying on a bill.

An operator overrides or adds a model in f/chatbot/settings: {"prices": {"model": [input, output]}}. A name is looked up by its longest
prefix, so that a dated version (gpt-4o-2024-08-06) has its family's price.
"""

from __future__ import annotations

from typing import Any

AS_OF = "2025-09-01"
PER_MILLION: dict[str, tuple[float, float]] = {
    "gpt-5": (1.25, 10.0),
    "gpt-5-mini": (0.25, 2.0),
    "gpt-5-nano": (0.05, 0.4),
    "gpt-4.1": (2.0, 8.0),
    "gpt-4.1-mini": (0.4, 1.6),
    "gpt-4.1-nano": (0.1, 0.4),
    "gpt-4o": (2.5, 10.0),
    "gpt-4o-mini": (0.15, 0.6),
    "o3": (2.0, 8.0),
    "o4-mini": (1.1, 4.4),
    "gemini-2.5-pro": (1.25, 10.0),
    "gemini-2.5-flash": (0.3, 2.5),
    "gemini-2.5-flash-lite": (0.1, 0.4),
    "gemini-2.0-flash": (0.1, 0.4),
    "offline-": (0.0, 0.0),
}


def cost_usd(model: str, input_tokens: int, output_tokens: int, settings: dict[str, Any]) -> float | None:
    """What a call cost; None for a model without a price."""
    table: dict[str, Any] = {**PER_MILLION, **(settings.get("prices") or {})}
    name = model.removeprefix("models/")
    known = max((prefix for prefix in table if name.startswith(prefix)), key=len, default=None)
    if known is None:
        return None
    per_input, per_output = table[known]
    return round((input_tokens * per_input + output_tokens * per_output) / 1_000_000, 8)
