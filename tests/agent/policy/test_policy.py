"""The reply policy on all of its cases, with bars that only move towards better; and a property: nothing of a model's inside goes out."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.policy import RAW, measure
from tests.agent.policy import check_cases, harness

# The most that may be refused of ordinary talk and of right answers, and passed of wrong ones, without a judge.
# Lower them when the policy gets better.
BARS = {"talk": 0.02, "right": 0.06, "wrong": 0.6}
LATER_BARS = {"talk": 0.02, "right": 0.09, "wrong": 0.6}  # of dev2, heldout2, dev3 and heldout3
NEWEST_BARS = {"talk": 0.04, "right": 0.29, "wrong": 0.7}  # of the fourth and the fifth set


def test_the_cases_are_what_they_say_they_are() -> None:
    assert check_cases.main() == 0


@pytest.mark.timeout(900)
@pytest.mark.parametrize("half", check_cases.HALVES)
def test_the_bars(half: str, capsys: pytest.CaptureFixture[str]) -> None:
    # 2,825 cases are enough for both ways; make bench-policy has each in both.
    shares = measure(half, "", 1, by_turns=half == "dev")
    with capsys.disabled():
        print(
            f"\n{half}: "
            + ", ".join(f"{k} {v[0]:.1%} of {v[1]}" for k, v in shares.items() if k != "raw_leaks")
        )
    bars = NEWEST_BARS if half[-1] in "45" else LATER_BARS if half[-1].isdigit() else BARS
    for kind, bar in bars.items():
        for mode in ("marks", "reply"):
            assert shares[f"{kind} {mode}"][0] <= bar, f"{kind} {mode}"
    assert shares["raw_leaks"] == 0


CALL = json.dumps({"name": "search_knowledge_base", "arguments": {"question": "returns"}})
AROUND = [
    "<think>{secret}</think>{reply}",
    "{secret}</think>{reply}",
    "{reply}<think>{secret}",
    "<reasoning>{secret}</reasoning>\n{reply}",
    "◁think▷{secret}◁/think▷{reply}",
    "<|channel|>analysis<|message|>{secret}<|end|><|start|>assistant<|channel|>final<|message|>{reply}<|return|>",
    f"{{reply}}\n<tool_call>{CALL}</tool_call>",
    f"<tool_call>{CALL}</tool_call>\n{{reply}}",
    f"{{reply}}\n```json\n{CALL}\n```",
    f"{{reply}} [TOOL_CALLS] [{CALL}]",
    "<|im_start|>assistant\n{reply}<|im_end|>",
    "<s>{reply}</s>",
    "{reply}<end_of_turn>",
    "assistant: {reply}",
    "{reply} {reply} {reply} {reply} {reply} {reply} {reply} {reply}",
    "{reply}【S1】",
    "{reply} [S1, S2]",
    "{reply} **[S1]**",
    "{reply} (s1)",
    "{reply}【1†source】",
]  # fmt: skip
INSIDE = re.compile(
    r"the plan of the model|<\s*/?\s*(?:think|reasoning|tool_call)|search_knowledge_base|<\||\|>|◁|\[TOOL|[\[【(]\s*[Ss]\d|【|†"
    r"|\*\*\s*\*\*|end_of_turn|</?s>"
)
# Read when the test runs: each process of the suite collects all tests, and it takes three seconds.
EVERY = st.deferred(
    lambda: st.sampled_from([pair for half in check_cases.HALVES for pair in harness.cases(half)])
)


@pytest.mark.field_reply("model-1")
@pytest.mark.field_reply("model-2")
@pytest.mark.field_reply("model-3")
@pytest.mark.field_reply("model-4")
@pytest.mark.timeout(900)
@given(EVERY, st.lists(st.sampled_from(AROUND), min_size=1, max_size=3), st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_nothing_of_a_models_inside_goes_out(
    pair: tuple[dict[str, Any], dict[str, Any]], around: list[str], structured: bool
) -> None:
    case, business = pair
    reply = case["reply"]
    written = {"text": reply["text"], "marked": reply["marked"]}
    for form in around:
        written = {
            key: form.replace("{secret}", "the plan of the model").replace("{reply}", text)
            for key, text in written.items()
        }
    outcome = harness.run({**case, "reply": {**reply, **written}}, business, structured)
    assert not INSIDE.search(outcome.text) and not RAW.search(outcome.text), outcome.text
    assert outcome.text.strip()
    longest = max(
        (text for text in outcome.text.split(". ") if len(text) > 25), key=outcome.text.count, default=""
    )
    assert not longest or outcome.text.count(longest) < 4
