"""Which pairs of passages contradict each other. The cases are two halves: the rules were made with `tune`, `heldout` was only counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from f.documents.contradictions import Source, contradictions, statements

FOLDER = Path(__file__).parent / "contradictions"


def found(case: dict[str, Any]) -> bool:
    one, other = (statements(Source(**case[side])) for side in ("one", "other"))
    return bool(contradictions(one, other))


@pytest.mark.parametrize("half", ["tune", "heldout"])
def test_nine_of_ten_findings_are_right_and_most_contradictions_are_found(half: str) -> None:
    cases = yaml.safe_load((FOLDER / f"{half}.yaml").read_text())
    right = sum(case["contradict"] and found(case) for case in cases)
    false = [case for case in cases if found(case) and not case["contradict"]]
    assert right / (right + len(false)) >= 0.9, false
    assert right / sum(case["contradict"] for case in cases) >= 0.9


def test_a_business_whose_documents_agree_has_no_contradiction() -> None:
    one = "Article: City bike | Per day: 18 € | Per week: 90 €\nArticle: Cargo bike | Per day: 35 € | Per week: 180 €"
    other = "A city bike costs 18 euros per day.\nA cargo bike costs 35 € per day.\nChildren under 12 ride a bike for 9 €."
    assert contradictions(statements(Source("Prices", "", one)), statements(Source("Hire", "", other))) == []


def test_each_row_of_last_years_list_is_found_once() -> None:
    rows = [
        "Article: {} | Night: {} € | Week: {} €".format(*row)
        for row in (("Barn", 90, 540), ("Tower", 120, 720))
    ]
    old = [row.replace("90 €", "85 €").replace("120 €", "110 €") for row in rows]
    lists = [
        statements(Source(t, "", "\n".join(r))) for t, r in (("Prices 2025", rows), ("Prices 2024", old))
    ]
    assert [(a.text, b.text) for a, b in contradictions(*lists)] == list(zip(rows, old, strict=True))
