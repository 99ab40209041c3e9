# no_postinstall
# requirements: agent
"""Which scripts and flows of Windmill the model is offered as tools.

What Windmill says of each is cached for ten minutes in script_tools, so that most turns don't ask; before a call it is read again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from f.common.problems import Message, message
from f.tools.live_tools import LiveTool
from f.tools.script_jobs import Definition, read_definition
from f.tools.script_tools import ScriptProblem, script_tool

if TYPE_CHECKING:
    from f.agent.turn import Turn


def script_tools(
    turn: Turn, rows: list[dict[str, Any]], contact: dict[str, Any], problems: list[str]
) -> list[LiveTool]:
    """The tools of these rows of script_tools. What is wrong with one is added to `problems`."""
    known = {**contact, "tenant_id": turn.tenant_id}
    tools: list[LiveTool] = []
    for row in rows:
        if not row["allowed"]:
            problems.append(
                f"{row['name']} is not offered: {row['path']} is not in a folder of this tenant's tools"
            )
            continue
        definition = Definition(**row["discovered"]) if row["discovered"] else None
        if not row["fresh"]:
            definition = refresh(turn, row, definition, problems)
        if definition is None:
            continue
        try:
            tools.append(script_tool(row, definition, known, turn.resources["job_id_key"]))
        except ScriptProblem as problem:
            problems.append(f"{row['name']} is not offered: {problem}")
    return tools


def refresh(
    turn: Turn, row: dict[str, Any], last: Definition | None, problems: list[str]
) -> Definition | None:
    """Asks Windmill for the script and stores what it says; the `last` it said where it does not answer. The tenant sees what is wrong."""
    warnings: list[Message] = []
    try:
        found = read_definition(row["path"], row["is_flow"])
        if found is None:
            problems.append(
                f"{row['name']} is not offered: {row['path']} does not exist in Windmill, or may not be read"
            )
            warnings = [message("script_gone", path=row["path"])]
    except OSError as problem:
        problems.append(f"{row['name']} is as last seen: Windmill does not answer: {problem}")
        return last
    if not turn.dry_run:
        turn.db.rows(
            "update script_tools set discovered = %s::jsonb, warnings = %s::jsonb, discovered_at = now() where tenant_id = %s and name = %s",
            json.dumps(found._asdict()) if found else None,
            json.dumps(warnings),
            turn.tenant_id,
            row["name"],
        )
    return found
