# requirements: whatsapp
"""Handles a failed step: tells the customer in the chatbot's words, closes the turn, alerts the operator. If the chatbot's setting
handoff_on_failure is on, it hands the conversation to a human, notifies the tenant's people, and the customer reads the words for that.

In: Windmill's `error` ({name, message, stack?, step_id}). Out: what was done, for the run's page.
A step that ended in Overtaken, because a newer copy of it has begun, is no failure of the turn: the conversation goes to a new run, quietly.
Windmill does not call this script for a cancelled run: the recovery schedule covers that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from f.agent.turn import Turn
from f.common.database import Database, Overtaken
from f.common.dispatch import dispatch
from f.common.failures import contain_errors
from f.common.windmill import run_id
from f.whatsapp.outbox import queue_parts, send_part

if TYPE_CHECKING:
    from f.common.shapes import Context, Resources

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
c_settings = dict[str, Any]
STEP = 9  # after every step of the flow: a late copy of one of them can't begin any more


@contain_errors
def main(
    error: dict[str, Any],
    db: postgresql,
    whatsapp: c_whatsapp,
    settings: c_settings,
    master_key: str,
    job_id_key: str,
    mode: str = "live",
) -> dict[str, Any]:
    reason = f"{error.get('step_id')}: {error.get('name')}: {error.get('message')}"[:1000]
    if mode == "dry_run":
        return {"error": reason, "alerted": alert(settings, reason, master_key)}
    resources: Resources = {"whatsapp": whatsapp, "settings": settings, "master_key": master_key}
    with Database.open(db) as database:
        context = database.value("select find_turn(%s)", run_id())
        if error.get("name") == Overtaken.__name__:
            if context:
                database.value("select requeue_turn(%s)", context["turn_id"])
            started = dispatch(database, job_id_key, contact_id=context["contact_id"]) if context else []
            return {
                "error": reason,
                "turn": "a newer attempt has it, or a new run gets it",
                "started": started,
            }
        done: dict[str, Any] = {"error": reason, "alerted": alert(settings, reason, master_key)}
        if not context:
            return {
                **done,
                "turn": "none was open: the recovery schedule dispatches the message again",
            }
        turn = Turn(database, context, resources)
        done["customer"] = release(turn, reason, "failed")
        done["started"] = dispatch(database, job_id_key, contact_id=context["contact_id"])
        done["trace_id"] = turn.db.value("select turn_trace(%s)", turn.id)
    return {**done, "turn_id": context["turn_id"], "contact_id": context["contact_id"]}


def release(turn: Turn, reason: str, outcome: str) -> str:
    """Tells the customer and closes the turn, even if telling fails. Returns what became of the words.

    Where the words of a handoff were written before the step failed, they are what the customer reads: the outcome is that."""
    try:
        turn.begin(STEP)
        sent_words = tell(turn, words_for(turn, reason))
        if turn.context.get("replied") and turn.context.get("handed_off"):
            outcome = "handed_off"
    except Overtaken:
        raise  # a newer copy of this step is telling: it must not be cut off
    except Exception as problem:  # telling is best effort; the conversation must be released all the same
        sent_words = f"not told: {problem}"
    turn.begin(STEP)
    turn.close("failed", outcome, {"question": turn.context["question"], "error": reason})
    return sent_words


def words_for(turn: Turn, reason: str) -> str:
    """What was decided about a tool's call, where the turn answers that; '' where it answers nothing else, and a later turn makes the call.

    Else the chatbot's words for the failure; those for a handoff where a human takes over after one and no reply is written yet."""
    if turn.context.get("decisions") and not turn.context.get("replied"):
        from f.agent.decision_words import read_decisions, words_of

        words = words_of(turn, read_decisions(turn))
        if words or not turn.context["question"]:
            return words
    if not turn.context["chatbot"].get("handoff_on_failure") or turn.context.get("replied"):
        return failure_words(turn.context)
    try:
        words = turn.handoff_words()
        turn.hand_off("failure", reason)
    except Overtaken:
        raise
    except Exception as problem:  # the customer reads of the failure, whatever it is that failed
        print(f"not handed off: {type(problem).__name__}: {problem}")
        words = ""
    return words or failure_words(turn.context)


def failure_words(context: Context) -> str:
    """The chatbot's words for it, in the language of the contact, as it was when the customer last wrote."""
    from f.agent.language import in_language

    return in_language(context, context["chatbot"]["failure_message"])


def tell(turn: Turn, words: str) -> str:
    """Sends these words, if there are any, unless a reply is written already: then what is left of that."""
    contents = [{"type": "text", "text": {"body": words, "preview_url": False}}] if words else []
    count = queue_parts(turn, contents)
    api = turn.graph_api()
    if api is None:
        return "not told: the tenant has no WhatsApp access token"
    sent = [part for part in range(1, count + 1) if send_part(turn, part, api)]
    return f"{len(sent)} of {count} parts are out"


def alert(settings: c_settings, reason: str, master_key: str) -> bool:
    """Tells the operator's webhook."""
    from f.whatsapp.alerts import alert_operator

    return alert_operator(settings, master_key, f"A turn failed: {reason}")
