"""Which change made a case red: one setting of the draft, several together, or something that was changed before."""

from __future__ import annotations

from typing import Any

RED = ("red", "error")
MOST_ANALYSED = 10  # red cases of a run that are asked again
MOST_SINGLE = 5  # settings of a draft that are tried one by one
PAIRS = "qa_pairs"  # among the settings of a draft: the business's drafted Q&A pairs
MOST_PAIRS = 5  # named of those that nobody can tell apart


def red_cases(results: list[dict[str, Any]], version: str) -> list[dict[str, Any]]:
    return [row for row in results if row["version"] == version and row["state"] in RED]


def more_versions(draft: list[str]) -> list[str]:
    """With which settings red cases of a draft are asked again: what is live, and what is live with one setting of the draft each."""
    single = [f"draft:{name}" for name in sorted(draft)] if 1 < len(draft) <= MOST_SINGLE else []
    return ["", *single]


def causes(
    results: list[dict[str, Any]],
    version: str,
    draft: list[str],
    changes: dict[str, list[dict[str, Any]]],
    pairs: dict[str, list[str]] | None = None,
) -> dict[str, dict[str, Any]]:
    """{case: cause} of a run's red cases. `changes`: of each case what was changed since it was green, the newest first. `pairs`: the drafted Q&A
    pairs by question, with the marks of their passages.

    A cause is {"kind": "settings", "settings"}: these of the draft do it; or {"kind": "before", "changes"}: it is red with what is live, too.
    `changes` begins with those that concern the documents of the answer then and now. Where drafted pairs are among the settings, `pairs` are the
    questions of those that the answer rests on, with the draft or live.
    """
    by_case: dict[str, dict[str, dict[str, Any]]] = {}
    for row in results:
        by_case.setdefault(str(row["case_id"]), {})[row["version"]] = row
    found: dict[str, dict[str, Any]] = {}
    for row in red_cases(results, version):
        case = str(row["case_id"])
        live = by_case[case].get("")
        if version and live and live["state"] == "green":
            alone = [
                name for name in draft if (one := by_case[case].get(f"draft:{name}")) and one["state"] in RED
            ]
            found[case] = {"kind": "settings", "settings": alone or draft}
            if PAIRS in found[case]["settings"]:
                found[case]["pairs"] = named_pairs([row, live], pairs or {})
        elif live:
            since: list[dict[str, Any]] = concerning(row, changes.get(case, []))[:5]
            found[case] = {"kind": "before", "changes": since}
    return found


def named_pairs(rows: list[dict[str, Any]], pairs: dict[str, list[str]]) -> list[str]:
    """The questions of the drafted pairs whose passages these answers cite; where they cite none, of the first drafted ones."""
    cited = {
        mark
        for row in rows
        for citation in (row.get("answer") or {}).get("citations") or []
        for mark in citation.get("passages") or []
    }
    return ([q for q in sorted(pairs) if cited & {*pairs[q]}] or sorted(pairs))[:MOST_PAIRS]


def concerning(row: dict[str, Any], changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The changes, first those that name a document or a tool of the answer as it was when it was green, or as it is now."""
    named = set()
    for answer in (row.get("green_answer") or {}, row.get("answer") or {}):
        named |= {
            str(c.get(key)).casefold()
            for c in answer.get("citations") or []
            for key in ("document", "url")
            if c.get(key)
        }
        named |= {
            part for call in answer.get("tools") or [] for part in str(call["tool"]).casefold().split(".")
        }
    pairs = any("questions and answers" in name for name in named)

    def is_named(change: dict[str, Any]) -> bool:
        subject = str(change["subject"] or "").casefold()
        return subject in named or (pairs and str(change["what"]).startswith("qa_pairs."))

    return sorted(changes, key=lambda change: not is_named(change))
