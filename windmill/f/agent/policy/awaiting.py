"""Holds a reply of a turn in which a colleague is asked first: it may say that, and not that anything was done.

The words for deeds are those of deeds.py, and a few for what any tool does. A clause that denies, asks or only says on what it depends claims nothing.
"""

# ruff: noqa: E501, RUF001 - lists of words of many languages
from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from f.agent.policy.claims import Draft, Finding
from f.agent.policy.deeds import CLAUSE, CONCEPT_IN_DATA, deeds_in, shown_by
from f.common.figures.polarity import asks, negates
from f.common.figures.segments import Source

REQUESTED = "requested"  # the source that holds the arguments of what is asked for
DONE = re.compile(
    r"(?<![^\W\d_])(?:done|issued|created|completed|processed|granted|executed|hech[oa]|emitid[oa]|creado|creada|procesad[oa]|concedid[oa]|erledigt|ausgestellt"
    r"|erstellt|ausgeführt|gewährt|fait|émise?|créée?|traitée?|accordée?|fatt[oa]|emess[oa]|eseguit[oa]|concess[oa]|feit[oa]?|emès|emesa|gedaan|uitgevoerd|verwerkt|aangemaakt)(?![^\W\d_])",
    re.IGNORECASE,
)
DEPENDS = re.compile(
    r"(?<![^\W\d_])(?:if|whether|until|unless|as soon as|once (?:my|a|the|he|she|they|it|we|i)|(?:can|could|may|might|would|should|must) be|(?:needs?|has|have) to"
    r"|si|en cuanto|hasta que|pueda|podría|debe|tiene que|ob|wenn|sobald|kann|könnte|muss|dès que|jusqu['’]à|peut|pourrait|doit|se (?:può|si può|possiamo|pode|podemos)"
    r"|appena|finché|deve|assim que|até que|zodra|voordat|of (?:het|de|dit|dat|ik|we|uw)|kan|moet|així que|fins que|pot|ha de)(?![^\W\d_])",
    re.IGNORECASE,
)


def claimed(
    draft: Draft, sources: Sequence[Source], awaiting: Collection[str], tools: Sequence[str]
) -> Iterable[Finding]:
    """Sentences by which something was done that waits for a colleague, or that no tool has done. That a colleague was told is true."""
    answers = " ".join(s.text for s in sources if s.key in tools)
    for sentence, _ in draft.sentences:
        if asks(sentence):
            continue
        for clause in CLAUSE.split(sentence):
            if negates(clause) or DEPENDS.search(clause):
                continue
            deeds = deeds_in(clause) - {"pass"}
            waits = any(
                re.search(CONCEPT_IN_DATA[deed], tool, re.IGNORECASE) for deed in deeds for tool in awaiting
            )
            if waits or DONE.search(clause) or any(not shown_by(deed, answers) for deed in deeds):
                yield Finding("awaited", sentence, ", ".join(sorted(set(awaiting))))
                break
