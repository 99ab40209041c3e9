"""What leads to the items of a list: the item that they stand below, or the line with a colon before the list.

"until 7 days before: 30 %" is no answer without its "For a single kennel:".
"""

# Bullets and colons of many scripts.
# ruff: noqa: RUF001

from __future__ import annotations

from f.documents.structure import Block

_LONGEST = 120
_DEEPEST = 6


class Leads:
    """The lines that lead to the next item of a document, as its blocks come."""

    def __init__(self) -> None:
        self._open: list[
            tuple[int, str]
        ] = []  # with the columns that each one is indented by; -1 for a line before a list

    def take(self, text: str, block: Block) -> list[str]:
        """What leads to this block, outermost first. text: its page's."""
        line = text[block.start : block.end]
        if block.kind != "item":
            leads = (
                block.kind == "text"
                and line.endswith((":", "："))
                and "\n" not in line
                and len(line) <= _LONGEST
            )
            self._open = [(-1, line)] if leads else []
            return []
        indent = block.start - text.rfind("\n", 0, block.start) - 1
        self._open = [one for one in self._open if one[0] < indent]
        found = [said.lstrip("-*•‣◦▪●○■– ") for _, said in self._open]
        if len(line) <= _LONGEST and len(self._open) < _DEEPEST:
            self._open.append((indent, line))
        return found
