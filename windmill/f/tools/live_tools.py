"""What a tool of the tenant's own systems is to the agent, whoever answers it: a server (mcp_servers), a plain HTTP address
(http_actions), or a script or flow of Windmill (script_tools)."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from f.tools.identity import LEAD, OURS, VERIFIED, asks_who, with_phone, without_who

MAX_RESULT = 20_000  # characters; what a tool returns beyond is cut, with a word
# What the model hears of a call that succeeded without a word, where it may have changed something.
DONE = "It was done. The tool said nothing more."
# The origins of each HTTP action, and of each script or flow; a server's name has lower-case letters.
HTTP, SCRIPTS = "HTTP", "Windmill"
NOT_SHOWN = re.compile(r"(?:\(not shown: [^\n]*\)\s*)*")


class ToolError(Exception):
    """Why a tool could not be used, as a sentence for the model and the operator. `by_tool`: the tool itself reported the error.
    `begun`: the call may have reached it. `unsure`: it is not known whether the tool did it. `job`: the Windmill job that it ran as. `is_final`:
    under its digest this call can't be made any more, and nobody will hear more of it."""

    def __init__(
        self,
        message: str,
        by_tool: bool = False,
        unsure: bool = False,
        begun: bool = False,
        job: str | None = None,
        is_final: bool = False,
    ) -> None:
        super().__init__(message)
        self.by_tool, self.begun, self.unsure, self.job = by_tool, begun, unsure, job
        self.is_final = is_final


class Words(str):
    """What a tool says, with the Windmill job that said it. `job`: a ToolError has it, too."""

    job: str | None

    def __new__(cls, text: str, job: str | None) -> Words:
        made = super().__new__(cls, text)
        made.job = job
        return made


class LiveTool(ABC):
    """A tool that the model may call. `read_only`: it changes nothing. `phone`: the contact's, as WhatsApp knows it."""

    name: str
    description: str
    parameters: dict[str, Any]
    read_only: bool
    approval: Any = None  # whether a person must agree to a call: a rule of f/agent/approvals, None for never
    missing: Mapping[str, str] = MappingProxyType(
        {}
    )  # contact fields that it needs and that are not known, by parameter
    keeps_outcomes = False  # whether what became of a call can be asked for

    def request_digest(self, arguments: dict[str, Any]) -> bytes | None:
        """Of what a call sends, where its server makes what comes again with the same key once; None: it can't be sent again."""
        return None

    def repeat(self, digest: bytes, arguments: dict[str, Any], seconds: float) -> str:
        """Sends the call with this digest again, which has a `request_digest`: what its server says of it, the first time or now. Raises
        ToolError, `by_tool` or `begun`."""
        raise NotImplementedError

    @property
    @abstractmethod
    def origin(self) -> str:
        """The name of whoever answers, as the tenant has named it."""

    @property
    @abstractmethod
    def phone(self) -> str | None: ...

    @abstractmethod
    def call(self, arguments: dict[str, Any], seconds: float) -> str:
        """Calls the tool; returns what it says. Raises ToolError."""

    def call_as(self, digest: bytes, arguments: dict[str, Any], seconds: float, leave: bool = False) -> str:
        """The same for the one call that has this digest: where the tool keeps outcomes, it is not made twice. `leave`: somebody asks again, so
        what does not end in time may go on."""
        return self.call(arguments, seconds)

    def recall(self, digest: bytes, seconds: float, leave: bool = False) -> str | None:
        """What became of the call with this digest; None where it was not made. Raises ToolError as the call does."""
        return None

    def schema(self, offered_as: str) -> dict[str, Any]:
        """As the model sees it: without the parameters that say who is asking."""
        parameters = {"properties": {}, "required": [], **without_who(self.parameters), "type": "object"}
        return {"name": offered_as, "description": self.description[:1024], "parameters": parameters}

    def for_contact(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The model's arguments, with the contact's own phone wherever the tool asks for one, and no other."""
        for wanted in self.missing.values():
            if wanted in OURS:
                raise ToolError(f"{self.name} needs a customer, and this trial is of nobody")
            if wanted in VERIFIED:
                raise ToolError(
                    f"{self.name} needs the customer's phone number, which this customer does not show"
                )
            known = wanted.removeprefix(LEAD)
            raise ToolError(
                f"{self.name} needs the customer's {known}, which is not known yet: ask for it", by_tool=True
            )
        if asks_who(self.parameters) and not self.phone:
            raise ToolError(
                f"{self.name} needs the customer's phone number, which this customer does not show"
            )
        return with_phone(arguments, self.parameters, self.phone)

    def unknown(self, arguments: dict[str, Any]) -> list[str]:
        """The arguments for which the tool has no parameter, so that it may leave them out: nobody can agree to them."""
        properties = self.parameters.get("properties")
        if not isinstance(properties, dict) or self.parameters.get("additionalProperties"):
            return []
        return [name for name in arguments if name not in properties]


def not_shown(what: str) -> str:
    """What is said of a picture, a file or the like in a tool's answer, which the model can't look at."""
    return f"(not shown: {' '.join(what.split())[:300]})"


def has_words(text: str) -> bool:
    """Whether an answer says anything: what is only named says nothing about what it holds."""
    return not NOT_SHOWN.fullmatch(text.strip())


def cut(text: str) -> str:
    return text if len(text) <= MAX_RESULT else f"{text[:MAX_RESULT]} … (cut)"
