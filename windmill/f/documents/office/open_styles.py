"""What an OpenDocument file's styles say of visibility, bold type, page breaks and numbered lists."""

from __future__ import annotations

from typing import Any

_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
OFFICE, TEXT, TABLE = (_NAMES % name for name in ("office", "text", "table"))
XLINK = "{http://www.w3.org/1999/xlink}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_PRESENTATION = _NAMES % "presentation"
_DEEPEST = 20


class Styles:
    """The styles of a document by their names."""

    STYLE = _NAMES % "style"

    def __init__(self, content: Any, looks: Any) -> None:
        roots = [root for root in (looks, content) if root is not None]
        self._styles = {
            one.get(f"{self.STYLE}name", ""): one for root in roots for one in root.iter(f"{self.STYLE}style")
        }
        self._lists = {
            one.get(f"{self.STYLE}name", ""): one for root in roots for one in root.iter(f"{TEXT}list-style")
        }

    def is_hidden(self, name: str | None) -> bool:
        """Hidden text, a sheet that is not displayed, a slide that is not shown."""
        for one in self._properties(name):
            if one.get(f"{TEXT}display") == "none" or one.get(f"{TABLE}display") == "false":
                return True
            if one.get(f"{_PRESENTATION}visibility") == "hidden":
                return True
        return False

    def is_unseen(self, name: str | None) -> bool:
        """Hidden or struck-out text."""
        return self.is_hidden(name) or self.is_struck(name)

    def is_struck(self, name: str | None) -> bool:
        for one in self._properties(name):
            marks = [one.get(f"{self.STYLE}text-line-through-{part}") for part in ("style", "type")]
            if any(marks):
                return "none" not in marks
        return False

    def is_raised(self, name: str | None) -> bool:
        """True for what stands above the line: "super", or a share of the type's size."""
        for one in self._properties(name):
            if place := one.get(f"{self.STYLE}text-position"):
                return place.startswith("super") or place[0] in "123456789"
        return False

    def is_bold(self, name: str | None) -> bool:
        for one in self._properties(name):
            if weight := one.get(f"{_FO}font-weight"):
                return weight in ("bold", "600", "700", "800", "900")
        return False

    def breaks(self, name: str | None) -> bool:
        """True if a new page begins before the paragraph."""
        return any(one.get(f"{_FO}break-before") == "page" for one in self._properties(name))

    def first_number(self, name: str, level: int) -> int:
        """The number that a list's first item has; 0 for bullets."""
        style = self._lists.get(name)
        for one in style if style is not None else ():
            if one.get(f"{TEXT}level") == str(level) and one.tag == f"{TEXT}list-level-style-number":
                start = one.get(f"{TEXT}start-value", "1")
                if one.get(f"{self.STYLE}num-format"):
                    return int(start) if start.isdecimal() else 1
        return 0

    def _properties(self, name: str | None) -> list[Any]:
        """The properties of a style and of those that it is made from, its own first."""
        found = []
        for _ in range(_DEEPEST):
            style = self._styles.get(name or "")
            if style is None:
                break
            found += [one for one in style if isinstance(one.tag, str)]
            name = style.get(f"{self.STYLE}parent-style-name")
        return found
