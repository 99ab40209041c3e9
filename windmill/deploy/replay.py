"""Takes a past turn, or a day of them, through the current bot, its draft, or a version of it, and shows old and new side by side.

.venv/bin/python windmill/deploy/replay.py --help

Each runs as the flow f/chatbot/whatsapp_message with mode dry_run: nothing is sent, nothing is written. The database is read as its
administrator (DATABASE_URL); Windmill is asked with WINDMILL_URL, WINDMILL_WORKSPACE and WINDMILL_TOKEN. What the environment lacks is taken
from .env.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from deploy.bootstrap import DeployError, Server
from deploy.environment import add_env_file, load, missing

from f.common.windmill import FLOW

NEEDED = ("DATABASE_URL", "WINDMILL_URL", "WINDMILL_WORKSPACE", "WINDMILL_TOKEN")
PATIENCE_S = 700


def past_turns(
    conn: psycopg.Connection[Any], turn: str | None, day: date | None, limit: int
) -> list[dict[str, Any]]:
    """The turns to take again, oldest first."""
    start = datetime.combine(day, datetime.min.time(), UTC) if day else None
    query = b"select * from turns_to_replay(%s::timestamptz, %s::timestamptz, %s::uuid, %s)"
    rows = conn.execute(query, [start, start and start + timedelta(days=1), turn, limit]).fetchall()
    return [row for row in rows if row["payload"]]


def envelope(turn: dict[str, Any]) -> dict[str, Any]:
    """The message that opened the turn. One that answered several messages is asked all of their words."""
    payload: dict[str, Any] = json.loads(turn["payload"].replace("\\u0000", ""))
    message = payload["entry"][0]["changes"][0]["value"]["messages"][0]
    if message.get("type") == "text" and turn["question"]:
        message["text"]["body"] = turn["question"]
    return payload


def run(server: Server, payload: dict[str, Any], version: str = "", turn_id: str = "") -> dict[str, Any]:
    """The AgentResult of a dry run, with the texts that would be sent. `turn_id`: the past turn that it takes again."""
    body = {**payload, "mode": "dry_run", "version": version, "replay": turn_id}
    job = server.call("POST", f"jobs/run/f/{FLOW}", body).text.strip().strip('"')
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = server.call("GET", f"jobs_u/get/{job}").json()
        if found.get("type") == "CompletedJob":
            break
        if time.monotonic() > deadline:
            raise DeployError(f"run {job} did not end within {PATIENCE_S} s")
        time.sleep(0.2)
    steps = {m["id"]: m.get("job") for m in (found.get("flow_status") or {}).get("modules") or []}
    if not found.get("success") or not steps.get("agent_loop"):
        return {
            "reply": f"(no answer: {json.dumps(found.get('result'))[:300]})",
            "trace": [],
            "usage": {},
            "citations": [],
        }
    results = {
        name: server.call("GET", f"jobs_u/completed/get_result/{steps[name]}").json()
        for name in ("agent_loop", "send_reply")
        if steps.get(name)
    }
    sent = (results.get("send_reply") or {}).get("would_send") or []
    return {**results["agent_loop"], "sent": "\n\n".join(map(str, sent))}


def places(citations: Any) -> list[dict[str, Any]]:
    """Without the document's id and the passages' marks: a document that was read again, or on another server, has others."""
    return [{name: c[name] for name in c if name not in ("id", "passages")} for c in citations or []]


def compared(turn: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Old and new, and in what they differ."""
    old_usage, usage = turn["usage"] or {}, new.get("usage") or {}

    def tools(trace: Any) -> list[str]:
        return [c["tool"] for c in trace or [] if c["tool"] != "(note)"]

    def tokens(used: dict[str, Any]) -> int:
        return int(used.get("input_tokens") or 0) + int(used.get("output_tokens") or 0)

    old: dict[str, Any] = {
        "reply": turn["reply"] or "",
        "outcome": turn["outcome"],
        "tools": tools(turn["trace"]),
        "citations": places(turn["citations"]),
        "tokens": tokens(old_usage),
        "cost_usd": old_usage.get("cost_usd"),
    }
    outcome = "failed" if new.get("error") else "handed_off" if new.get("handed_off") else None
    now: dict[str, Any] = {
        "reply": new.get("sent") or new["reply"],
        "outcome": outcome or ("answered" if new.get("answered") else "unanswered"),
        "tools": tools(new.get("trace")),
        "citations": places(new.get("citations")),
        "tokens": tokens(usage),
        "cost_usd": usage.get("cost_usd"),
    }
    return {
        "turn_id": str(turn["turn_id"]),
        "question": turn["question"],
        "old": old,
        "new": now,
        "differs": [key for key in old if old[key] != now[key]],
    }


def show(pair: dict[str, Any], width: int = 60) -> None:
    """Two columns for people."""
    print(f"\nturn {pair['turn_id']}: {pair['question']}")
    print(f"{'':13}{'old':{width}}  new")
    for key in pair["old"]:
        left, right = _lines(pair["old"][key], width), _lines(pair["new"][key], width)
        for number in range(max(len(left), len(right))):
            label = f"{'*' if key in pair['differs'] else ' '} {key}" if not number else ""
            first = left[number] if number < len(left) else ""
            print(f"{label:13}{first:{width}}  {right[number] if number < len(right) else ''}")


def _lines(value: Any, width: int) -> list[str]:
    import textwrap

    if isinstance(value, list):
        value = ", ".join(_source(v) if isinstance(v, dict) else v for v in value)
    return [line for part in str(value).splitlines() for line in textwrap.wrap(part, width)] or ["-"]


def _source(citation: dict[str, Any]) -> str:
    page = f"p. {citation['page']}" if citation.get("page") else None
    return " ".join(filter(None, [citation["document"], page, citation.get("url")]))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--turn", help="the id of one turn")
    which.add_argument("--day", type=date.fromisoformat, help="all turns of a day, UTC, such as 2026-11-22")
    parser.add_argument("--limit", type=int, default=500, help="at most so many turns (default: 500)")
    parser.add_argument(
        "--version", default="", help="whose settings count: draft, or a number (default: live)"
    )
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    add_env_file(parser)
    arguments = parser.parse_args()
    load(arguments.env_file)
    if problem := missing(NEEDED, arguments.env_file):
        print(problem, file=sys.stderr)
        return 2
    server = Server(*(os.environ[name] for name in ("WINDMILL_URL", "WINDMILL_TOKEN", "WINDMILL_WORKSPACE")))
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row) as conn:
            turns = past_turns(conn, arguments.turn, arguments.day, arguments.limit)
        if not turns:
            print("there is no such turn, or its message is no longer kept", file=sys.stderr)
            return 1
        pairs = []
        for turn in turns:
            pairs.append(compared(turn, run(server, envelope(turn), arguments.version, str(turn["turn_id"]))))
            show(pairs[-1])
    except (psycopg.Error, DeployError) as error:
        print(f"Replay stopped: {str(error).strip()}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    changed = sum("reply" in pair["differs"] for pair in pairs)
    print(f"\n{len(pairs)} turns, {changed} with another reply")
    if arguments.json:
        arguments.json.write_text(json.dumps(pairs, ensure_ascii=False, indent=1, default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main())
