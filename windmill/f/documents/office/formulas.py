"""Word's formulas as a line of text: a fraction as (a)/(b), a power as a^b, a root as √(a)."""

from __future__ import annotations

from typing import Any

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
FORMULA = f"{M}oMath"


def formula_text(one: Any) -> str:
    """What a formula, or a part of one, says. Recursion is as deep as the file nests; lxml reads 256 levels at most."""
    tag = one.tag.removeprefix(M) if isinstance(one.tag, str) else ""
    if tag == "t":
        return one.text or ""
    if tag == "f":
        return f"{_grouped(_part(one, 'num'))}/{_grouped(_part(one, 'den'))}"
    if tag in ("sSup", "sSub", "sSubSup"):
        low, high = _part(one, "sub"), _part(one, "sup")
        return _part(one, "e") + (f"_{_grouped(low)}" if low else "") + (f"^{_grouped(high)}" if high else "")
    if tag == "rad":
        return f"{_part(one, 'deg')}√{_grouped(_part(one, 'e'))}"
    if tag == "d":
        return f"({', '.join(_whole(inner) for inner in one.findall(f'{M}e'))})"
    if tag == "nary":
        sign = one.find(f"{M}naryPr/{M}chr")
        shown = sign.get(f"{M}val", "∫") if sign is not None else "∫"
        return f"{shown}{_part(one, 'sub')} {_part(one, 'sup')} {_part(one, 'e')}"
    return _whole(one) if not tag.endswith("Pr") else ""


def _part(one: Any, name: str) -> str:
    return _whole(one.find(f"{M}{name}"))


def _whole(one: Any) -> str:
    return "".join(map(formula_text, one)) if one is not None else ""


def _grouped(text: str) -> str:
    return text if text.isalnum() else f"({text})"
