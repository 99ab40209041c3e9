# requirements: database
"""What the setting `tools` of a chatbot (f/common/tool_choice) may say: by whom, and of which tools. A module of the portal's scripts.

Only owners change it, as they alone change tools: who could take a rule away could let the bot act without a person's yes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg.rows import scalar_row

from f.common.database import Connection, one
from f.common.portal_request import OWNERS, Member, Refused
from f.common.problems import Message, message

TOOLS = "tools"


def refuse_others(member: Member, settings: dict[str, Any]) -> None:
    """Refuses a change of these settings by somebody who may not change the tools."""
    if kept_from(member, settings):
        raise Refused("tools_owners")


def kept_from(member: Member, draft: dict[str, Any]) -> list[str]:
    """The settings of a draft that this person may not change: they wait in it for an owner, whatever becomes of the others."""
    return [TOOLS] if TOOLS in draft and member["role"] not in OWNERS else []


def gone_tools(conn: Connection, settings: dict[str, Any]) -> list[str]:
    """The tools that these settings offer and the business no longer has. Call it in the tenant's transaction."""
    return list(one(conn, "select gone_tools(%s::jsonb)", [json.dumps(settings.get(TOOLS))]))


def why_unfit(gone: list[str]) -> Message:
    return message("tools_gone", tools=", ".join(gone))


@contextmanager
def changing_tools(conn: Connection, live: Sequence[str] | None = ()) -> Iterator[None]:
    """A change of the business's tools: a new one comes into the chatbots' drafts, one that is gone leaves what is live, the drafts and the
    running shares. `live`: the chatbots for which the change holds at once, as an operator's does; None: all. Use it in the tenant's transaction."""
    cursor = conn.cursor(row_factory=scalar_row)
    before = cursor.execute("select all_tools()").fetchone()
    yield
    bots = None if live is None else list(live)
    cursor.execute("select settle_tools(%s::jsonb, %s::text[])", [json.dumps(before), bots])
