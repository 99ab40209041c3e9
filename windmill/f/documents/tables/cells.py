"""What a cell says, and the address that stands behind it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from f.documents.clean import clean

_SCHEMES = ("https://", "http://", "tel:", "mailto:", "whatsapp:", "sms:")
_LONGEST_LABEL = 80
_LONGEST_ADDRESS = 300  # a customer reads it on a telephone


def cell_text(value: object) -> str:
    """A cell as a person would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return (
            value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
        )
    if isinstance(value, float):
        return f"{value:.10g}"
    return " ".join(clean(str(value)).replace("|", "/").split())


def with_address(text: str, address: str) -> str:
    """A link's words with its address behind them, unless they say it themselves."""
    address = "".join(clean(address).split())
    shown = address.partition("?subject")[0] if address.lower().startswith("mailto:") else address
    if not shown.lower().startswith(_SCHEMES) or len(shown) > _LONGEST_ADDRESS:
        return text
    bare = re.sub(
        r"^(?:https?://(?:www\.)?|tel:|mailto:|sms:|whatsapp:)", "", shown, flags=re.IGNORECASE
    ).rstrip("/")
    said = "".join(text.split())
    figures = re.sub(r"\D", "", text)
    if not bare or bare.casefold() in said.casefold():
        return text
    if (
        shown.lower().startswith("tel:")
        and len(figures) > 5
        and re.sub(r"\D", "", bare).endswith(figures.lstrip("0"))
    ):
        return text
    return f"{text} ({shown})" if text.strip() else shown


def pieces(cell: str, header: list[str], most: int) -> Iterator[str]:
    """A cell's text in parts of its sentences, or words, each behind its column's name."""
    if weight(cell) <= most:
        yield cell
        return
    name = next((f"{one}: " for one in header if one and cell.startswith(f"{one}: ")), "")
    if not name and not header and ": " in cell[:_LONGEST_LABEL]:
        name = cell[: cell.index(": ") + 2]
    most = max(most - weight(name), 100)
    words: list[str] = []
    size = 0
    for word in cell[len(name) :].split(" "):
        size += weight(word) + 1
        if words and (size > most or (size * 2 > most and words[-1].endswith((".", "!", "?")))):
            yield name + " ".join(words)
            words, size = [], weight(word) + 1
        words.append(word)
    yield name + " ".join(words)


def weight(text: str) -> int:
    """How long a text is for an embedding model: letters beyond Latin cost about twice as much."""
    return len(text) + sum(character > "\u024f" for character in text) if not text.isascii() else len(text)
