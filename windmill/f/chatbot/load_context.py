# requirements:
# psycopg[binary]==3.3.9
"""Step 1 of a turn: from Meta's payload to everything that the model needs to answer.

In: the `entry` of Meta's envelope with one message. Out: a Context (f/common/shapes.py).
Ends the flow early, with the reason, when there is nothing to answer: another turn is active, the message is answered already, the contact
is with a human or blocked, no chatbot has this number. Fails only when the database can't be reached or the payload is not a message.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from f.common.database import Connection, as_tenant, connect, one
from f.common.references import inert
from f.common.windmill import run_id

if TYPE_CHECKING:
    from f.common.shapes import Context, Mode, Utterance

postgresql = dict[str, Any]
# UTF-8 bytes over 2.8 was an upper bound of the token count on every passage of six languages.
BYTES_PER_TOKEN = 2.8


def main(
    entry: list[Any], db: postgresql, object: str = "whatsapp_business_account", mode: Mode = "live"
) -> Context:
    value, message = the_message(entry)
    phone_number_id = str(value["metadata"]["phone_number_id"])
    payload = json.dumps({"object": object, "entry": entry})
    with connect(db) as conn:
        if mode == "dry_run":
            opened = peek(conn, phone_number_id, message)
        else:
            opened = open_turn(conn, phone_number_id, value, message, payload)
        if opened["status"] == "ended":
            return inert(
                {"mode": mode, "phone_number_id": phone_number_id, "message_ids": [message["id"]], **opened}
            )
        with as_tenant(conn, opened["tenant_id"]):
            context = read_context(conn, phone_number_id, opened, payload)
    return inert({"mode": mode, "phone_number_id": phone_number_id, **opened, **context})


def the_message(entry: list[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The `value` of the change and its one message."""
    try:
        (change,) = entry[0]["changes"]
        (message,) = change["value"]["messages"]
        value = change["value"]
        if len(entry) == 1 and value["metadata"]["phone_number_id"] and message["id"]:
            return value, message
    except (KeyError, TypeError, IndexError, ValueError):
        pass  # said below, in the same words for every shape that does not fit
    raise ValueError(
        "entry must be Meta's envelope with exactly one message; the ingress splits what Meta delivers"
    )


def open_turn(
    conn: Connection, phone_number_id: str, value: dict[str, Any], message: dict[str, Any], payload: str
) -> dict[str, Any]:
    """Opens the turn in PostgreSQL, which alone decides whether this run may answer."""
    person = next((c for c in value.get("contacts") or [] if isinstance(c, dict)), {})
    opened: dict[str, Any] = one(
        conn,
        "select open_turn(%s, %s, %s, %s, %s, %s, %s)",
        [
            *(phone_number_id, message["id"], run_id()),
            *(message.get("from"), message.get("from_user_id") or person.get("user_id")),
            *((person.get("profile") or {}).get("name"), payload),
        ],
    )
    return opened


def peek(conn: Connection, phone_number_id: str, message: dict[str, Any]) -> dict[str, Any]:
    """Who would be answered, for a dry run: finds, writes nothing."""
    found: dict[str, Any] = one(
        conn,
        "select find_conversation(%s, %s)",
        [phone_number_id, [x for x in (message.get("from_user_id"), message.get("from")) if x]],
    )
    return found


def read_context(
    conn: Connection, phone_number_id: str, opened: dict[str, Any], payload: str
) -> dict[str, Any]:
    """What the model is to know, read as the tenant."""
    turn, contact = opened.get("turn_id"), opened.get("contact_id")
    messages = conn.execute(
        b"select message_id, message_words(payload) as words from inbound_messages where turn_id = %s order by seq",
        [turn],
    ).fetchall() or [{"message_id": None, "words": one(conn, "select message_words(%s)", [payload])}]
    chatbot = conn.execute(
        b"select name, persona, system_prompt, provider, model, languages, dont_know, failure_message, show_citations,"
        b" max_rounds, max_seconds, history_tokens from chatbots where phone_number_id = %s",
        [phone_number_id],
    ).fetchone()
    assert chatbot is not None, "open_turn found it in the same database"
    person = conn.execute(b"select name, language, lead from contacts where id = %s", [contact]).fetchone()
    return {
        "message_ids": [m["message_id"] for m in messages if m["message_id"]],
        "question": "\n".join(m["words"] for m in messages),
        "history": history(conn, contact, chatbot.pop("history_tokens")),
        "chatbot": chatbot,
        "contact": person or {"name": None, "language": None, "lead": {}},
    }


def history(conn: Connection, contact: str | None, budget_tokens: int) -> list[Utterance]:
    """The newest whole turns that fit the budget, oldest first. What doesn't fit stays in the database."""
    rows = conn.execute(
        b"select coalesce(turn_id::text, 'message ' || id) as turn, direction, body from conversation_logs"
        b" where contact_id = %s order by id desc limit 200",
        [contact],
    ).fetchall()
    turns: dict[str, list[Utterance]] = {}
    for row in reversed(rows):
        role: Literal["user", "assistant"] = "user" if row["direction"] == "in" else "assistant"
        turns.setdefault(row["turn"], []).append({"role": role, "text": row["body"]})
    kept: list[Utterance] = []
    for turn in reversed(turns.values()):
        budget_tokens -= sum(int(len(u["text"].encode()) / BYTES_PER_TOKEN) + 4 for u in turn)
        if budget_tokens < 0:
            break
        kept = turn + kept
    return kept
