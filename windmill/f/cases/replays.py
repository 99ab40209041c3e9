# requirements: database
"""Takes turns of a chatbot again in dry runs, and reads what became of them. Nothing is sent, and no tool that may change something is called:
what a tool said then is what it says again."""

from __future__ import annotations

from typing import Any

from f.cases.asking import TAG, answer_of
from f.cases.comparison import Call, Reply
from f.cases.runs import REPLAY_SLICE, start_slice
from f.common.database import Connection, as_tenant, one
from f.common.dry_run import dry_run_of, read_dry_run
from f.common.windmill import FLOW, start_flow


def begin_replay(conn: Connection, tenant_id: str, wanted: dict[str, Any]) -> dict[str, Any] | None:
    """Starts a replay: {"replay"}. {"running"}: the one that is under way; {"turns": 0}: there is nothing to take again. None: no such chatbot."""
    with as_tenant(conn, tenant_id):
        begun: dict[str, Any] | None = one(
            conn,
            "select begin_replay(%(number)s, %(version)s, %(from_at)s, %(to_at)s, %(turns)s, %(estimated_usd)s::numeric,"
            " %(most_usd)s::numeric, %(person)s, %(shadow)s)",
            wanted,
        )
    if begun and "replay" in begun:
        start_slice(tenant_id, begun["replay"], 0, script=REPLAY_SLICE)
    return begun


def ask_again(asked: dict[str, Any]) -> None:
    """Starts the dry run of a claimed turn. A run of this id that is there already is the same."""
    sender = {"from": asked["phone"]} if asked["phone"] else {"from_user_id": asked["user_id"]}
    if asked["message_id"]:
        sender["id"] = asked["message_id"]  # the conversation is as it was before this message
    turn = str(asked["turn_id"])
    dry_run = dry_run_of(
        asked["phone_number_id"], asked["question"], asked["version"], sender=sender, replay=turn
    )
    start_flow(FLOW, dry_run, str(asked["job"]), tag=TAG)


def read_again(job: str) -> dict[str, Any] | None:
    """What the bot would say: an Answer of f/cases/expected with `calls`, `messages`, and what the customer may tap. None: it is still asked.

    Raises OSError.
    """
    run = read_dry_run(job)
    if not run["finished"]:
        return None
    result = run["answer"] or {}
    items = (result.get("choices") or {}).get("items") or []
    return {
        **answer_of(run),
        "sent": "\n".join(["\n\n".join(run["sent"]), *(f"[{item['title']}]" for item in items)]).strip(),
        "calls": calls_of(result.get("trace")),
        "messages": len(run["sent"]),
    }


def calls_of(trace: list[dict[str, Any]] | None) -> list[Call]:
    """The calls of a trace, without its notes."""
    names = ("tool", "arguments", "would", "asks")
    return [
        {name: call[name] for name in names if name in call}  # type: ignore[misc]
        for call in trace or []
        if call["tool"] != "(note)"
    ]


def reply_then(row: dict[str, Any]) -> Reply:
    """What was answered: a row of the SQL function running_replayed."""
    return Reply(
        outcome=row["outcome"],
        said=row["said"] or "",
        citations=row["citations"] or [],
        calls=calls_of(row["trace"]),
        messages=row["messages"],
        cost_usd=float(row["cost_usd"]),
    )


def reply_now(answer: dict[str, Any]) -> Reply:
    """What would be answered: as read_again returns it."""
    return Reply(
        outcome=answer["outcome"],
        said=answer["sent"] or answer["said"],
        citations=answer["citations"],
        calls=answer["calls"],
        messages=answer["messages"],
        cost_usd=float(answer["usage"].get("cost_usd") or 0),
    )
