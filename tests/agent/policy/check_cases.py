"""Checks the case set of the reply policy and prints how many cases it holds: `python tests/agent/policy/check_cases.py`.

A business (`businesses/<name>.yaml`) has passages and tools; a case (`cases/<half>/<kind>_<business>.yaml`) has a
customer's message, what the model did before it replied (`calls`), and the reply. `kind` is the verdict: `talk` and
`right` may go out, `wrong` may not (`why` says what is wrong). The same reply stands twice: `text` with `claims` as a
model with structured output gives it, and `marked` as one without: S1 is the first passage of the first search, and
the count runs on over all searches in the order in which passages first appear. A claim's `source` is a passage, a
tool, "conversation", "persona" or "opening_hours"; the quotes of `wrong` cases may be altered.
The halves were drawn at random within kind and business (or subkind and language); `heldout` is for measuring, not for
building. `dev2` and `heldout2` are a second set, `dev3` and `heldout3` a third one, `dev4` and `heldout4` a fourth one, each of other
businesses, written as a whole and halved at random before anything was measured on it; `dev5` and `heldout5` are a fifth one, whose
cases were dealt to the halves in turn within kind, business and language. Right answers from number 61 on were
written to find refusals, so all of them are in `dev`, as are those of right_everyday_*.yaml; those of antojo, dunas, gipfel,
hanabi and tyres are in `dev4` for the same reason.
"""

import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
HALVES = ("dev", "heldout", "dev2", "heldout2", "dev3", "heldout3", "dev4", "heldout4", "dev5", "heldout5")
KINDS = ("talk", "right", "wrong")
REPLY_KINDS = {"answer", "talk", "clarify", "unknown", "handoff"}
SEARCH = "search_knowledge_base"
MAX_LINES = 1500
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a tenth of the time, where PyYAML has it


def parsed(path: Path) -> Any:
    return yaml.load(path.read_text(), Loader=LOADER)


@cache
def load_businesses() -> dict[str, dict[str, Any]]:
    """Businesses by the name of their file."""
    return {path.stem: parsed(path) for path in sorted((HERE / "businesses").glob("*.yaml"))}


@cache
def load_cases(half: str) -> list[dict[str, Any]]:
    """All cases of one of the HALVES, in the order of their files."""
    return [case for path in sorted((HERE / "cases" / half).glob("*.yaml")) for case in parsed(path)]


def fold(text: str) -> str:
    return " ".join(text.split())


def source_texts(case: dict[str, Any], business: dict[str, Any], source: str) -> list[str]:
    """The texts that a claim's source stands for in this case; empty if the case doesn't have that source."""
    if source == "conversation":
        return [case["message"], *(turn["text"] for turn in case["history"])]
    if source in ("persona", "opening_hours"):
        return [business[source]] if business[source] else []
    passages = {passage["id"]: passage["text"] for passage in business["passages"]}
    if source in passages:
        searches = [call for call in case["calls"] if call["tool"] == SEARCH]
        return [passages[source]] if any(source in call["passages"] for call in searches) else []
    return [call["result"] for call in case["calls"] if call["tool"] == source]


def call_problems(case: dict[str, Any], business: dict[str, Any]) -> list[str]:
    problems = []
    passages = {passage["id"] for passage in business["passages"]}
    tools = {tool["name"] for tool in business["tools"]}
    for call in case["calls"]:
        if call["tool"] == SEARCH:
            if unknown := set(call["passages"]) - passages:
                problems.append(f"searched passages {unknown} do not exist")
            if len(call["passages"]) > 5:
                problems.append("a search gives more than 5 passages")
        elif call["tool"] not in tools:
            problems.append(f"the business has no tool {call['tool']}")
        elif not isinstance(call["result"], str):
            problems.append(f"the result of {call['tool']} is not text")
    for turn in case["history"]:
        if unknown := set(turn.get("sources", [])) - passages:
            problems.append(f"the history cites {unknown}, which do not exist")
    return problems


def reply_problems(case: dict[str, Any], business: dict[str, Any]) -> list[str]:
    problems = []
    reply = case["reply"]
    if reply["kind"] not in REPLY_KINDS:
        problems.append(f"no reply has the kind {reply['kind']}")
    for claim in reply["claims"]:
        if claim["says"] not in reply["text"]:
            problems.append(f"the reply does not say {claim['says']!r}")
        texts = source_texts(case, business, claim["source"])
        if not texts:
            problems.append(f"the case does not have the source {claim['source']}")
        elif case["kind"] != "wrong" and not any(fold(claim["quote"]) in fold(text) for text in texts):
            problems.append(f"{claim['source']} does not hold the quote {claim['quote']!r}")
    shown = []
    for call in case["calls"]:
        shown += [key for key in call.get("passages", []) if key not in shown]
    for number in re.findall(r"S(\d+)[],]", reply["marked"]):
        if not 1 <= int(number) <= len(shown):
            problems.append(f"the mark S{number} points to no passage")
    bare = re.sub(r"\s*\[S\d+(, S\d+)*\]", "", reply["marked"])
    if fold(bare).replace(" ", "") != fold(reply["text"]).replace(" ", ""):
        problems.append("the marked reply and the text differ in more than the marks")
    return problems


def problems_of(case: dict[str, Any], businesses: dict[str, dict[str, Any]]) -> list[str]:
    """What is wrong with a case, one sentence each."""
    if case["business"] not in businesses:
        return [f"there is no business {case['business']}"]
    business = businesses[case["business"]]
    problems = call_problems(case, business) + reply_problems(case, business)
    if case["kind"] not in KINDS:
        problems.append(f"there is no kind {case['kind']}")
    if case["kind"] == "wrong" and not case.get("why"):
        problems.append("a wrong case says why it is wrong")
    return problems


def main() -> int:
    businesses = load_businesses()
    halves = {half: load_cases(half) for half in HALVES}
    problems = [
        f"{case['id']}: {problem}"
        for cases in halves.values()
        for case in cases
        for problem in problems_of(case, businesses)
    ]
    uses = Counter(case["id"] for cases in halves.values() for case in cases)
    problems += [f"{case_id}: the id is used {count} times" for case_id, count in uses.items() if count > 1]
    for path in HERE.rglob("*.yaml"):
        if len(path.read_text().splitlines()) > MAX_LINES:
            problems.append(f"{path.name}: the file is over {MAX_LINES} lines long")
    for kind in KINDS:
        for half, cases in halves.items():
            languages = Counter(case["language"] for case in cases if case["kind"] == kind)
            print(
                f"{kind} {half}: {languages.total()}  {' '.join(f'{name} {n}' for name, n in languages.most_common())}"
            )
        subkinds = {
            half: Counter(case["subkind"] for case in cases if case["kind"] == kind)
            for half, cases in halves.items()
        }
        names = sorted(subkinds["dev"] | subkinds["heldout"])
        print(
            "  " + ", ".join(f"{name} {subkinds['dev'][name]}+{subkinds['heldout'][name]}" for name in names)
        )
    print("\n".join(problems) or "no problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
