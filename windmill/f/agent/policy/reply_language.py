# requirements: whatsapp
"""Whether a reply is in the customer's language, as far as code can tell: by its small words, and by its letters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from f.agent.language import detect, foreign_letters
from f.agent.policy.reply_policy import sources
from f.common.figures.segments import terms

if TYPE_CHECKING:
    from f.agent.policy.claims import Draft
    from f.agent.policy.evidence import Evidence
    from f.agent.turn import Turn

# Languages of other letters, as somebody asks for a translation.
OTHER_LETTERS = re.compile(
    r"chin[eo]|mandarin|japan|jap[oó]n|korea|corea|russ|ruso|ukrain|ucran|[aá]rab|hebr|greek|griego|griech|hindi|thai|tailand|bulgar|serb",
    re.IGNORECASE,
)


def wrong_language(turn: Turn, evidence: Evidence, draft: Draft) -> str | None:
    """The customer's language, where the draft is clearly in another one that this chatbot speaks, or in letters that nobody has used here."""
    question = turn.context["question"]
    known = list(dict.fromkeys([*turn.settings.languages, *turn.settings.dont_know]))
    theirs, ours = detect(question, known), detect(draft.text, known)
    if theirs and ours and theirs != ours and len(terms(question)) > 3:
        return theirs
    if OTHER_LETTERS.search(question):
        return None  # asked for
    texts = [source.text for source in sources(turn, evidence)]
    return (theirs or "that of the question") if foreign_letters(draft.text, texts) else None
