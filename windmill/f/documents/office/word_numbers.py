"""The numbers that Word writes before the paragraphs of a list: "2.", "b)", "§ 3.1". They stand nowhere in the text."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"),
    (1, "i"),
)  # fmt: skip
_LEVELS = 9
BULLET = "- "


class Numbers:
    """Counts a document's lists as they come."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        """The XML of the numbering part, or None, and of the styles."""
        abstract = {one.get(f"{_W}abstractNumId"): one for one in _all(numbering, "abstractNum")}
        self._levels: dict[str, dict[int, Any]] = {}
        self._lists: dict[str, str] = {}
        for one in _all(numbering, "num"):
            number, of = one.get(f"{_W}numId", ""), _value(one.find(f"{_W}abstractNumId"))
            levels = {_int(level.get(f"{_W}ilvl")): level for level in _all(abstract.get(of), "lvl")}
            for override in _all(one, "lvlOverride"):
                if (level := override.find(f"{_W}lvl")) is not None:
                    levels[_int(override.get(f"{_W}ilvl"))] = level
            restarts = any(o.find(f"{_W}startOverride") is not None for o in _all(one, "lvlOverride"))
            self._levels[number], self._lists[number] = levels, number if restarts else f"abstract {of}"
        self._styles = {
            style.get(f"{_W}styleId", ""): found
            for style in _all(styles, "style")
            if (found := style.find(f"{_W}pPr/{_W}numPr")) is not None
        }
        self._counts: dict[str, list[int]] = defaultdict(lambda: [0] * _LEVELS)

    def before(self, paragraph: Any, style: str) -> str:
        """What stands before the paragraph; "" where it is in no list."""
        properties = paragraph.find(f"{_W}pPr/{_W}numPr")
        of_style = self._styles.get(style)
        if properties is None and of_style is None:
            return ""
        number = _value(_child(properties, "numId")) or _value(_child(of_style, "numId"))
        place = _int(_value(_child(properties, "ilvl")) or _value(_child(of_style, "ilvl")))
        level = self._levels.get(number, {}).get(place)
        if number == "0" or not 0 <= place < _LEVELS:
            return ""
        if level is None:
            return BULLET
        counts = self._counts[self._lists[number]]
        start = _int(_value(level.find(f"{_W}start")) or "1")
        counts[place] = counts[place] + 1 if counts[place] else start
        counts[place + 1 :] = [0] * (_LEVELS - place - 1)
        kind = _value(level.find(f"{_W}numFmt"))
        text = _value(level.find(f"{_W}lvlText"))
        if kind in ("bullet", "none") or "%" not in text:
            return BULLET if kind == "bullet" else ""
        legal = level.find(f"{_W}isLgl")  # "2.1" below "Article II"
        in_figures = legal is not None and legal.get(f"{_W}val", "1") not in ("0", "false", "off")
        for n in range(place + 1):
            above = None if in_figures else self._levels[number].get(n)
            form = _value(above.find(f"{_W}numFmt")) if above is not None else "decimal"
            text = text.replace(f"%{n + 1}", _written(counts[n] or 1, form))
        return f"{text.strip()} "


def depth(paragraph: Any, name: str) -> int:
    """How deep a list's item lies, 0 for the outermost: by its own level, or by the number in its style's name, as "List Bullet 2"."""
    level = _int(_value(paragraph.find(f"{_W}pPr/{_W}numPr/{_W}ilvl")))
    named = name.rpartition(" ")[2] if name.startswith("List ") else ""
    return min(level or (int(named) - 1 if named in ("2", "3", "4", "5") else 0), _LEVELS)


def _written(number: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman") and number < 4000:
        text = ""
        for value, sign in _ROMAN:
            text += sign * (number // value)
            number %= value
        return text if form == "lowerRoman" else text.upper()
    return f"{number:02d}" if form == "decimalZero" else str(number)


def _all(one: Any, name: str) -> list[Any]:
    return one.findall(f"{_W}{name}") if one is not None else []


def _child(one: Any, name: str) -> Any:
    return one.find(f"{_W}{name}") if one is not None else None


def _value(one: Any) -> str:
    return str(one.get(f"{_W}val", "")) if one is not None else ""


def _int(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else 0
