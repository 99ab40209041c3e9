# requirements: whatsapp
"""Step 3 of a turn: sends the reply, each part once.

In: the Context and the AgentResult. Out: a Delivery (f/common/shapes.py).
Every part is a row in the outbox before it is sent (f/whatsapp/outbox.py). A part that can't be sent is `failed`, with its reason in the
result; the step itself fails only when the database is not available, the tenant has no access token, or a newer attempt has taken the turn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from f.agent.turn import Turn
from f.common.database import Database
from f.common.failures import contain_errors
from f.common.windmill_references import escape_references, unescape_references
from f.whatsapp.choices import with_choices
from f.whatsapp.controls import in_words, spoken, text_message, with_controls
from f.whatsapp.formatting import to_whatsapp
from f.whatsapp.outbox import begin_reply, send_part
from f.whatsapp.splitting import split

if TYPE_CHECKING:
    from f.common.shapes import AgentResult, Context, Delivery

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
STEP = 3


@contain_errors
def main(
    context: Context, agent_result: AgentResult, db: postgresql, whatsapp: c_whatsapp, master_key: str
) -> Delivery:
    with Database.open(db) as database:
        turn = Turn(database, unescape_references(context), {"whatsapp": whatsapp, "master_key": master_key})
        contents = reply_contents(
            unescape_references(agent_result),
            turn.context.get("preface"),
            turn.context["chatbot"]["show_citations"],
            lambda: turn.canned_reply("choose"),
            turn.context.get("turn_id") or "dry-run",
        )
        if turn.dry_run:
            return escape_references({"parts": [], "would_send": [in_words(content) for content in contents]})
        if turn.context.get("silent"):
            turn.begin(STEP)
            return {"parts": [], "would_send": []}
        count, api = begin_reply(turn, contents)
        if api is None:
            raise RuntimeError("the tenant has no WhatsApp access token: store one before its bot can answer")
        for part in range(1, count + 1):
            if not send_part(turn, part, api):
                break  # what follows makes no sense without it
        parts = turn.db.rows(
            "select part, state, message_id, error from outbound_messages where turn_id = %s order by part",
            turn.id,
        )
    return escape_references({"parts": parts, "would_send": []})


def reply_contents(
    agent_result: AgentResult,
    preface: str | None,
    show_citations: bool,
    list_label: Callable[[], str],
    turn_id: str = "",
) -> list[dict[str, Any]]:
    """The reply as the Graph API takes it: texts, the last of them with what the customer may tap, what else it carries, then files.

    A reply that is spoken is a voice note in place of the texts, and its sources follow. `list_label`: what opens a list of choices for which
    the model has no words.
    """
    reply = "\n\n".join(filter(None, [preface, agent_result["reply"]]))
    # `#` alone is a heading without words: it would format to nothing. Unformatted it is better than silence.
    texts = split(to_whatsapp(reply)) or split(reply)
    cited = sources(agent_result) if show_citations and agent_result["citations"] else ""
    voice = agent_result.get("voice")
    if cited and not voice:
        texts = [*texts[:-1], *split("\n\n".join([*texts[-1:], cited]))]
    files = [
        {"type": "document", "document": {"knowledge": str(document)}}
        for document in (agent_result.get("documents") or [])[:3]
    ]
    if voice:
        contents = [spoken(voice, "\n\n".join(texts)), *map(text_message, split(cited))]
    else:
        contents = with_choices(texts, agent_result.get("choices"), list_label)
    return [*with_controls(contents, agent_result.get("controls") or [], turn_id), *files]


def sources(agent_result: AgentResult) -> str:
    """The lines under a reply that say where it comes from. An address stands outside of the italics: their mark would become a part of it."""
    cited = agent_result["citations"]
    named = [
        f"{c['document']}, p. {c['page']}" if "page" in c else c["document"] for c in cited if "url" not in c
    ]
    lines = [f"_{'; '.join(named)}_"] if named else []
    for c in cited:
        if "url" in c:
            lines.append(c["url"] if c["document"] == c["url"] else f"_{c['document']}_, {c['url']}")
    return "\n".join(lines)
