# requirements: documents
"""Makes a tree of a web page's source, within bounds: what no browser shows would keep a parser busy for a minute."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from f.documents.page import Unreadable

_DEEPEST = 5_000
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)(?:[^<>]*(/)>)?")
# What has no end, or is ended by what follows it.
_UNENDED_TAGS = "a area base br col dd dt embed hr img input li link meta option p source tbody td tfoot th thead tr track wbr"
_UNENDED = frozenset(_UNENDED_TAGS.split())
_MOST_ATTRIBUTES = 1_000
_OPENS = re.compile(r"<[a-zA-Z][^\s/>]*+")
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s/>=]++)(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+""")


def parsed(source: str) -> Any:
    """The page as a tree. Raises Unreadable where it nests too deep, or a tag has too many attributes."""
    if _has_too_many_attributes(source):
        raise Unreadable("web_page_attributes", most=_MOST_ATTRIBUTES)
    if _nests_too_deep(source):
        raise Unreadable("web_page_too_deep", most=_DEEPEST)
    from selectolax.lexbor import LexborHTMLParser

    return LexborHTMLParser(source)


def _has_too_many_attributes(source: str) -> bool:
    """A parser compares each attribute of a tag with all the others: a hundred thousand take it a minute."""
    place = 0
    while tag := _OPENS.search(source, place):
        place, names = tag.end(), set[str]()
        while found := _ATTRIBUTE.match(source, place):
            place = found.end()
            names.add(found[1])  # one that comes again is dropped
            if len(names) > _MOST_ATTRIBUTES:
                return True
    return False


def _nests_too_deep(source: str) -> bool:
    """A parser looks through all that is open at each new element: a hundred thousand open ones take it a minute, and no browser shows them."""
    if source.count("<") <= _DEEPEST:
        return False
    opened: Counter[str] = Counter()
    depth = shapes = 0
    for match in _TAG.finditer(source):
        ends, name, ends_itself = match[1], match[2].lower(), match[3]
        if name in _UNENDED:
            continue
        if ends:
            depth -= opened[name] > 0
            opened[name] -= opened[name] > 0
        elif ends_itself and opened["svg"]:  # outside of drawings nothing ends itself, and these may be long
            shapes += 1
        else:
            opened[name] += 1
            depth += 1
        if depth > _DEEPEST or shapes > 10 * _DEEPEST:
            return True
    return False
