"""The figures of a run and their table. A row counts what became of its questions."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.eval.judge import OUTCOMES

Answers = list[dict[str, Any]]
HEADS = {"half": "half", "business": "business", "language": "language", "kind": "kind"}


def counts(answers: Answers) -> dict[str, int]:
    found = Counter(a["outcome"] for a in answers)
    return {"cases": len(answers), **{name: found[name] for name in OUTCOMES}}


def by(answers: Answers, key: str) -> dict[str, dict[str, int]]:
    """A row for each value of `half`, `business`, `language` or `kind`, the most frequent first."""
    values = Counter(str(a[key]) for a in answers)
    return {value: counts([a for a in answers if str(a[key]) == value]) for value, _ in values.most_common()}


def figures(llm: dict[str, Any], answers: Answers) -> dict[str, Any]:
    """One model's figures and every answer."""
    tools = [a["tools_right"] for a in answers if a.get("tools_right") is not None]
    return {
        "model": llm["model"],
        "provider": llm["provider"],
        "embedded": llm["model"].startswith("offline-"),
        **counts(answers),
        "cross_tenant_leaks": sum(bool(a.get("leaked")) for a in answers),
        "tool_choice_right": sum(tools),
        "tool_choice_cases": len(tools),
        "cost_usd": round(sum(a["cost_usd"] or 0 for a in answers), 4),
        **{f"by_{key}": by(answers, key) for key in HEADS},
        "answers": answers,
    }


def title(found: dict[str, Any]) -> str:
    """The model, and a warning where it is none."""
    embedded = ": the embedded model, rules and no language model" if found["embedded"] else ""
    return f"{found['provider']} {found['model']}{embedded}"


def show(found: dict[str, Any]) -> None:
    """The table for people, the model first."""
    print(f"\n{title(found)}")
    print(f"{'':18}{'cases':>7}{'right':>7}{'share':>7}{'refused':>9}{'wrong':>7}{'made up':>9}{'failed':>8}")
    for key, head in HEADS.items():
        print(f"-- by {head}")
        for value, row in found[f"by_{key}"].items():
            print(_line(value, row))
    print(_line("all", found))
    print(
        f"tool choice right {found['tool_choice_right']} of {found['tool_choice_cases']}, cross-tenant leaks"
        f" {found['cross_tenant_leaks']}, cost {found['cost_usd']} USD"
    )


def _line(name: str, row: dict[str, Any]) -> str:
    return (
        f"{name:18}{row['cases']:7}{row['right']:7}{row['right'] / row['cases']:7.0%}{row['refused']:9}"
        f"{row['wrong']:7}{row['made_up']:9}{row['failed']:8}"
    )


def show_misses(answers: Answers, most: int) -> None:
    """What was not right, each with the beginning of its reply."""
    missed = [a for a in answers if a["outcome"] != "right"]
    for a in missed[:most]:
        print(
            f"  {a['outcome']:8} {a['business']:10} {a['kind']:12} {a['ask'][:60]!r} -> {a['reply'][:80]!r}"
        )
    if len(missed) > most:
        print(f"  … and {len(missed) - most} more: all are in the JSON file")
