# no_postinstall
# requirements: media
"""Step 1 of a turn: from Meta's payload to everything that the model needs to answer.

In: the `entry` of Meta's envelope with one message, passed as a JSON string so that Windmill does not resolve $var: references inside it.
A dry run may also name a `version` of the chatbot's settings ('draft', or a number), and be given the `history` of its conversation, a JSON
string of [{role, text}], in place of what is in the database. Or it takes a past turn again, `replay` by its id: with its conversation, its clock
and what its tools said then.
Out: a Context (f/common/shapes.py). `version` in it: of a dry run, or which one a share of the customers has, where this one is in it.
Ends the flow early, with the reason, when there is nothing to answer: another turn is active, the message is answered already, the contact
is with a human or blocked, the message asks nothing (a reaction, an edit), or no chatbot has this number. Fetches the files that came with
the messages: voice notes become words, other files attachments; for a file that can't be used the chatbot has words. Where the flow ends early,
files are fetched for the staff all the same. Words of the staff that waited for the customer to write go out first.
Fails only when the database is not available or the payload is not a message.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from f.agent.history import past, said_before, utterances
from f.agent.turn import Turn
from f.common.database import Database
from f.common.failures import contain_errors
from f.common.windmill import run_id
from f.common.windmill_references import escape_references

if TYPE_CHECKING:
    from f.common.shapes import Context, Mode, Resources

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
c_llm = dict[str, Any]
FILES = {"image", "audio", "document", "video", "sticker"}
# Of these kinds a message says something. Beside one that does, words such as "[unsupported]" would only be searched for.
TELLING = {
    "text",
    "button",
    "interactive",
    "image",
    "video",
    "document",
    "audio",
    "location",
    "contacts",
    "order",
}


@contain_errors
def main(
    entry: list[Any] | str,
    db: postgresql,
    whatsapp: c_whatsapp,
    llm: c_llm,
    master_key: str,
    object: str = "whatsapp_business_account",
    mode: Mode = "live",
    version: str = "",
    history: str = "",
    replay: str = "",
) -> Context:
    if mode not in ("live", "dry_run"):  # a typo must not send real messages
        raise ValueError("mode is live or dry_run")
    if mode == "live" and (version or history or replay):
        raise ValueError("version, history and replay are for dry runs")
    incoming = read_entry(entry, object)
    resources: Resources = {"whatsapp": whatsapp, "llm": llm, "master_key": master_key}
    with Database.open(db) as database:
        if mode == "live":
            decide_by_tap(database, incoming)
        received = receive(database, incoming) if mode == "live" else {}
        if received.get("released"):
            from f.whatsapp.retries import send_released

            send_released(database, resources, received["contact_id"])
        live = mode == "live"
        opened = open_turn(database, incoming, received) if live else peek(database, incoming, replay)
        context: Context = {"mode": mode, "phone_number_id": incoming.phone_number_id}
        if version:
            context["version"] = str(version)
        if opened["status"] == "ended":
            if mode == "live" and incoming.message.get("type") in FILES and opened.get("contact_id"):
                from f.agent.missed_files import fetch_missed

                fetch_missed(database, resources, opened["contact_id"])
            return escape_references({**context, "message_ids": [incoming.id], **opened})
        turn = Turn(database, {**context, **opened}, resources)  # type: ignore[typeddict-item]
        messages = read_conversation(turn, incoming)
        if history:
            turn.context["history"] = said_before(json.loads(history), turn.settings.history_tokens)
        if setting := opened.get("say"):
            turn.context["say"] = turn.say(setting)
        answer_taps(turn, messages)
        files: list[dict[str, Any]] = []
        if mode == "live" and any(m["kind"] in FILES for m in messages):
            files = take_in(turn, messages)
            read_conversation(turn, incoming)  # again: a voice note has words now
        notice = received.get("preface")
        if (files or notice) and not turn.context.get("say"):
            from f.whatsapp.media import file_outcome

            replies = turn.settings.canned_replies
            turn.context.update(file_outcome(turn.context, replies, notice, files))  # type: ignore[typeddict-item]
    return escape_references(turn.context)


class Incoming(NamedTuple):
    """The message that this run answers. `payload`: Meta's envelope as the SQL functions take it, a JSON text."""

    id: str
    phone_number_id: str
    message: dict[str, Any]
    payload: str


def read_entry(entry: list[Any] | str, kind: str) -> Incoming:
    """The one message of an `entry`. `kind`: the envelope's `object`. Raises ValueError where it is not exactly one."""
    text = entry if isinstance(entry, str) else json.dumps(entry)
    changes = json.loads(text)
    try:
        (change,) = changes[0]["changes"]
        (message,) = change["value"]["messages"]
        number = change["value"]["metadata"]["phone_number_id"]
        fits = len(changes) == 1 and number and message["id"]
    except (KeyError, TypeError, IndexError, ValueError):
        fits = False
    if not fits:
        raise ValueError(
            "entry must be Meta's envelope with exactly one message; the ingress splits what Meta delivers"
        )
    payload = f'{{"object": {json.dumps(kind)}, "entry": {text}}}'
    return Incoming(str(message["id"]), str(number), message, payload)


