"""What can be read from a document's chunks, each alone, held against the truth: right, wrong or missing."""

from __future__ import annotations

from typing import Any

from bench.documents.outcomes import MISSING, RIGHT, WRONG, Outcome, closest
from bench.documents.tables import Table
from bench.documents.text import compiled, normalise, views

NEAR = 250  # normalised characters within which the strings of a fact belong together


def judge(truth: dict[str, Any], chunks: list[str]) -> list[Outcome]:
    """The outcome of each fact of a document."""
    out: list[Outcome] = []
    specs = truth.get("tables", [])
    sections = tuple(dict.fromkeys(t["under"] for t in specs if "under" in t))
    headers = frozenset(normalise(h).strip() for t in specs for h in t["header"] if h)
    headers |= frozenset(
        w for t in specs for h in t["header"] if h for w in [normalise(h.split()[-1]).strip()]
    )
    for spec in specs:
        # Tables that share their labels under different sections may be taken for one another; others may not.
        kin = [t for t in specs if t is spec or ("under" in t and "under" in spec)]
        values = tuple(dict.fromkeys(v for t in kin for r in t["rows"] for v in r[1:] if v))
        table = Table(spec, sections, values, headers)
        for chunk in chunks:
            table.read(chunk)
        out += table.outcomes(chunks)
    texts = [views(c, headers)[0] for c in chunks]
    for fact in truth.get("facts", []):
        wanted = " / ".join(fact["all"])
        found = any(together(t, fact) for t in texts)
        out.append(
            Outcome(fact["id"], RIGHT, wanted)
            if found
            else Outcome(fact["id"], MISSING, wanted, closest(chunks, fact["all"]))
        )
    something = any(o.outcome == RIGHT for o in out)
    for fact in truth.get("forbidden", []):
        wanted = "not: " + " / ".join(fact["all"])
        seen = next((c for c, t in zip(chunks, texts, strict=True) if together(t, fact)), None)
        if seen is not None:
            out.append(Outcome(fact["id"], WRONG, wanted, seen, " / ".join(fact["all"])))
        else:
            out.append(Outcome(fact["id"], RIGHT if something else MISSING, wanted))
    return out


def together(text: str, fact: dict[str, Any]) -> bool:
    """All strings stand within `near` characters, with none of `not` between."""
    first, *others = [list(compiled(s).finditer(text)) for s in fact["all"]]
    for match in first:
        spans = [match.span()]
        for matches in others:
            if not matches:
                return False
            spans.append(
                min((m.span() for m in matches), key=lambda s: max(s[0] - match.end(), match.start() - s[1]))
            )
        start, stop = min(s[0] for s in spans), max(s[1] for s in spans)
        own = sum(b - a for a, b in spans)
        if stop - start - own <= fact.get("near", NEAR) and not any(
            compiled(n).search(text, start, stop) for n in fact.get("not", [])
        ):
            return True
    return False
