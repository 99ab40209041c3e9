# no_postinstall
# requirements: media
"""An answer that is spoken: where the tenant wants it, to a customer who has sent a voice note. Where it can't be, it stays text."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from f.agent.reply_controls import stands_on_text
from f.models.types import Asked, ModelError

if TYPE_CHECKING:
    from f.agent.policy.evidence import Evidence
    from f.agent.policy.reply_policy import Verdict
    from f.agent.turn import Turn
    from f.models.providers import Models

LONGEST = 800  # characters: about a minute. Nobody listens to more, and nobody can look something up in it.
PATIENCE_S = 20.0
MARKS = str.maketrans("", "", "*_~`#>")


def spoken_answer(
    turn: Turn, verdict: Verdict, evidence: Evidence, models: Models, seconds: float
) -> str | None:
    """The id of a stored file that says the reply; None: it goes out as text. What it took counts among the turn's requests to models."""
    text = "\n\n".join(filter(None, [turn.context.get("preface"), verdict.text]))
    tapped = evidence.choices or stands_on_text(evidence)
    if not turn.context.get("by_voice") or turn.settings.voice_answers != "to_voice" or turn.dry_run:
        return None
    if verdict.error or tapped or len(text) > LONGEST or "://" in text:
        return None
    from f.models.speech_synthesis import synthesize  # few turns speak
    from f.whatsapp.speech import hearing_model

    llm, started, at = turn.resources["llm"], time.monotonic(), round(time.time(), 3)
    model = hearing_model(llm, models.current)
    asked: Asked = {
        "provider": model["provider"],
        "model": str(llm.get("speech_model") or "speech"),
        "at": at,
        "ms": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "error": None,
    }
    models.asked.append(asked)
    try:
        made = synthesize(model, text.translate(MARKS).strip(), llm, min(seconds, PATIENCE_S))
    except ModelError as problem:
        asked["error"] = str(problem)
        evidence.problems.append(f"{problem}: it went out as text")
        return None
    finally:
        asked["ms"] = round((time.monotonic() - started) * 1000)
    asked["model"] = made.model
    asked["input_tokens"], asked["output_tokens"] = made.input_tokens, made.output_tokens
    return _store(turn, made.content)


def _store(turn: Turn, content: bytes) -> str:
    """Keeps the sound beside the files of the staff. Each attempt of the turn has its own; the reply names the one that goes out."""
    file_id = str(uuid.uuid4())
    turn.db.rows(
        "insert into staff_files (id, tenant_id, contact_id, kind, mime_type, filename, content, size_bytes)"
        " select %s, t.tenant_id, t.contact_id, 'audio', 'audio/ogg', 'answer.ogg', %s, %s"
        " from turns t, hold_turn(%s, %s) where t.id = %s",
        file_id,
        content,
        len(content),
        turn.id,
        turn.epoch,
        turn.id,
    )
    return file_id
