"""Says in words what a web page shows as a sign or by a click: the tick in a cell, the tab that a panel belongs to."""

from __future__ import annotations

import re
from typing import Any

from f.documents.tables.cells import weight

_SIGNS = "i, svg, img, span[title], span[aria-label], span[class*=icon i]"
# A collection's name stands before the sign's.
_SET = r"(?:^|\s)(?:(?:fa|fas|bi|icons?|glyphicon|ti|mdi|ri|la|las|dashicons|feather|lucide|fi|uil|svg)[-_])?"
_YES = re.compile(_SET + r"(?:check(?:mark|2)?|tick|ok|yes)(?:$|[-_\s])", re.IGNORECASE)
_NO = re.compile(_SET + r"(?:times|cross|xmark|close|ban|x-(?:lg|circle))(?:$|[-_\s])", re.IGNORECASE)
_HOLDERS = frozenset({"td", "th", "li"})
_TABS = "[role=tab], [data-toggle=tab], [data-toggle=pill], [data-bs-toggle=tab], [data-bs-toggle=pill]"
_MOST = 5_000  # signs or tabs of a page
_UP = 4  # elements between a sign and its cell
_LONGEST = 80
_MOST_IMAGES = 500
_SHORTEST = 30  # a name or a few words mostly say what stands beside the image


def say_signs(tree: Any) -> None:
    """Puts words in place of a sign that is all that its cell shows, and of one before an item of a list."""
    shown: dict[int, bool] = {}  # by cell or item: whether it has words
    for sign in tree.css(_SIGNS)[:_MOST]:
        holder = _holder(sign)
        if holder is None:
            continue
        if holder.mem_id not in shown:
            drawn = sum(len("".join(title.text().split())) for title in holder.css("svg title"))
            shown[holder.mem_id] = len("".join(holder.text().split())) > drawn
        if not shown[holder.mem_id] and (word := _word(sign) or _meaning(sign)):
            sign.replace_with(word)
            shown[holder.mem_id] = True
        elif holder.tag == "li" and (said := _before_item(sign, holder)):
            sign.replace_with(said)


def name_panels(tree: Any) -> None:
    """Puts a tab's words before the panel that it opens, as a line that ends in a colon."""
    names: dict[str, str] = {}
    for tab in tree.css(_TABS)[:_MOST]:
        said = " ".join(tab.text(separator=" ").split())
        targets = (
            tab.attributes.get(name) or ""
            for name in ("aria-controls", "data-target", "data-bs-target", "href")
        )
        opens = next((one.lstrip("#") for one in targets if one.lstrip("#")), "")
        if said and opens and len(said) <= _LONGEST:
            names.setdefault(opens, said)
    for panel in tree.css("[id]") if len(names) > 1 else ():
        name = names.get(panel.attributes.get("id") or "")
        first = panel.child
        if name and first is not None and not panel.text().strip().startswith(name):
            first.insert_before(f"{name}: ")


def keep_sentences(tree: Any) -> None:
    """Leaves of what the page says of its images such as say more than a name, and what stands nowhere else on it."""
    said = " ".join(tree.body.text(separator=" ").split()).casefold() if tree.body is not None else ""
    for place, image in enumerate(tree.css("img[alt]")):
        text = " ".join((image.attributes["alt"] or "").split())
        if place >= _MOST_IMAGES or weight(text) < _SHORTEST or " " not in text or text.casefold() in said:
            image.attrs["alt"] = ""


def shown(image: Any) -> str:
    """What the page says of an image, on a line of its own."""
    text = image.attributes.get("alt") or ""
    return f"\n{text}\n" if text else ""


def _holder(sign: Any) -> Any:
    one = sign.parent
    for _ in range(_UP):
        if one is None or one.tag in _HOLDERS or one.attributes.get("role") in ("cell", "gridcell"):
            return one
        one = one.parent
    return None


def _before_item(sign: Any, item: Any) -> str:
    """What a sign says of the item behind it: that it is not included, or what the page tells people who don't see it."""
    no = "✗ " if _meaning(sign) == "✗" else ""
    if sign.tag == "img" or (sign.tag != "svg" and sign.text().strip()):
        return no
    one = sign
    for _ in range(_UP):
        if one.prev is not None and one.prev.text().strip():
            return no
        one = one.parent
        if one is None or one == item:
            break
    word = _word(sign)
    return f"{word}: " if word else no


def _word(sign: Any) -> str:
    """What the page says of a sign to those who don't see it."""
    said = next(
        (sign.attributes.get(name) for name in ("aria-label", "alt", "title") if sign.attributes.get(name)),
        "",
    )
    title = sign.css_first("title") if sign.tag == "svg" and not said else None
    said = " ".join((title.text() if title is not None else said or "").split())
    return said if len(said) <= _LONGEST else ""


def _meaning(sign: Any) -> str:
    """The sign itself, by the name that a collection of signs has for it; "" for none that says yes or no."""
    name = sign.attributes.get("class") or ""
    return "✗" if _NO.search(name) else "✓" if _YES.search(name) else ""
