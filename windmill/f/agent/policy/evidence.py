# requirements: embeddings
"""What a turn has looked up and done: what its reply is held against, and what goes out with it."""

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
        self.tool_answers: list[tuple[str, str]] = []  # tool and answer: the other half of the evidence
        self.changed: list[str] = []  # tools that may change something and have succeeded
        # What they were called with, where they have succeeded without a word: as evidence, that much was done.
        self.done: list[tuple[str, str]] = []
        # Tools that may change something and have not done what they were called for.
        self.failed: list[str] = []
        self.awaiting: list[
            tuple[str, str]
        ] = []  # tools that a person must agree to first, and what is asked for
        self.out_of_order: list[str] = []  # why an MCP tool could not be used
        self.unsure = False  # whether nobody knows if a tool has done what it was called for
        self.looked_up = False  # whether anything was asked that could have given evidence
        self.searched_by_model = False  # and not by the code
        self.trace: list[ToolCall] = []
        self.problems: list[str] = []  # what an operator should mend; notes of the trace
        self.choices: dict[str, Any] | None = None  # what the customer may tap below the reply
        self.documents: list[str] = []  # ids of documents that are sent after the reply
        self.controls: list[dict[str, Any]] = []  # what else the reply carries: f/whatsapp/control_kinds

    @property
    def enclosed(self) -> bool:
        """Whether something of the tenant's own goes out with the reply: a file, a link, a form, a card, products."""
        return bool(self.documents) or any(control["kind"] != "reaction" for control in self.controls)
