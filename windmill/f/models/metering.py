# requirements: database
"""What a model's work outside a turn costs: vectors, pictures, voice notes. It counts in the tenant's month like the turns (count_usage in SQL)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from f.models.prices import cost_usd

if TYPE_CHECKING:
    from f.common.database import Connection

# As f/common/tokens measured it; that module needs tiktoken, which few of the callers have.
BYTES_PER_TOKEN = 2.8
COUNT = "select count_usage(%s, %s, %s::numeric, %s, %s)"
Meter = Callable[[str, int, int], None]  # model, input tokens, output tokens


def of_texts(texts: list[str], model: str, number: str = "") -> list[Any]:
    """COUNT's values for vectors of these texts. The endpoints don't all say how many tokens they took: this is never fewer."""
    return of_tokens(model, tokens_of(texts), 0, "embeddings", number)


def tokens_of(texts: list[str]) -> int:
    return math.ceil(sum(len(text.encode()) for text in texts) / BYTES_PER_TOKEN)


def of_tokens(
    model: str,
    input_tokens: int,
    output_tokens: int,
    what: str,
    number: str = "",
    operator: dict[str, Any] | None = None,
) -> list[Any]:
    """COUNT's values. A model without a price costs nothing that is known; its tokens count. `what`: embeddings, speech, pictures, model; `number`:
    the chatbot's whose customer it was for, none for what all of a business's numbers share; `operator`: who may have set prices of their own."""
    usd = cost_usd(model, input_tokens, output_tokens, operator or {}) or 0
    return [input_tokens, output_tokens, usd, what, number]


def count_texts(conn: Connection, tenant_id: str, texts: list[str], model: str) -> None:
    """Counts the vectors of these texts."""
    meter(conn, tenant_id, "embeddings")(model, tokens_of(texts), 0)


def is_budget_spent(conn: Connection, tenant_id: str) -> bool:
    """Whether the tenant may spend nothing more this month on such work."""
    from f.common.database import as_tenant, one

    with as_tenant(conn, tenant_id):
        return bool(one(conn, "select is_budget_spent()", []))


def meter(conn: Connection, tenant_id: str, what: str) -> Meter:
    """Counts what a model took, as it takes it, for no number."""
    from f.common.database import as_tenant

    def count(model: str, input_tokens: int, output_tokens: int) -> None:
        with as_tenant(conn, tenant_id):
            conn.execute(COUNT.encode(), of_tokens(model, input_tokens, output_tokens, what))

    return count
