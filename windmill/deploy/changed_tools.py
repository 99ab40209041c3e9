"""A change of a business's tools by an operator: it is at once what the business's chatbots offer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


@contextmanager
def publishing_tools(conn: psycopg.Connection[Any], tenant_id: str, bot: str | None = None) -> Iterator[None]:
    """What is done with the tools in it holds at once for the chatbot with this phone number id; None: for all of the tenant. The others have a
    new tool in their drafts, as after a change in the portal. Use it in a transaction, as chatbot_owner."""
    conn.execute("select set_config('app.tenant_id', %s, true)", [tenant_id])
    row = conn.cursor(row_factory=psycopg.rows.tuple_row).execute("select all_tools()").fetchone()
    assert row is not None
    yield
    live = None if bot is None else [bot]
    conn.execute("select settle_tools(%s::jsonb, %s::text[])", [json.dumps(row[0]), live])
