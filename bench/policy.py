"""Measures the reply policy: make bench-policy (QUICK=1; ARGS="--show wrong"; ARGS="--judge")

Every case of tests/agent/policy runs through the real agent with a scripted model, once with the function `reply` and once as plain text with marks.
Two figures are errors the one way, one the other: ordinary talk and right answers that are not sent, wrong answers that are. The halves `heldout`
and `heldout2` were held back while the policy was built; `dev2` and `heldout2` to `dev5` and `heldout5` are sets that were written later, of
other businesses.

--judge puts each reply that the code lets through before a second model as well: JUDGE_URL (a server that speaks OpenAI's API; without it
OpenAI's own), JUDGE_MODEL, JUDGE_KEY, and JUDGE_SECONDS to wait for it in place of the product's own (a small computer's model is slow).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections import Counter
from typing import Any

import pytest

from f.agent.policy import reply_check
from f.models import yes_no
from f.models.types import Candidate
from tests.agent.policy import check_cases, harness

# The checks of the reply policy, as f/agent/policy/reply_check calls them.
CHECKS = [
    *(
        (reply_check, name)
        for name in (
            "added", "claimed", "contradictions", "exchanged", "listed", "misbound", "of_another", "of_another_period", "of_another_week",
            "of_other_days", "priced", "stretched", "unassured", "undone", "unfounded", "unsupported",
        )
    ),
    *((reply_check.Check, name) for name in ("_unconfirmed", "_unsupported")),
    *((reply_check.Grounds, name) for name in ("misnamed", "problems")),
    *((reply_check.Quoted, name) for name in ("misquoted", "unquoted")),
]  # fmt: skip
LATER = ("second", "third", "fourth", "fifth")  # sets, as the last line's JSON calls them
COLUMNS = ("wrong", "wrong alone", "right", "right alone", "talk", "talk alone")
RAW = re.compile(r"<think|</think|<tool_call|\[S\d|【|<\||\"arguments\"")


def the_judge() -> Candidate:
    """The model that the environment names."""
    return {
        "provider": "openai",
        "model": os.environ["JUDGE_MODEL"],
        "base_url": os.environ.get("JUDGE_URL", ""),
        "api_key": os.environ.get("JUDGE_KEY", "none"),
        "key_of": "platform",
        "mend": "",
        "options": {"temperature": 0.0},
    }


def measure(
    half: str, show: str, every: int, by_turns: bool = False, judged_by: Candidate | None = None
) -> dict[str, Any]:
    """The share of errors of each kind and way to give a reply, and of how many. `by_turns`: each case in one of the two ways only."""
    counts: Counter[str] = Counter()
    leaks = 0
    for number, (case, business) in enumerate(harness.cases(half)):
        if number % every:
            continue
        for structured in (bool(number % 2),) if by_turns else (False, True):
            outcome = harness.run(case, business, structured, judged_by)
            kind = case["kind"]
            error = outcome.passed if kind == "wrong" else not outcome.passed
            mode = "reply" if structured else "marks"
            counts[f"{kind} {mode}"] += 1
            counts[f"{kind} {mode} error"] += error
            leaks += bool(RAW.search(outcome.text))
            if error and show in (kind, case["id"]):
                print(f"- {case['id']} {mode} [{case['language']}] {case['message']}")
                print(f"    {case['reply']['text']}\n    {outcome.why or case.get('why', '')}")
    shares: dict[str, Any] = {"raw_leaks": leaks}
    for kind in ("talk", "right", "wrong"):
        for mode in ("marks", "reply"):
            total = counts[f"{kind} {mode}"]
            shares[f"{kind} {mode}"] = (counts[f"{kind} {mode} error"] / total if total else 0.0, total)
    return shares


def contributions(half: str, every: int) -> dict[str, Counter[str]]:
    """How often each check speaks against the replies of each kind, and how often it is the only one that does."""
    counts: dict[str, Counter[str]] = {}
    for number, (case, business) in enumerate(harness.cases(half)):
        for structured in () if number % every else (False, True):
            spoke: set[str] = set()
            with pytest.MonkeyPatch.context() as patch:
                for owner, name in CHECKS:
                    patch.setattr(owner, name, _noted(getattr(owner, name), name, spoke))
                harness.run(case, business, structured)
            for name in spoke:
                row = counts.setdefault(name, Counter())
                row[case["kind"]] += 1
                row[f"{case['kind']} alone"] += len(spoke) == 1
    return counts


def _noted(check: Any, name: str, spoke: set[str]) -> Any:
    def run(*given: Any, **more: Any) -> list[Any]:
        found = list(check(*given, **more))
        if found:
            spoke.add(name)
        return found

    return run


def print_contributions(half: str, every: int) -> None:
    print(f"{half:24}" + "".join(f"{column:>16}" for column in COLUMNS))
    for name, row in sorted(contributions(half, every).items(), key=lambda item: -item[1]["wrong alone"]):
        print(f"{name:24}" + "".join(f"{row[column]:>16}" for column in COLUMNS))


def mean(shares: dict[str, Any], kind: str) -> float:
    """The share of errors over both ways to give a reply."""
    return round((shares[f"{kind} marks"][0] + shares[f"{kind} reply"][0]) / 2, 4)


def summary(shares: dict[str, Any] | None) -> dict[str, float] | None:
    if shares is None:
        return None
    return {
        "talk_refused": mean(shares, "talk"),
        "right_refused": mean(shares, "right"),
        "wrong_passed": mean(shares, "wrong"),
    }


def print_table(halves: dict[str, dict[str, Any]]) -> None:
    print(f"{'':32}" + "".join(f"{half:>18}" for half in halves))
    for kind, words in (
        ("talk", "ordinary talk not sent"),
        ("right", "right answers not sent"),
        ("wrong", "wrong answers sent"),
    ):
        for mode in ("marks", "reply"):
            pairs = [shares[f"{kind} {mode}"] for shares in halves.values()]
            row = "".join(f"{share:>11.1%} of {total:>3}" for share, total in pairs)
            print(f"{words + ', ' + mode:32}{row}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--half", choices=check_cases.HALVES, help="one half only")
    parser.add_argument(
        "--show", default="", help="list the errors of one kind: talk, right or wrong; or one case by its id"
    )
    parser.add_argument(
        "--checks", action="store_true", help="print what each check adds, in place of the shares"
    )
    parser.add_argument("--judge", action="store_true", help="also with a judge, see above")
    arguments = parser.parse_args()
    if arguments.judge and not os.environ.get("JUDGE_MODEL"):
        parser.error("--judge needs JUDGE_MODEL, and JUDGE_KEY or JUDGE_URL")
    every = 5 if os.environ.get("QUICK") else 1
    chosen = [arguments.half] if arguments.half else check_cases.HALVES
    if arguments.checks:
        for half in chosen:
            print_contributions(half, every)
        return 0
    halves = {half: measure(half, arguments.show, every) for half in chosen}
    print_table(halves)
    judged: dict[str, dict[str, Any]] = {}
    if arguments.judge:
        yes_no.PATIENCE_S = float(os.environ.get("JUDGE_SECONDS", yes_no.PATIENCE_S))
        judged = {half: measure(half, arguments.show, every, judged_by=the_judge()) for half in chosen}
        print(f"\nWith {os.environ['JUDGE_MODEL']} as judge")
        print_table(judged)
    first = halves.get("dev") or next(iter(halves.values()))
    result = {
        "bench": "policy",
        "judge": os.environ["JUDGE_MODEL"] if judged else "off",
        "judged": {half: summary(shares) for half, shares in judged.items()} or None,
        **(summary(first) or {}),
        "held_back": summary(halves.get("heldout")),
        **{name: summary(halves.get(f"dev{n}")) for n, name in enumerate(LATER, 2)},
        **{f"{name}_held_back": summary(halves.get(f"heldout{n}")) for n, name in enumerate(LATER, 2)},
        "raw_leaks": sum(shares["raw_leaks"] for shares in halves.values()),
    }
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
