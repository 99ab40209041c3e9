# no_postinstall
# requirements: media
"""Fetches files for the staff that no turn took in: what customers send while a person has the conversation, or the bot is off or closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from f.agent.turn import Turn

if TYPE_CHECKING:
    from f.common.database import Database
    from f.common.shapes import Context, Resources


def fetch_missed(
    database: Database, resources: Resources, contact_id: str | None = None, most: int = 5
) -> dict[str, int]:
    """Fetches what is due, of one contact or of all tenants; how many files, by what became of them.

    `resources`: whatsapp, llm, master_key. A file that can't be fetched now stays due: the SQL function claim_files says how often.
    """
    done: dict[str, int] = {}
    for missed in database.rows("select * from claim_files(%s, %s)", most, contact_id):
        try:
            outcome = _fetch(_turn(database, resources, missed), missed)
        except Exception as problem:  # one tenant's key or vendor must not keep the others from their files
            print(f"a message's {missed['kind']} was not fetched: {type(problem).__name__}: {problem}")
            outcome = "failed"
        done[outcome] = done.get(outcome, 0) + 1
    return done


def _fetch(turn: Turn, missed: dict[str, Any]) -> str:
    from f.whatsapp import media

    api = turn.graph_api()
    return (media.fetch_missed(turn, missed, api) or "fetched") if api else "no token"


def _turn(database: Database, resources: Resources, missed: dict[str, Any]) -> Turn:
    """The conversation as far as hearing a voice note needs it: no turn is open."""
    context: Context = {
        "mode": "live",
        "tenant_id": str(missed["tenant_id"]),
        "contact_id": str(missed["contact_id"]),
        "phone_number_id": missed["phone_number_id"],
        "question": "",
        "history": [],
    }
    turn = Turn(database, context, resources)
    contact = turn.db.row("select name, language, lead from contacts where id = %s", context["contact_id"])
    context["chatbot"] = turn.settings.in_context()
    context["contact"] = contact or {"name": None, "language": None, "lead": {}}  # type: ignore[typeddict-item]
    return turn
