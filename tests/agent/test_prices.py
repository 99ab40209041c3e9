"""What a turn costs: the table, its families, and what an operator sets."""

from __future__ import annotations

from typing import Any

import pytest

from f.models.prices import PER_MILLION, cost_usd
from tests.agent.conftest import Bench, notes
from tests.agent.vendors import call

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-4o", "gpt-4o"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("gpt-5.4-mini", "gpt-5.4-mini"),
        ("gemini-2.5-flash-preview-09-2025", "gemini-2.5-flash"),
        ("models/gemini-2.5-flash-001", "gemini-2.5-flash"),
        ("gemini-3.1-pro-preview", "gemini-3.1-pro"),
        ("gpt-5-pro", None),
        ("gpt-5.7", None),
        ("gpt-4o-audio-preview", None),
        ("llama3", None),
        ("", None),
    ],
)
def test_a_version_has_the_price_of_its_family(model: str, family: str | None) -> None:
    expected = PER_MILLION[family][0] if family else None
    assert cost_usd(model, MILLION, 0, {}) == expected


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ({"llama3": [1, 2]}, 3.0),
        ({"llama3": [0, 0.5]}, 0.5),
        ({"llama3": 5}, None),
        ({"llama3": ["1", "2"]}, None),
        ({"llama3": [1, -2]}, None),
        ({"llama3": [1, 2, 3]}, None),
        (None, None),
    ],
)
def test_an_operator_sets_prices(prices: Any, expected: float | None) -> None:
    assert cost_usd("llama3", MILLION, MILLION, {"prices": prices}) == expected


@pytest.mark.field_reply("surroundings-7")
def test_a_model_without_a_price_is_said(bench: Bench) -> None:
    bench.set(model="house-model")
    search = call("search_knowledge_base", {"question": "How long can I return an item?"})
    result = bench.ask("How long can I return an item?", search, "You have 30 days [S1].")
    assert result["answered"] and result["usage"]["cost_usd"] == 0
    assert "no price is known of house-model: give one in f/chatbot/settings, prices" in notes(result)
    bench.settings["prices"] = {"house-model": [1, 1]}
    result = bench.ask("How long can I return an item?", search, "You have 30 days [S1].")
    assert result["usage"]["cost_usd"] > 0 and "no price" not in notes(result)
