"""Asks cases in dry runs, by the workers for what nobody waits for, and reads what became of them."""

from __future__ import annotations

from typing import Any

from f.cases.expected import Answer, without_sources
from f.common.dry_run import dry_run_of, read_dry_run
from f.common.windmill import FLOW, start_flow

TAG = "background"  # never among those whom customers wait for
NO_TOOL = "error: there is no tool"


def ask(asked: dict[str, Any]) -> None:
    """Starts the dry run of a claimed case, as its customer where it has one. A run of this id that is there already is the same."""
    sender = {"from": asked["phone"]} if asked["phone"] else {}
    if not sender and asked["user_id"]:
        sender = {"from_user_id": asked["user_id"]}
    dry_run = dry_run_of(
        asked["phone_number_id"], asked["question"], asked["version"], asked["history"], sender
    )
    start_flow(FLOW, dry_run, str(asked["job"]), tag=TAG)


def read_answer(job: str) -> Answer | None:
    """What the bot has answered; None: it is still asked. Raises OSError."""
    run = read_dry_run(job)
    return answer_of(run) if run["finished"] else None


def answer_of(run: dict[str, Any]) -> Answer:
    result = run["answer"]
    if result is None:
        return Answer(
            outcome="failed", said="", citations=[], tools=[], problem=run["ended"], usage={}, model=""
        )
    outcome = "failed" if result.get("error") else "handed_off" if result.get("handed_off") else ""
    return Answer(
        outcome=outcome or ("answered" if result["answered"] else "unanswered"),
        said=without_sources("\n\n".join(run["sent"]) or result["reply"], result["citations"]),
        citations=result["citations"],
        tools=tools_of(result["trace"], bool(result["answered"])),
        problem=result.get("error"),
        usage={
            name: result["usage"].get(name) for name in ("cost_usd", "input_tokens", "output_tokens", "ms")
        },
        model=result["model"],
    )


def tools_of(trace: list[dict[str, Any]] | None, answered: bool) -> list[dict[str, Any]]:
    """A turn's calls of tools. `gone`: it got nothing of the tool, not even a refusal that the customer could be told."""
    return [
        {
            "tool": call["tool"],
            "error": bool(call.get("error")),
            "gone": bool(call.get("error"))
            and (not answered or str(call.get("outcome", "")).startswith(NO_TOOL)),
        }
        for call in trace or []
        if call["tool"] != "(note)"
    ]
