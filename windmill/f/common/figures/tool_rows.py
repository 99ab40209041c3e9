"""A tool's JSON as lines of `name: value`, an object a line, so that what belongs together stands together."""

from __future__ import annotations

import json
import re
from typing import Any

CENTS = re.compile(
    r"(?:^|_)(?:cents?|cts?|rappen|minor|pence|groszy?|paise|fils|halalas?|[oø]re|kurus|kuruş|kope[ck]ks?|centavos|centimes|bani|agorot|فلس|هللة|копеек|коп)(?:$|_)"
    r"|(?:price|total|amount|cost|fee|deposit|refund|estimate)_(?:gr|ct|c|p)$",
    re.IGNORECASE,
)
SECONDS = re.compile(r"_(?:s|secs?|seconds?)$", re.IGNORECASE)
HUNDREDS = 1000  # from here on a whole number may be a price in hundredths


def flat(text: str) -> str:
    """JSON as its lines, money in its main unit; other text as it is."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return "\n".join(_lines(value)) or text


def _lines(value: Any, about: str = "") -> list[str]:
    if pairs := _of_pairs(value):
        value = pairs
    if isinstance(value, list):
        return [line for item in value for line in _lines(item, about)]
    if not isinstance(value, dict):
        return [f"{about}: {value}" if about else str(value)]
    # A field without a value says nothing. Written as None, it would read like a denial of what stands beside it.
    value = {k: v for k, v in value.items() if v is not None}
    plain = {
        k: v
        for k, v in value.items()
        if not isinstance(v, dict | list)
        or (isinstance(v, list) and all(not isinstance(i, dict | list) for i in v))
    }
    said = " | ".join(f"{k.replace('_', ' ')}: {_said(k, v)}" for k, v in plain.items())
    lines = [f"{about} | {said}" if about and said else said] if said else []
    for key, inner in value.items():
        if key not in plain:
            lines += _lines(inner, f"{about} {key.replace('_', ' ')}".strip())
    return lines


def _of_pairs(value: Any) -> dict[str, Any]:
    """The object that a list of pairs of name and value stands for; empty where it is none."""
    pairs = value if isinstance(value, list) else []
    named = all(isinstance(p, list) and len(p) == 2 and isinstance(p[0], str) for p in pairs)
    return dict(pairs) if named else {}


def _said(name: str, value: Any) -> str:
    """A field's value, with what else it may mean: whole numbers hundredths of a currency, seconds minutes."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool) or not isinstance(value, int):
        return str(value)
    if CENTS.search(name):
        return str(value / 100)
    if SECONDS.search(name):
        return f"{value} s = {value / 60:g} min"
    return f"{value} = {value / 100:.2f}" if value >= HUNDREDS else str(value)
