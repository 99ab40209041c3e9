"""Asks chatbots questions with known answers: python -m tests.eval [--limit N] [--business NAME …] [--json FILE]

The questions are those of tests/eval/businesses, typed as customers type, and those about the demo (demo_cases.yaml). Each configured
provider is measured: OPENAI_API_KEY or OPENAI_BASE_URL (with OPENAI_MODEL), GEMINI_API_KEY (with GEMINI_MODEL). Without a key it is the embedded
model, which is rules and no language model, and the report says so. Everything runs in a database of its own, without Windmill. The form of the
questions is in tests/eval/README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from tests.eval import question_set, report
from tests.eval.judge import outcome, outcome_of_demo
from tests.eval.product import Product, running
from tests.eval.question_set import Business, Question

DEMO = Path(__file__).with_name("demo_cases.yaml")
DEMO_BUSINESSES = ("shop", "clinic")
Task = Callable[
    [dict[str, Any]], list[dict[str, Any]]
]  # with a model: what became of a question, or of a conversation


def answers_in_turn(product: Product, turns: list[Question], llm: dict[str, Any]) -> list[dict[str, Any]]:
    """A conversation, or one question: what the bot really said is the history of the next message."""
    history: list[dict[str, str]] = []
    found = []
    for question in turns:
        result = product.ask(llm, question.business, question.text, history[-20:])
        history += [
            {"role": "user", "text": question.text},
            {"role": "assistant", "text": result["reply"]},
        ]
        found.append(
            {
                "business": question.business,
                "half": question.half,
                "kind": question.kind,
                "language": question.language,
                "ask": question.text,
                "after": question.earlier,
                "has": question.has,
                "outcome": outcome(question, result),
                **_of_result(result),
            }
        )
    return found


def answer_of_demo(product: Product, case: dict[str, Any], llm: dict[str, Any]) -> list[dict[str, Any]]:
    roles = ("user", "assistant") * 4
    history = [{"role": r, "text": t} for r, t in zip(roles, case.get("after", []), strict=False)]
    result = product.ask(llm, case["tenant"], case["ask"], history, case.get("phone", "34600111222"))
    # The embedded model was made with these questions in view: they are held back from nobody.
    found = {"business": case["tenant"], "half": "dev", "kind": case["kind"], "language": "demo"}
    return [{**found, "ask": case["ask"], **outcome_of_demo(case, result), **_of_result(result)}]


def _of_result(result: dict[str, Any]) -> dict[str, Any]:
    return {
        "reply": result["reply"],
        "error": result["error"],
        "why": [c["outcome"] for c in result["trace"] if c["tool"] == "(note)"],
        "cost_usd": result["usage"]["cost_usd"],
    }


def tasks_of(product: Product, businesses: list[Business], with_demo: tuple[str, ...]) -> list[Task]:
    found: list[Task] = []
    for business in businesses:
        for turns in [*([q] for q in business.questions), *business.conversations]:
            found.append(partial(answers_in_turn, product, turns))
    cases = yaml.safe_load(DEMO.read_text()) if with_demo else {}
    for kind, listed in cases.items():
        for case in listed:
            if case["tenant"] in with_demo:
                found.append(partial(answer_of_demo, product, {**case, "kind": kind}))
    return found


def measure(product: Product, tasks: list[Task], llm: dict[str, Any], at_once: int) -> dict[str, Any]:
    """Every task with one model."""
    answers: list[dict[str, Any]] = []
    with ThreadPoolExecutor(at_once) as pool:
        for number, found in enumerate(pool.map(lambda task: task(llm), tasks), 1):
            answers += found
            if number % 50 == 0:
                print(f"  {number} of {len(tasks)} conversations", file=sys.stderr)
    return report.figures(llm, answers)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--limit", type=int, help="a quick look: about this many conversations in all")
    parser.add_argument("--business", nargs="+", help="only these folders of businesses/, shop, clinic")
    parser.add_argument("--half", choices=question_set.HALVES, help="only this half")
    parser.add_argument("--at-once", type=int, default=4, help="conversations at once (default: 4)")
    parser.add_argument(
        "--misses", type=int, default=40, help="so many wrong answers are printed (default: 40)"
    )
    parser.add_argument(
        "--json", type=Path, default=Path("eval.json"), help="figures and answers (default: eval.json)"
    )
    return parser.parse_args()


def main() -> int:
    arguments = options()
    businesses = question_set.load()
    names = arguments.business or [*(b.slug for b in businesses), *DEMO_BUSINESSES]
    unknown = set(names) - {b.slug for b in businesses} - set(DEMO_BUSINESSES)
    if unknown:
        print(f"There is no business {', '.join(sorted(unknown))} in tests/eval/businesses.", file=sys.stderr)
        return 2
    businesses = [b for b in businesses if b.slug in names]
    with_demo = tuple(name for name in DEMO_BUSINESSES if name in names and arguments.half != "heldout")
    try:
        with (
            tempfile.TemporaryDirectory(prefix="chatmill-eval-", dir="/var/tmp") as folder,
            running(_reachable(folder)) as product,
        ):
            for number, business in enumerate(businesses):
                print(f"  {business.name}: {len(business.passages)} passages", file=sys.stderr)
                product.add(business, f"90000000{number:04}")
            if with_demo:
                product.add_demo()
            chosen = [b.in_half(arguments.half) for b in businesses] if arguments.half else businesses
            tasks = tasks_of(product, chosen, with_demo)
            if arguments.limit:
                tasks = tasks[:: max(1, len(tasks) // max(arguments.limit, 1))]
            results = [measure(product, tasks, llm, arguments.at_once) for llm in product.providers()]
    except KeyboardInterrupt:
        return 130
    for found in results:
        report.show(found)
        report.show_misses(found["answers"], arguments.misses)
    print(f"\nEvery answer is in {arguments.json}")
    return _write(arguments.json, results)


def _reachable(folder: str) -> Path:
    """PostgreSQL runs as an unprivileged user, which must come in."""
    Path(folder).chmod(0o755)
    return Path(folder)


def _write(path: Path, results: list[dict[str, Any]]) -> int:
    whole = {"bench": "eval", "models": [report.title(r) for r in results], "results": results}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1))
    short = [{k: v for k, v in r.items() if k != "answers"} for r in results]
    print(json.dumps({**whole, "results": short}))
    return 1 if any(r["cross_tenant_leaks"] for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
