"""What a million tokens cost, in US dollars: the one place. List prices for ordinary requests, without caching, batches or taxes.

They were read second-hand, from dated public transcriptions of the vendors' pages (AS_OF), not from a bill: check them before relying on
one. An operator overrides or adds a model in f/chatbot/settings: {"prices": {"model": [input, output]}}. A dated or preview version
(gpt-4o-2024-08-06) has the price of its family; another variant (gpt-5-pro) has none, until somebody gives it one.

The package genai-prices (0.2.3) has the same prices, but for the two that say so. It is not used: every turn prices its calls, and the
package costs a cold step 170 to 270 ms and 11 MB.
"""

from __future__ import annotations

import re
from typing import Any

AS_OF = {"openai": "2026-03-21", "gemini": "2026-10-07"}
PER_MILLION: dict[str, tuple[float, float]] = {
    "gpt-5.5": (5.0, 30.0),
    "gpt-5.4": (2.5, 15.0),
    "gpt-5.4-mini": (0.75, 4.5),
    "gpt-5.4-nano": (0.2, 1.25),
    "gpt-5.1": (1.25, 10.0),
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
    "text-embedding-3-small": (0.02, 0.0),
    "text-embedding-3-large": (0.13, 0.0),
    "gpt-4o-mini-transcribe": (1.25, 5.0),
    "gpt-4o-transcribe": (2.5, 10.0),
    "gpt-4o-mini-tts": (0.6, 12.0),  # read on 2026-11-29, as the next one to speak
    "gemini-3.8-flash-lite-tts": (0.5, 6.0),
    "gemini-3.8-flash": (1.5, 7.5),  # half of it until the end of 2026, which genai-prices has
    "gemini-3.5-flash": (1.5, 9.0),
    "gemini-3.5-flash-lite": (0.3, 2.5),
    "gemini-3.1-pro": (2.0, 12.0),  # up to 200,000 tokens, as the next; not in genai-prices
    "gemini-2.5-pro": (1.25, 10.0),
    "gemini-2.5-flash": (0.3, 2.5),
    "gemini-2.5-flash-lite": (0.1, 0.4),
}
# What may follow a family's name without making it another model.
VERSION = re.compile(r"(?:-(?:preview|latest|\d[\d-]*))*")


def cost_usd(model: str, input_tokens: int, output_tokens: int, settings: dict[str, Any]) -> float | None:
    """What a call cost; None for a model without a price."""
    operators = settings.get("prices") or {}
    table = PER_MILLION | {name: tuple(pair) for name, pair in operators.items() if _is_price(pair)}
    name = model.removeprefix("models/")
    families = [f for f in table if name.startswith(f) and VERSION.fullmatch(name[len(f) :])]
    if not families:
        return None
    per_input, per_output = table[max(families, key=len)]
    return round((input_tokens * per_input + output_tokens * per_output) / 1_000_000, 8)


def _is_price(pair: Any) -> bool:
    """Whether an operator's entry is two numbers. Another entry counts as no price, which the trace notes; it never fails a turn."""
    return (
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(n, int | float) and n >= 0 for n in pair)
    )
