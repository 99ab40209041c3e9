"""A yes to a tool's record that says no: nothing left, a field that is false, a time that is taken."""

# ruff: noqa: RUF001 - signs of many scripts
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from f.agent.policy.claims import Draft, Finding
from f.agent.policy.offers import OFFER
from f.common.figures.amounts import amount, same
from f.common.figures.finder import figures
from f.common.figures.polarity import negates
from f.common.figures.segments import Source

EMPTY = r'0(?![.\d])|false|"0"|\[\]|"(?:no|none|full|×|✗|x)"'
# Fields that say how much is left, or whether a thing can be had: not that nothing is owed.
LEFT = (
    r"[^\"]*(?:avail|free|stock|qty|quant|left|place|seat|remain|slot|vacan|libre|dispon|plaza|lugar|frei|plätz|vrij|plek|woln|miejsc|wolny|свобод|мест|місць"
    r"|boş|ledig|posti|liber|guarant|possib|allow|残|空|余|좌석|재고|متاح|متوفر|פנוי|מלאי)[^\"]*"
)
FIELD = re.compile(rf'"{LEFT}"\s*:\s*(?:{EMPTY})(?=\s*[,}}\]]|$)', re.IGNORECASE)
GIVEN = re.compile(rf'"{LEFT}"\s*:\s*(?:true|[1-9]|\[\s*[^\s\]])', re.IGNORECASE)
OBJECT = re.compile(r"\{[^{}]*\}")
# What stands behind a time that is taken, in a list of times.
TAKEN = re.compile(
    rf'["\']?\s*[:=|,-]?\s*["\'(]?(?:{EMPTY}|×|✗|満席|満|满|만석|full\b|taken|booked|sold.?out|complet[oa]?\b|lleno|esaurit|voll\b|belegt|ausgebucht|vol\b|fullt?\b|zajęt|zadan|dolu\b|занят|зайнят)',
    re.IGNORECASE,
)


def emptied(statement: str, draft: Draft, tools: Sequence[Source]) -> Iterable[Finding]:
    """Where a reply says yes with `statement`: the record that it rests on, if that has nothing left or a field that is false.

    With several records or times only the one counts whose words are quoted, or whose time the statement names.
    """
    if negates(draft.text) or OFFER.search(draft.text) or any(0 in amount(f) for f in figures(draft.text)):
        return
    quotes = [c.quote.strip(" {}") for c in draft.claims]
    for source in tools:
        records = [record for record in OBJECT.findall(source.text) or [source.text]]
        quoted = [record for record in records if any(quote and quote in record for quote in quotes)]
        records = quoted or ([] if quotes else records)
        empty = FIELD.search(records[0]) if len(records) == 1 else None
        if empty and not GIVEN.search(records[0]):
            yield Finding("denied", statement, empty[0])
            return
        times = [f for f in figures(statement) if f.unit == "clock"]
        for place in (g for g in figures(source.text) if any(same(f, g) for f in times)):
            behind = source.text[place.end : place.end + 14]
            if TAKEN.match(behind):
                yield Finding("denied", statement, source.text[place.start : place.end + 8])
                return
