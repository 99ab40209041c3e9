# requirements: database
"""Asks the chatbot a question without a customer: starts the chat flow as a dry run, and reads its result. A module of the portal's scripts.

The run's ID is stored with its tenant, and a tenant can read the results of its own runs only.
"""

from __future__ import annotations

import uuid
from typing import Any

from psycopg.types.json import Jsonb

from f.common.chatbot_settings import DRAFT, OPERATOR, fitting
from f.common.database import Connection, as_tenant, one
from f.common.dry_run import dry_run_of, read_dry_run
from f.common.portal_request import EDITORS, Fields, Member, NotAllowed, Refused, not_found, text_field
from f.common.problems import message
from f.common.windmill import FLOW, start_flow
from f.portal_api import qa_drafts
from f.portal_api.version_settings import settings_at, version_field

MOST_SAID = 40  # messages of the conversation so far


def chosen_version(conn: Connection, member: Member, fields: Fields) -> str:
    """Which settings a dry run takes: '' what is live, 'draft', or a version's number. An editor who names none has the draft; others have
    what is live. Refused where one of its values no longer fits. The draft goes with the business's drafted Q&A pairs, once they are read."""
    if member["role"] not in EDITORS:
        if version_field(fields, "version"):
            raise NotAllowed("role")
        return ""
    version = version_field({"version": DRAFT, **fields}, "version")
    if not version:
        return ""
    with as_tenant(conn, member["tenant_id"]):
        number = first_chatbot(conn, text_field(fields, "phone_number_id"))
        with_pairs = version == DRAFT and qa_drafts.refuse_unread(conn)
        live, settings = (settings_at(conn, number, at) for at in ("", version))
    other = {name: value for name, value in settings.items() if name not in live or live[name] != value}
    _, problems = fitting(other, OPERATOR)
    if problems and version != DRAFT:
        raise Refused("version_unfit", number=int(version), problem=problems[0].message)
    if problems:
        raise Refused("draft_unfit", problem=problems[0].message)
    return "" if version == DRAFT and not other and not with_pairs else version


def history_field(fields: Fields) -> list[dict[str, str]]:
    """What was said before in the preview: [{role, text}], oldest first."""
    history = fields.get("history") or []
    if not isinstance(history, list) or not all(isinstance(said, dict) for said in history):
        raise Refused("bad_request")
    said = [{"role": text_field(s, "role", 10), "text": text_field(s, "text", 20_000)} for s in history]
    if any(each["role"] not in ("user", "assistant") for each in said):
        raise Refused("bad_request")
    return said[-MOST_SAID:]


def first_chatbot(conn: Connection, phone_number_id: str) -> str:
    """The chatbot of this number, '' the tenant's first one. Call it in the tenant's transaction."""
    bot = conn.execute(
        b"select phone_number_id from chatbots where %s in ('', phone_number_id) order by created_at, phone_number_id limit 1",
        [phone_number_id],
    ).fetchone()
    if bot is None:
        raise not_found()
    return str(bot["phone_number_id"])


def start(
    conn: Connection,
    member: Member,
    question: str,
    phone_number_id: str = "",
    purpose: str = "preview",
    version: str = "",
    history: list[dict[str, str]] | None = None,
) -> str:
    """Starts a dry run of a question at one of the tenant's chatbots (the first, if none is named); returns the run's ID. `version`: whose
    settings count, '' those that are live. `history`: what was said before."""
    with as_tenant(conn, member["tenant_id"]):
        number = first_chatbot(conn, phone_number_id)
    run = str(uuid.uuid4())
    with as_tenant(conn, member["tenant_id"]):
        # Before it starts, because its last step counts what it cost.
        most = one(conn, "select begin_dry_run(%s, %s, %s, %s)", [run, purpose, question, member["email"]])
    if most is not None:
        raise Refused("previews_per_hour", most=most)
    dry_run = dry_run_of(number, question, version, history or None)
    return start_flow(FLOW, dry_run, run)


def result(conn: Connection, member: Member, run: str) -> dict[str, Any]:
    """{"finished": False, "step"}, or the answer with its citations and tool calls, or `problem`: why there is no answer.

    `problem` is a code with values, or the agent's own words.
    """
    with as_tenant(conn, member["tenant_id"]):
        if not conn.execute(b"select from portal_runs where id = %s", [run]).rowcount:
            raise not_found()
    try:
        found = read_dry_run(run)
    except OSError as error:
        raise Refused("run_unavailable", detail=type(error).__name__) from None
    answer = found.get("answer")
    if not found["finished"]:
        return found
    if answer is None:
        return {
            "finished": True,
            "answered": False,
            "reply": [],
            "problem": found["ended"] or message("run_failed"),
        }
    with as_tenant(conn, member["tenant_id"]):
        cited = one(conn, "select with_documents(%s)", [Jsonb(answer["citations"])]) or []
    return {
        "finished": True,
        "answered": answer["answered"],
        "reply": found["sent"] or [answer["reply"]],
        "citations": cited,
        "tools": [
            {key: call[key] for key in ("tool", "error", "ms", "asks") if key in call}
            for call in answer["trace"]
        ],
        "ms": found["ms"],
        "version": answer.get("version"),
        "pairs_version": answer.get("pairs_version"),
        "problem": answer.get("error"),
    }
