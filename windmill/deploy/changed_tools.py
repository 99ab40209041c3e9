"""A change of a business's tools by an operator: it is at once what all the business's chatbots offer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from f.portal_api.tool_choices import changing_tools


@contextmanager
def publishing_tools(conn: psycopg.Connection[Any], tenant_id: str) -> Iterator[None]:
    """What is done with the tenant's tools in it holds at once. Use it in a transaction, as chatbot_owner."""
    conn.execute("select set_config('app.tenant_id', %s, true)", [tenant_id])
    with changing_tools(conn, live=None):
        yield
