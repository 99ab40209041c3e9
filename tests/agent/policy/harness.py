"""Runs a case through the real agent: its loop, tools and reply policy, with a model that follows the case and passages that the case names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, NamedTuple

import pytest

from f.agent import tools as agent_tools
from f.agent.knowledge import Knowledge
from f.agent.loop import Loop
from f.agent.policy.reply_policy import Verdict
from f.agent.prompt import HOURS_MARK
from f.agent.turn import Turn
from f.common.chatbot_settings import ChatbotSettings, Surroundings
from f.models.providers import cleaned
from f.models.types import Candidate
from f.tools.live_tools import LiveTool, ToolError
from tests.agent.policy import check_cases

DONT_KNOW = {"en": "DONT_KNOW", "es": "DONT_KNOW"}


class Outcome(NamedTuple):
    """What became of a case's reply. `passed`: it was sent as the model wrote it; `why`: the trace's reason where it was not."""

    passed: bool
    text: str
    why: str


class ScriptedModel:
    """Says what the case says, in order; the last again and again. `replies`: how the reply is given, by `marks` or by `reply`."""

    def __init__(self, script: list[dict[str, Any]], judge: Candidate | None = None) -> None:
        self._script = script
        self.asked: list[Any] = []
        self.current: Any = judge or {
            "model": "scripted"
        }  # a judge is asked at the server of the model that replies

    def complete(
        self,
        messages: list[dict[str, Any]],
        tools: list[dict[str, Any]],
        seconds: float,
        required: bool = False,
    ) -> Any:
        said = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        calls: Any = [{"id": f"call{n:05d}", **call} for n, call in enumerate(said.get("calls") or [])]
        message = {"role": "assistant", "content": said.get("text") or None}
        return cleaned(
            {
                "text": said.get("text") or "",
                "tool_calls": calls,  # type: ignore[typeddict-item]
                "message": message,
                "input_tokens": 1,
                "output_tokens": 1,
                "cut": False,
            },
            tools,
        )


class NoDatabase:
    """A dry run needs nothing of it."""

    tenant_id = "00000000-0000-0000-0000-000000000000"
    read_only = True

    def row(self, *_: Any) -> dict[str, Any]:
        return {"query_model": "", "dimensions": 1, "id": 1}

    def rows(self, *_: Any) -> list[dict[str, Any]]:
        return []

    def of_tenant(self, *_: Any, **__: Any) -> NoDatabase:
        return self


class CaseTurn(Turn):
    def __init__(self, case: dict[str, Any], business: dict[str, Any], judge: str = "off") -> None:
        history = [
            {"role": "user" if h["from"] == "customer" else "assistant", "text": h["text"]}
            for h in case.get("history") or []
        ]
        context: Any = {
            "mode": "live",
            "turn_id": "1",
            "tenant_id": NoDatabase.tenant_id,
            "phone_number_id": "1",
            "question": case["message"],
            "history": history,
            "contact": {"name": None, "language": None, "lead": {}},
            "chatbot": {"languages": business["languages"], "dont_know": DONT_KNOW, "show_citations": True},
        }
        database: Any = NoDatabase()
        resources: Any = {"llm": {}, "embeddings": {}, "settings": {}, "whatsapp": {}, "master_key": ""}
        super().__init__(database, context, resources)
        defaults = {f.name: f.metadata["default"] for f in fields(ChatbotSettings)}
        words = {
            "dont_know": DONT_KNOW,
            "failure_message": {"en": "FAILED"},
            "handoff_message": {"en": "HANDOFF"},
            "limit_message": {"en": "LIMIT"},
        }
        settings = ChatbotSettings(
            **{
                **defaults,
                **words,
                "name": business["name"],
                "persona": business.get("persona") or "",
                "languages": business["languages"],
                "closed_message": {},
                "judge": judge,
            }
        )
        day = re.match(r"(\S+) \((\w+)\) (\S+)", business["today"])
        assert day
        around = Surroundings(f"{day[2]}, {day[1]}, {day[3]}", True, [], None, {"reached": None})
        self.__dict__["_read"] = (settings, around)
        self.hours = str(business.get("opening_hours") or "")
        self.said: list[str] = []

    def hold(self) -> None: ...

    def hand_off(self, source: str, reason: str) -> None:
        self.handed_off = self.handed_off or source


def script_of(case: dict[str, Any], structured: bool) -> list[dict[str, Any]]:
    steps = [
        {"calls": [{"name": c["tool"], "arguments": c.get("arguments") or {"question": case["message"]}}]}
        for c in case["calls"] or []
    ]
    reply = case["reply"]
    if not structured:
        # The set's texts have marks of passages alone; a model that does as the prompt says marks the opening hours, too.
        hours = any(c["source"] == "opening_hours" for c in reply.get("claims") or [])
        return [*steps, {"text": reply["marked"] + (f" [{HOURS_MARK}]" if hours else "")}]
    marks = marks_of(case)
    claims = [
        {**c, "source": marks.get(c["source"], c["source"].replace("opening_hours", "hours"))}
        for c in reply.get("claims") or []
    ]
    return [
        *steps,
        {
            "calls": [
                {
                    "name": "reply",
                    "arguments": {"kind": reply["kind"], "text": reply["text"], "claims": claims},
                }
            ]
        },
    ]


def plain(reply: str) -> str:
    """A reply as the customer reads it."""
    return re.sub(r"\s*\[S\d+(?:, ?S\d+)*\]", "", reply)


def marks_of(case: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for call in case["calls"] or []:
        for passage in call.get("passages") or []:
            found.setdefault(passage, f"S{len(found) + 1}")
    return found


def run(
    case: dict[str, Any], business: dict[str, Any], structured: bool, judge: Candidate | None = None
) -> Outcome:
    """Runs one case; with a judge each reply that the code lets through is put before it."""
    with pytest.MonkeyPatch.context() as patch:
        return _run(case, business, structured, judge, patch)


def _run(
    case: dict[str, Any],
    business: dict[str, Any],
    structured: bool,
    judge: Candidate | None,
    patch: pytest.MonkeyPatch,
) -> Outcome:
    turn = CaseTurn(case, business, "always" if judge else "off")
    searches: Iterator[list[str]] = iter(
        [c.get("passages") or [] for c in case["calls"] or [] if c["tool"] == "search_knowledge_base"]
    )
    passages = {p["id"]: p for p in business["passages"]}
    order = list(marks_of(case))
    answers = {c["tool"]: c for c in case["calls"] or [] if c["tool"] != "search_knowledge_base"}

    def near(_: Any, question: str, vector: Any, model: Any) -> list[dict[str, Any]]:
        rows = [passages[p] for p in next(searches, [])]
        return [
            {"chunk_id": r["id"], "id": r["title"], "mark": r["id"], "title": r["title"], "heading": r.get("heading") or "",
             "passage": r["text"], "source": {"document": r["title"]}, "relevance": 0.9 - 0.01 * order.index(r["id"])}
            for r in rows
        ]  # fmt: skip

    patch.setattr(Knowledge, "_near", near)
    patch.setattr("f.agent.knowledge.embed", lambda texts, *_: [[0.0]] * len(texts))
    patch.setattr(
        agent_tools, "discover", lambda *_: ([CaseTool(t, answers) for t in business["tools"]], set())
    )
    patch.setattr(
        "f.agent.tool_ledger.call_once",
        lambda turn, tool, given, seconds, secrets: tool.call(given, seconds),
    )
    patch.setattr("f.agent.policy.reply_policy.opening_hours", lambda turn: turn.hours)
    patch.setattr("f.agent.loop.SECOND_TRIES", 1)  # this model would say the same again and again
    loop = Loop(turn, ScriptedModel(script_of(case, structured), judge))  # type: ignore[arg-type]
    verdict: Verdict = loop.run()
    passed = verdict.text.startswith(case["reply"]["text"][:30]) or (
        case["reply"]["kind"] in ("unknown", "handoff") and verdict.error is None and structured
    )
    return Outcome(passed, verdict.text, verdict.why or verdict.error or "")


class CaseTool(LiveTool):
    origin, phone = "case", "34600111222"

    def __init__(self, tool: dict[str, Any], answers: dict[str, Any]) -> None:
        self.name, self.read_only, self._answers = tool["name"], not tool["changes_something"], answers
        self.description, self.parameters = tool["description"], tool["parameters"]

    def schema(self, name: str) -> dict[str, Any]:
        return {"name": name, "description": self.description, "parameters": self.parameters}

    def for_contact(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return arguments

    def call(self, arguments: Any, seconds: float) -> str:
        answer = self._answers.get(self.name, {"result": "unknown", "error": True})
        result = answer["result"]
        text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
        if answer.get("error"):
            raise ToolError(text, by_tool=True)
        return text


def cases(half: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The cases of one half. Those of a business stand together: what is read of its passages is kept for the next one."""
    businesses = check_cases.load_businesses()
    ordered = sorted(check_cases.load_cases(half), key=lambda case: str(case["business"]))
    return [(case, businesses[case["business"]]) for case in ordered]
