"""What became of a fact."""

from __future__ import annotations

from dataclasses import dataclass

from bench.documents.text import compiled, normalise

RIGHT, WRONG, MISSING = "right", "wrong", "missing"


@dataclass
class Outcome:
    """What became of one fact. `wanted` in words; `closest`, the chunk that has most of it; `read`, what is read in its place."""

    id: str
    outcome: str
    wanted: str
    closest: str = ""
    read: str = ""


def closest(chunks: list[str], strings: list[str]) -> str:
    """The chunk that holds most of the strings; "" if none holds any."""
    wanted = [compiled(s) for s in strings if s]
    scored = [(sum(bool(p.search(normalise(c))) for p in wanted), c) for c in chunks]
    best = max(scored, key=lambda s: s[0], default=(0, ""))
    return best[1] if best[0] else ""
