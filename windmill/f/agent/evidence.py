# requirements:
# psycopg[binary]==3.3.9
# httpx2==2.16.2
# pgvector==0.5.1
"""What a turn has looked up and done: what its reply is judged by, and what goes out with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from f.agent.knowledge import Knowledge

if TYPE_CHECKING:
    from f.agent.turn import Turn
    from f.common.shapes import ToolCall


class Evidence:
    """Filled by the tools (f/agent/tools), read by the reply policy and the agent's result."""

    def __init__(self, turn: Turn) -> None:
        self.knowledge = Knowledge(turn)
        self.tool_answers: list[str] = []  # what MCP tools answered: the other half of the evidence
        self.out_of_order: list[str] = []  # why an MCP tool could not be used
        self.unsure = False  # whether nobody knows if a tool has done what it was called for
        self.trace: list[ToolCall] = []
        self.problems: list[str] = []  # what an operator should mend; notes of the trace
        self.choices: dict[str, Any] | None = None  # what the customer may tap below the reply
        self.documents: list[str] = []  # ids of documents that are sent after the reply