def receive(database: Database, incoming: Incoming) -> dict[str, Any]:
    """Records the contact. In the result, `end` says why the message asks nothing, `preface` for which situation the chatbot has words first."""
    received: dict[str, Any] = database.value(
        "select receive_message(%s, %s)", incoming.phone_number_id, incoming.payload
    )
    return received


def open_turn(database: Database, incoming: Incoming, received: dict[str, Any]) -> dict[str, Any]:
    """Opens the turn in PostgreSQL, which alone decides whether this run may answer. A message that asks nothing ends here."""
    ids = [incoming.phone_number_id, incoming.id, run_id()]
    opened: dict[str, Any]
    if received.get("end"):
        opened = database.value(
            "select end_received(%s, %s, %s, %s, %s)", *ids, received["contact_id"], received["end"]
        )
        return opened
    who = [received.get("phone"), received.get("user_id"), received.get("name")]
    opened = database.value("select open_turn(%s, %s, %s, %s, %s, %s, %s)", *ids, *who, incoming.payload)
    return opened


def decide_by_tap(database: Database, incoming: Incoming) -> None:
    """A tap of the staff on Approve or Decline counts at once, whatever becomes of the message."""
    from f.whatsapp.approval_notice import is_tap

    if is_tap(incoming.message):
        database.value("select tap_approval(%s, %s)", incoming.phone_number_id, incoming.payload)


def answer_taps(turn: Turn, messages: list[dict[str, Any]]) -> None:
    """What the staff read after their taps. One that was merged into this turn has no run of its own: it counts here."""
    from f.whatsapp.approval_notice import is_tap, tap_answer

    taps = [m["message_id"] for m in messages if turn.context["mode"] == "live" and is_tap(m["message"])]
    if not taps:
        return
    rows = turn.db.rows(
        "select tap_approval(phone_number_id, payload) as decision from inbound_messages"
        " where phone_number_id = %s and message_id = any(%s) order by seq",
        turn.phone_number_id,
        taps,
    )
    said = [tap_answer(r["decision"], turn.settings.languages) for r in rows if r["decision"]]
    if said:
        turn.context["say" if len(said) == len(messages) else "preface"] = "\n\n".join(said)


def peek(database: Database, incoming: Incoming, replay: str) -> dict[str, Any]:
    """The conversation that a dry run asks in. Writes nothing."""
    opened: dict[str, Any]
    if replay:
        opened = database.value("select replayed_turn(%s, %s)", incoming.phone_number_id, replay)
        return opened
    names = [incoming.message.get("from_user_id"), incoming.message.get("from")]
    opened = database.value(
        "select find_conversation(%s, %s)", incoming.phone_number_id, [str(name) for name in names if name]
    )
    return opened


MESSAGES = (
    "select message_id, message, message ->> 'type' as kind, message_words(payload) as words, is_decision(message_id) as decision"
    " from inbound_messages, message_of(payload) message where turn_id = %s order by seq"
)


def read_conversation(turn: Turn, incoming: Incoming) -> list[dict[str, Any]]:
    """Puts into the context what the model is to know; returns the turn's messages.

    The decision of a person about a tool's call is no message; alone, it is about what the customer had asked then.
    """
    contact = turn.context.get("contact_id")
    messages, people, before = turn.db.batch(
        (MESSAGES, [turn.context.get("turn_id")]),
        ("select name, language, lead from contacts where id = %s", [contact]),
        past(contact, incoming.id),  # a past message is taken again with the history of then
    )
    decided = any(m["decision"] for m in messages)
    messages = [m for m in messages if not m["decision"]]
    words = [m["words"] for m in messages if m["kind"] in TELLING] or [m["words"] for m in messages]
    if decided:
        turn.context["decisions"] = True
    if decided and not messages:
        rows = turn.db.rows("select question from decisions_of_turn(%s)", turn.id)
        words = [row["question"] or "" for row in rows[-1:]]
    elif not words:  # a dry run
        words = [turn.db.value("select message_words(%s)", incoming.payload)]
    turn.context.update(
        {
            "message_ids": [m["message_id"] for m in messages],
            # What was heard is the question; what it was is for the log.
            "question": "\n".join(
                text.removeprefix("[voice note] ").removeprefix("[audio] ") for text in words
            ),
            "by_voice": bool(messages) and is_voice_note(messages[-1]["message"]),
            "history": utterances(before, turn.settings.history_tokens),
            "chatbot": turn.settings.in_context(),
            "contact": people[0] if people else {"name": None, "language": None, "lead": {}},  # type: ignore[typeddict-item]
        }
    )
    return messages


def is_voice_note(message: dict[str, Any]) -> bool:
    sound = message.get("audio") if message.get("type") == "audio" else None
    return isinstance(sound, dict) and sound.get("voice") is True


def take_in(turn: Turn, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Shows the customer that the message is read, and fetches the files that came with it. Returns message_id, kind and problem of each."""
    api = turn.graph_api()
    if api is None:
        return []  # send_reply says what is missing
    typing = api.keep_typing(messages[-1]["message_id"], most_s=60)
    try:
        from f.whatsapp import media  # only here: most messages are text

        return media.take_in(turn, messages, api)
    finally:
        typing.set()
