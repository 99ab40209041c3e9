"""The judge: a second call sees claims, quotes and their passages and nothing else, and no failure of it costs a customer an answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from f.agent.policy.claims import Claim, Draft
from f.agent.policy.judge import LONGEST_PASSAGE, held
from f.common.figures.segments import Source
from tests.agent.conftest import CLINIC, Bench, notes
from tests.agent.vendors import Raw, call, openai_error, replied

QUESTION = "Is the store open on Sunday?"
SEARCH = call("search_knowledge_base", {"question": "Valencia store opening hours"})
WRONG = "The store is open on Sunday [S1]."
RIGHT = "The store is closed on Sunday [S1]."


def says_no(body: Any) -> bool:
    return "closed" not in read(body)["claims"][0]["claim"]


def read(body: Any) -> dict[str, Any]:
    """What the judge reads."""
    content: dict[str, Any] = json.loads(body["messages"][1]["content"])
    return content


def judge(bench: Bench, *replies: Any, answer: Any = None) -> dict[str, Any]:
    """Asks with a script in which the judge's calls are told from the others by their lack of tools."""
    script = iter([SEARCH, *replies])
    last: list[Any] = []

    def step(body: Any) -> Any:
        if "tools" not in body:
            return (
                answer(body) if callable(answer) else answer or json.dumps(["no" if says_no(body) else "yes"])
            )
        last[:] = [next(script, *last)] if last else [next(script)]
        return last[0]

    return bench.ask(QUESTION, step)


def judges(bench: Bench) -> list[dict[str, Any]]:
    return [body for body in bench.openai.asked if "tools" not in body]


def test_it_is_off_unless_it_is_set(bench: Bench) -> None:
    assert judge(bench, WRONG)["reply"] == "The store is open on Sunday." and judges(bench) == []


@pytest.mark.field_reply("wrong-3")
def test_another_citys_sunday_is_not_sent(bench: Bench) -> None:
    bench.set(judge="always")
    result = judge(bench, WRONG)
    assert not result["answered"] and result["reply"].startswith("I'm not sure")
    assert "judge" in notes(result)


@pytest.mark.field_reply("wrong-5")
def test_another_groups_figure_is_not_sent(bench: Bench) -> None:
    """The eight hours are those of adults."""
    bench.set(CLINIC, judge="always")
    question = "How long must my daughter fast before a blood test? She is 4."
    script = iter(
        [call("search_knowledge_base", {"question": question}), *["She fasts for 8 hours [S1]."] * 9]
    )
    result = bench.ask(question, lambda body: next(script) if "tools" in body else '["no"]', bot=CLINIC)
    assert not result["answered"] and "judge" in notes(result)
    (asked,) = {body["messages"][1]["content"] for body in judges(bench)}
    assert "fasts for 8 hours" in asked and "4 hours only" in asked, (
        "the judge sees what the passage says of children"
    )


def test_its_reason_leads_to_a_better_reply(bench: Bench) -> None:
    bench.set(judge="always")
    result = judge(bench, WRONG, RIGHT)
    assert result["reply"] == "The store is closed on Sunday." and result["answered"]
    told = bench.openai.asked[-2]["messages"][-1]["content"]
    assert "does not follow from what you quote" in told


def test_it_sees_claims_quotes_and_their_passages_alone_and_its_cost_counts(bench: Bench) -> None:
    bench.set(judge="always", judge_model="gpt-4o")
    quotes = [("S1", "closed on Sunday"), ("S1", "on Saturday from 10:00 to 21:00")]
    result = judge(bench, replied("The store is closed on Sunday.", "answer", *quotes))
    (asked,) = judges(bench)
    assert asked["model"] == "gpt-4o" and len(asked["messages"]) == 2
    content = read(asked)
    assert content["claims"] == [
        {"claim": "The store is closed on Sunday.", "words": words, "passage": 1} for _, words in quotes
    ]
    (passage,) = content["passages"].values()
    assert all(words in passage for _, words in quotes) and "Valencia store" in passage
    models = [c["model"] for c in result["usage"]["model_calls"]]
    assert models == ["gpt-4o-mini", "gpt-4o-mini", "gpt-4o"] and result["usage"]["input_tokens"] == 300
    assert result["model"] == "gpt-4o-mini"


def test_of_a_long_passage_it_sees_what_is_around_the_quote() -> None:
    before, after = ("Nothing of matter. " * 200, "Nor is this. " * 200)
    condition = "Members of the full plan alone may bring a guest."
    text = f"{before}{condition} One guest a month. {after}"
    draft = Draft("answer", "A guest?", (Claim("One guest.", "S1", "One guest a month."),), ())
    (one,) = held([Source("S1", text, "Guests")], draft)
    assert condition in one.passage and one.passage.startswith("Guests")
    assert len(one.passage) <= LONGEST_PASSAGE + len("Guests\n")


@pytest.mark.parametrize(
    "answer",
    ["yes", "no", "[]",
     '["no", "no"]', "[nothing]", "{", Raw(500, {"oops": 1}), openai_error(400, "bad"), Raw(body=b"<html>"), openai_error(401, "key")],
    ids=["a word", "no alone", "none", "too many", "other", "garbage", "500", "400", "HTML", "401"],
)  # fmt: skip
def test_no_failure_of_it_blocks_a_reply(bench: Bench, answer: Any) -> None:
    bench.set(judge="always")
    result = judge(bench, RIGHT, answer=answer)
    assert (
        result["reply"] == "The store is closed on Sunday." and result["answered"] and result["error"] is None
    )


def test_on_doubt_it_is_asked_only_about_words_of_the_replys_own(bench: Bench) -> None:
    bench.set(judge="doubt")
    quote = "The Valencia store is open on Saturday from 10:00 to 21:00 and closed on Sunday"
    judge(bench, replied("The Valencia store is closed on Sunday.", "answer", ("S1", quote)))
    assert judges(bench) == []
    judge(bench, replied("Mostrador cerrado los domingos.", "answer", ("S1", "closed on Sunday")), RIGHT)
    assert len(judges(bench)) >= 1


def test_talk_needs_no_judge(bench: Bench) -> None:
    bench.set(judge="always")
    assert bench.ask("Hello", replied("Hello! How can I help?", "talk"))["answered"] and judges(bench) == []
