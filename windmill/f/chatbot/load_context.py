# no_postinstall
# requirements:
# psycopg[binary]==3.3.9
# cryptography==50.0.2
# httpx2==2.16.2
# openai==3.54.0
# google-genai==3.4.0
# charset-normalizer==3.5.2
# pypdfium2==5.15.2
# tiktoken==0.14.0
# openpyxl==3.1.5
# python-docx==1.2.0
# python-pptx==1.0.2
# selectolax==1.0.2
# pillow==13.0.0
# olefile==0.47
# pillow-heif==1.8.1
# striprtf==0.0.35
# lxml==6.1.3
"""Step 1 of a turn: from Meta's payload to everything that the model needs to answer.

In: the `entry` of Meta's envelope with one message, as the flow hands it on a JSON text, in which no worker looks for references.
Out: a Context (f/common/shapes.py).
Ends the flow early, with the reason, when there is nothing to answer: another turn is active, the message is answered already, the contact
is with a human or blocked, it asks nothing (a reaction, an edit), no chatbot has this number. What came with the messages is fetched and
understood here: voice notes become words, files become attachments, and what can't be used is told in the chatbot's words.
Fails only when the database can't be reached or the payload is not a message.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from f.agent.history import past, utterances
from f.common.database import Connection, ask, connect, one
from f.common.references import escape_references
from f.common.windmill import run_id

if TYPE_CHECKING:
    from f.common.shapes import Context, Mode

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
c_llm = dict[str, Any]
FILES = {"image", "audio", "document", "video"}


def main(
    entry: list[Any] | str,
    db: postgresql,
    whatsapp: c_whatsapp,
    llm: c_llm,
    master_key: str,
    object: str = "whatsapp_business_account",
    mode: Mode = "live",
) -> Context:
    if mode not in ("live", "dry_run"):  # a slip of the pen must not send
        raise ValueError("mode is live or dry_run")
    entry = json.loads(entry) if isinstance(entry, str) else entry
    value, message = the_message(entry)
    phone_number_id = str(value["metadata"]["phone_number_id"])
    payload = json.dumps({"object": object, "entry": entry})
    known: dict[str, Any] = {"mode": mode, "phone_number_id": phone_number_id}
    with connect(db) as conn:
        noted: dict[str, Any] = {}
        if mode == "dry_run":
            opened = peek(conn, phone_number_id, message)
        else:
            noted = one(conn, "select receive_message(%s, %s)", [phone_number_id, payload])
            opened = open_turn(conn, phone_number_id, noted, message, payload)
        if opened["status"] == "ended":
            return escape_references({**known, "message_ids": [str(message["id"])], **opened})
        files: list[dict[str, Any]] = []
        messages, found = read_context(conn, phone_number_id, opened, payload)
        if mode == "live" and any(m["kind"] in FILES for m in messages):
            files = take_in(conn, {**known, **opened}, messages, whatsapp, llm, master_key)  # type: ignore[typeddict-item]
            _, found = read_context(conn, phone_number_id, opened, payload)  # with a voice note's words
        context = {**known, **opened, **found}
        own_words = context["chatbot"].pop("canned_replies")
        if (files or noted.get("preface")) and not context.get("say"):
            from f.whatsapp.media import told

            context |= told(context, own_words, noted.get("preface"), files)
    return escape_references(context)


def take_in(
    conn: Connection,
    context: Context,
    messages: list[dict[str, Any]],
    whatsapp: c_whatsapp,
    llm: c_llm,
    master_key: str,
) -> list[dict[str, Any]]:
    """Shows the customer that the message is read, and fetches what came with it. What is known of each file."""
    from f.whatsapp.graph_api import graph_api  # only here: most messages are text

    api = graph_api(conn, context, whatsapp, master_key)
    if api is None:
        return []  # send_reply says what is missing
    typing = api.keep_typing(messages[-1]["message_id"], most_s=60)
    try:
        from f.whatsapp import media

        return media.take_in(conn, context, messages, api, llm, master_key)
    finally:
        typing.set()


def the_message(entry: list[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The `value` of the change and its one message."""
    try:
        (change,) = entry[0]["changes"]
        (message,) = change["value"]["messages"]
        value = change["value"]
        fits = len(entry) == 1 and value["metadata"]["phone_number_id"] and message["id"]
    except (KeyError, TypeError, IndexError, ValueError):
        fits = False
    if not fits:
        raise ValueError(
            "entry must be Meta's envelope with exactly one message; the ingress splits what Meta delivers"
        )
    return value, message


def open_turn(
    conn: Connection, phone_number_id: str, noted: dict[str, Any], message: dict[str, Any], payload: str
) -> dict[str, Any]:
    """Opens the turn in PostgreSQL, which alone decides whether this run may answer. What asks nothing ends here."""
    opened: dict[str, Any]
    if noted.get("end"):
        opened = one(
            conn,
            "select end_received(%s, %s, %s, %s, %s)",
            [phone_number_id, str(message["id"]), run_id(), noted["contact_id"], noted["end"]],
        )
        return opened
    who = [noted.get("phone"), noted.get("user_id"), noted.get("name")]
    opened = one(
        conn,
        "select open_turn(%s, %s, %s, %s, %s, %s, %s)",
        [phone_number_id, str(message["id"]), run_id(), *who, payload],
    )
    return opened


def peek(conn: Connection, phone_number_id: str, message: dict[str, Any]) -> dict[str, Any]:
    """Who would be answered, for a dry run: finds, writes nothing."""
    found: dict[str, Any] = one(
        conn,
        "select find_conversation(%s, %s)",
        [phone_number_id, [str(x) for x in (message.get("from_user_id"), message.get("from")) if x]],
    )
    return found


MESSAGES = (
    "select message_id, message, message ->> 'type' as kind, message_words(payload) as words"
    " from inbound_messages, message_of(payload) message where turn_id = %s order by seq"
)
CHATBOT = (
    "select name, persona, system_prompt, provider, model, languages, dont_know, failure_message, show_citations,"
    " max_rounds, max_seconds, history_tokens, canned_replies from chatbots where phone_number_id = %s"
)


def read_context(
    conn: Connection, phone_number_id: str, opened: dict[str, Any], payload: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The turn's messages, and what the model is to know."""
    contact = opened.get("contact_id")
    messages, chatbots, people, before = ask(
        conn,
        opened["tenant_id"],
        (MESSAGES, [opened.get("turn_id")]),
        (CHATBOT, [phone_number_id]),
        ("select name, language, lead from contacts where id = %s", [contact]),
        past(contact, replayed(payload)),
    )
    (chatbot,) = chatbots  # open_turn found it in the same database
    words = [m["words"] for m in messages] or [one(conn, "select message_words(%s)", [payload])]
    return messages, {
        "message_ids": [m["message_id"] for m in messages],
        # A voice note's words are the question; what it was is for the log.
        "question": "\n".join(said.removeprefix("[voice note] ") for said in words),
        "history": utterances(before, chatbot.pop("history_tokens")),
        "chatbot": chatbot,
        "contact": people[0] if people else {"name": None, "language": None, "lead": {}},
    }


def replayed(payload: str) -> str:
    """The message's id: a past one is taken again with the history of then."""
    return str(json.loads(payload)["entry"][0]["changes"][0]["value"]["messages"][0]["id"])
