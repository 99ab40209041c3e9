"""What a web page says to search engines in the attributes of its tags: prices, hours, addresses that stand in no text."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

_MOST = 5_000  # things, or words about them
_LONGEST = 1_000  # characters of a word about a thing
_UP = 100  # elements between a word and the thing that it is about
_ATTRIBUTES = ("content", "datetime", "value", "href", "src")


def microdata(tree: Any) -> list[str]:
    """Each thing of the page of which something is said out of sight, as JSON-LD would say it. Things of things are inside those.

    Call it when what is hidden or struck out has been taken out of the tree.
    """
    things: dict[int, dict[str, Any]] = {}
    unseen: list[str] = []
    scopes = tree.css("[itemscope]")[:_MOST]
    for node in scopes:
        kind = (node.attributes.get("itemtype") or "").split()
        things[node.mem_id] = {"@type": kind[0]} if kind else {}
    for node in tree.css("[itemprop]")[:_MOST]:
        if (about := _about(node, things)) is None:
            continue
        value = things[node.mem_id] if node.mem_id in things else _value(node)
        for name in (node.attributes.get("itemprop") or "").split()[:5]:
            about.setdefault(name, []).append(value)
    for node in scopes:
        if "itemprop" not in node.attributes and node.css_first("[itemprop][content]") is not None:
            with suppress(RecursionError):  # things within things without end
                unseen.append(json.dumps(things[node.mem_id]))
    return unseen


def _about(node: Any, things: dict[int, dict[str, Any]]) -> dict[str, Any] | None:
    above = node.parent
    for _ in range(_UP):
        if above is None or above.mem_id in things:
            break
        above = above.parent
    return things.get(above.mem_id) if above is not None else None


def _value(node: Any) -> str:
    said = next((node.attributes.get(name) for name in _ATTRIBUTES if node.attributes.get(name)), None)
    if said is None and any(one.mem_id != node.mem_id for one in node.css("[itemprop]")):
        return ""  # its own words are said of other things
    return (said or " ".join(node.text(separator=" ").split()))[:_LONGEST]
