"""Meta's rate card becomes the operator's rates, whole or not at all."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from deploy import rates

CARD = """WhatsApp Business Platform,,,,,,
Rates as of January 1,,,,,,
Market,Currency,Marketing,Utility,Authentication,Authentication-International,Service
Spain,$US,0.0700,0.0210,0.0210,n/a,0.0190
Rest of Africa,$US,0.0225,0.0040,0.0040,n/a,
Egypt,$US,$0.0644,0.0036,0.0036,0.0650,0.0036
"""


@pytest.fixture
def database(new_product_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> str:
    url = new_product_database()
    monkeypatch.setenv("DATABASE_URL", url)
    return url


@pytest.fixture
def run(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Any:
    """rates.py with this card and these options; its exit code and what it says."""

    def run(card: str | bytes | None, *options: str) -> tuple[int, str]:
        path = tmp_path / "card.csv"
        if card is not None:
            path.write_bytes(card if isinstance(card, bytes) else card.encode())
        monkeypatch.setattr(sys, "argv", ["rates.py", *([str(path)] if card is not None else []), *options])
        try:
            code = rates.main()
        except SystemExit as left:
            code = int(left.code or 0)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def own(database: str) -> dict[tuple[str, str], float]:
    with psycopg.connect(database) as conn:
        rows = conn.execute("select market, category, usd::float8 from meta_rates where own").fetchall()
    return {(market, category): usd for market, category, usd in rows}


def test_a_card_counts_from_its_day_on(database: str, run: Any) -> None:
    assert run(CARD, "--since", "2020-01-01") == (0, "12 rates of card.csv count from 2020-01-01 on\n")
    assert own(database)[("Egypt", "authentication_international")] == 0.065
    assert own(database)[("Spain", "service")] == 0.019
    assert ("Rest of Africa", "service") not in own(database), "no rate is not a rate of nothing"
    code, listed = run(None)
    assert code == 0
    (line,) = [line for line in listed.splitlines() if line.startswith("Spain") and " service " in line]
    assert "0.0190 USD  since 2020-01-01, card.csv" in line
    assert run(CARD.replace("0.0190", "0.0200"), "--since", "2020-01-01")[0] == 0
    assert own(database)[("Spain", "service")] == 0.02, "the same card again corrects it"


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("", "no line has the column Market"),
        ("Market,Price\nSpain,1\n", "names none of the columns"),
        (CARD.replace("0.0210,0.0210", "0.02.10,0.0210"), "line 4: '0.02.10' is no rate"),
        (CARD.replace("0.0700", "NaN"), "is no rate"),
        (CARD.replace("0.0700", "70"), "'70' is no rate for one message"),
        (CARD.replace("Spain,$US", "Atlantis,$US"), "no calling code is known of Atlantis"),
        (CARD.replace("$US,0.0225", "EUR,0.0225"), "line 5 is in EUR: say with --usd-per-unit"),
        ("Market,Utility\n", "the card has no rates"),
        (b"\xff\xfe\x00", "utf-8"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value and "\n" not in value else "card",
)
def test_a_card_that_can_not_be_read_changes_nothing(
    database: str, run: Any, card: str | bytes, words: str
) -> None:
    code, said = run(card, "--since", "2020-01-01")
    assert code == 1
    assert words in said
    assert "Traceback" not in said
    assert own(database) == {}


def test_a_card_of_another_currency_is_reckoned_in_dollars(database: str, run: Any) -> None:
    card = "Market,Currency,Utility\nSpain,EUR,0.02\n"
    assert run(card, "--since", "2020-01-01", "--usd-per-unit", "1.25")[0] == 0
    assert own(database) == {("Spain", "utility"): 0.025}


def test_a_card_needs_its_first_day(run: Any) -> None:
    code, said = run(CARD)
    assert code == 2
    assert "--since" in said
