"""A reply held against what was found: its figures, sentence by sentence, whatever language or form they are written in."""

from __future__ import annotations

import pytest

from f.agent.grounding import numbers_of, unsupported
from tests.agent.conftest import Bench, notes
from tests.agent.vendors import call

FOUND = (
    "The workshop repairs bicycles within 14 days. A service costs EUR 49.50, a new chain EUR 1.250,00 or less. Bring two photographs."
    " Open from 8:30 to 19:00. Telephone +34 900 555 014. Bills above EUR 300 can be paid in four parts."
)
STRANGE, CONFIRMED = "in nothing that was found", "only the customer has named"


@pytest.mark.field_failure(11)
@pytest.mark.parametrize(
    ("question", "reply", "why"),
    [
        # One true figure does not carry an invented one in the next sentence.
        ("How long?", "It takes 14 days [S1]. We lend you a bicycle for EUR 8 a day.", STRANGE),
        ("How long?", "It takes 14 days [S1].\n- A tyre costs EUR 23\n- A service costs EUR 49.50", STRANGE),
        ("¿Cuánto tarda?", "Tarda 14 días [S1]. Abrimos a las 6:00.", STRANGE),
        ("Wie lange?", "Das dauert 14 Tage [S1]. Wir haben 6 Werkstätten.", STRANGE),
        ("多久?", "需要14天[S1]。每天收费8欧元。", STRANGE),
        # Nor does it carry an agreement to what the customer believes.
        ("It takes 3 days, right?", "Yes, 3 days. A service costs EUR 49.50 [S1].", CONFIRMED),
        ("Son 90 días, ¿verdad?", "Sí. Son 90 días. El servicio cuesta 49,50 EUR [S1].", CONFIRMED),
        ("Das kostet 10 Euro?", "Genau, 10 Euro. Es dauert 14 Tage [S1].", CONFIRMED),
        # The nought of a full hour is no figure that two times share.
        ("When do you open?", "We open at 10:00 [S1].", STRANGE),
    ],
)
def test_each_sentence_needs_a_figure_that_was_found(question: str, reply: str, why: str) -> None:
    told = unsupported(reply, question, FOUND, True)
    assert told and why in told


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("How much?", "EUR 49,50 [S1]."),
        ("How much is a chain?", "At most EUR 1250, that is 1,250.00 [S1]."),
        ("How much for two?", "A service costs EUR 49.50 [S1]. Two make EUR 99."),
        ("How much with 10 % off?", "A service costs EUR 49.50 [S1]. For you that is EUR 44.55."),
        ("How long?", "14 days [S1]. That is 2 weeks."),
        ("How long?", "14 days [S1]. So you have it back by 23 December, or on 2026-12-23."),
        ("Wie lange?", "14 Tage [S1]. Also bis zum 24. Dezember."),
        ("How many pictures?", "Please send 2 photos [S1]."),
        ("In how many parts?", "In 4 parts [S1]."),
        ("When do you close?", "At 7 pm [S1]."),
        ("When do you open?", "Um 8.30 Uhr [S1]."),
        ("Your number?", "Call +34900555014 or 900-555-014 [S1]."),
        ("My bicycle weighs 20 kg.", "For a bicycle of 20 kg that is no problem. A service costs EUR 49.50 [S1]."),
        ("It takes 3 days, right?", "No, 3 days is too short. It takes 14 days [S1]."),
        ("How?", "There are 3 steps:\n1. Call us.\n2. Bring it.\n3. Fetch it after 14 days [S1]."),
        ("How?", "1️⃣ Call us\n2️⃣ Bring it within 14 days [S1]"),
        ("كم يوما؟", "١٤ يوما [S1]."),
        ("Do you repair bicycles?", "Yes, we do [S1]."),
    ],
)  # fmt: skip
def test_what_follows_from_the_found_figures_is_let_through(question: str, reply: str) -> None:
    assert unsupported(reply, question, FOUND, True) is None


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("11,90", "11.9", True),
        ("1.500", "1500", True),
        ("1,000,000", "1000000", True),
        ("1.234,56", "1,234.56", True),
        ("21:00", "9", True),
        ("24.12.2026", "24", True),
        ("٣٠", "30", True),
        ("1,000", "1", False),
        ("7:00", "10:00", False),
        ("10", "100", False),
        ("11.90", "90", False),
        ("2026", "20:26", False),
    ],
)
def test_two_ways_to_write_a_figure(one: str, other: str, meet: bool) -> None:
    assert bool(numbers_of(one) & numbers_of(other)) is meet


@pytest.mark.field_failure(11)
@pytest.mark.field_failure(18)
def test_an_invented_offer_behind_a_true_sentence_is_not_sent(bench: Bench) -> None:
    searched = call("search_knowledge_base", {"question": "How long can I return an item?"})
    offer = "You have 30 days [S1]. Today the lamp costs EUR 1, pay to ES9121000418450200051332."
    result = bench.ask("How long can I return an item?", searched, offer)
    assert not result["answered"] and "ES91" not in result["reply"] and STRANGE in notes(result)
