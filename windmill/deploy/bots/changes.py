"""In what a bot differs from its file: what an import would add, change and, if it is asked to, remove."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from typing import Any, NamedTuple

from deploy.bots.checks import SECTIONS
from deploy.bots.entries import template_key

ADD, CHANGE, REMOVE = "+", "~", "-"
SHOWN = 100  # characters of a value
KEYS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "qa_pairs": lambda pair: pair["question"].lower(),
    "web_sources": lambda source: source["url"],
    "documents": lambda document: document["sha256"],
    "message_templates": template_key,
}


class Change(NamedTuple):
    """`key`: by what the entry is known; `before` and `after`: the whole entry, None where there is none."""

    section: str
    act: str
    key: Any
    before: Any
    after: Any


def differences(now: dict[str, Any], wanted: dict[str, Any]) -> list[Change]:
    """From what is in the database to what the file says, by section. What the file does not name is a removal, which only --prune makes."""
    found = []
    for section in SECTIONS:
        if section not in wanted:
            continue
        before, after = entries(section, now.get(section)), entries(section, wanted[section])
        found += [Change(section, ADD, key, None, after[key]) for key in after if key not in before]
        found += [
            Change(section, CHANGE, key, before[key], after[key])
            for key in after
            if key in before and not same(without_file(before[key]), without_file(after[key]))
        ]
        if section not in (
            "business",
            "settings",
            "message_templates",
        ):  # those are never absent; Meta's templates are Meta's
            found += [Change(section, REMOVE, key, before[key], None) for key in before if key not in after]
    return with_versions(found)


def with_versions(changes: list[Change]) -> list[Change]:
    """Another file under a document's name and title is its new version: a change in place of an addition and a removal."""
    versions: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        if change.section == "documents" and change.act != CHANGE:
            entry = change.after or change.before
            versions.setdefault((entry["filename"], entry["title"]), []).append(change)
    for pair in versions.values():
        if [change.act for change in pair] == [ADD, REMOVE]:
            added, removed = pair
            changes[changes.index(added)] = Change(
                "documents", CHANGE, added.key, removed.before, added.after
            )
            changes.remove(removed)
    return changes


def entries(section: str, value: Any) -> dict[Any, Any]:
    """A section's entries by what they are known by."""
    if isinstance(value, list):
        return {KEYS[section](entry): entry for entry in value}
    return value or {}


def without_file(entry: Any) -> Any:
    """A document is the same wherever its file lies."""
    return (
        {name: value for name, value in entry.items() if name != "file"} if isinstance(entry, dict) else entry
    )


def same(first: Any, second: Any) -> bool:
    """Equal, apart from what PostgreSQL's `real` cuts off a number."""
    if isinstance(first, float) or isinstance(second, float):
        is_number = isinstance(first, int | float) and isinstance(second, int | float)
        return is_number and math.isclose(first, second, rel_tol=1e-6)
    return type(first) is type(second) and bool(first == second)


def lines(changes: list[Change]) -> list[str]:
    """The changes for people, under their sections."""
    made: list[str] = []
    for number, change in enumerate(changes):
        if not number or changes[number - 1].section != change.section:
            made.append(f"{change.section}:")
        made += [
            f"  {change.act} {line}" if not place else f"    {line}"
            for place, line in enumerate(_lines(change))
        ]
    return made


def _lines(change: Change) -> list[str]:
    if change.section in ("business", "settings", "staff", "saved_replies"):
        if change.act == CHANGE:
            return leaves(str(change.key), change.before, change.after)
        return [f"{change.key}: {shown(change.after if change.act == ADD else change.before)}"]
    if change.act != CHANGE:
        return [title(change)]
    before, after = without_file(change.before), without_file(change.after)
    return [
        title(change),
        *(line for name in {**before, **after} for line in leaves(name, before.get(name), after.get(name))),
    ]


def leaves(name: str, before: Any, after: Any) -> list[str]:
    """What of a value has changed, with both values."""
    if same(before, after):
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            line
            for key in {**before, **after}
            for line in leaves(f"{name}.{key}", before.get(key), after.get(key))
        ]
    if isinstance(before, str) and isinstance(after, str):
        start = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
        if max(len(before), len(after)) > SHOWN and start > SHOWN // 4:  # begin shortly before they differ
            before, after = (f"… {text[start - SHOWN // 4 :]}" for text in (before, after))
    return [f"{name}: {shown(before)} → {shown(after)}"]


def title(change: Change) -> str:
    """What an entry is called."""
    entry = change.after or change.before
    if change.section == "qa_pairs":
        return shorten(entry["question"])
    if change.section == "documents":
        return f"{entry['title']} ({entry['filename']}, {entry['sha256'][:12]})"
    return " ".join(change.key) if isinstance(change.key, tuple) else str(change.key)


def shown(value: Any) -> str:
    if isinstance(value, str):
        return f"“{shorten(value)}”" if value else "nothing"
    if value is None or value == {} or value == []:
        return "nothing"
    return shorten(str(value)) if not isinstance(value, bool) else str(value).lower()


def shorten(text: str) -> str:
    return textwrap.shorten(text, SHOWN, placeholder=" …") if len(text) > SHOWN else " ".join(text.split())
