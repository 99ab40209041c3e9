"""What a customer gets: grounded answers from the right tenant's documents, live orders, honest words where nothing is known."""

from __future__ import annotations

import statistics
import time

import pytest

from local.seed import CLINIC, SHOP, DemoTenant
from tests.e2e.conftest import World
from tests.facts import FACTS, UNANSWERED, Fact

TENANT = {"shop": SHOP, "clinic": CLINIC}
# One in three keeps the suite short; the evaluation asks them all.
SAMPLE = [fact for fact in FACTS if fact.language == "en"][::3]


def first_words(tenant: DemoTenant) -> str:
    """How the tenant's "don't know" begins, in English."""
    return str(tenant.settings["dont_know"]["en"])[:20]


@pytest.mark.parametrize("fact", SAMPLE, ids=lambda fact: fact.question)
def test_the_answer_holds_the_fact_and_names_its_page(world: World, fact: Fact) -> None:
    reply = world.ask(TENANT[fact.tenant], fact.question)
    assert fact.answer in reply
    assert f"{TENANT[fact.tenant].title}, p. {fact.page}" in reply


@pytest.mark.field_failure(12)
def test_the_other_tenant_does_not_know_it(world: World) -> None:
    fact = next(f for f in FACTS if f.tenant == "shop")
    reply = world.ask(CLINIC, fact.question)
    assert fact.answer not in reply
    assert "Returns and delivery" not in reply


@pytest.mark.field_failure(11)
@pytest.mark.parametrize("unanswered", UNANSWERED[::3], ids=lambda u: u.question)
def test_what_no_document_says_is_not_answered(world: World, unanswered: object) -> None:
    tenant = TENANT[unanswered.tenant]  # type: ignore[attr-defined]
    assert first_words(tenant) in world.ask(tenant, unanswered.question)  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["es", "de"])
def test_a_question_in_another_language_is_found(world: World, language: str) -> None:
    fact = next(f for f in FACTS if f.language == language)
    assert fact.answer in world.ask(TENANT[fact.tenant], fact.question)


def test_an_order_comes_from_the_order_system(world: World) -> None:
    reply = world.ask(SHOP, "Where is my order CL-1042?")
    assert "SE40815162342ES" in reply
    assert "SEUR" in reply


def test_the_stock_comes_from_an_http_action(world: World) -> None:
    reply = world.ask(SHOP, "How many Lumen floor lamps are in stock?")
    assert "Lumen floor lamp, brass: 4 in stock." in reply
    assert "not in stock" in world.ask(SHOP, "Is the green table lamp Nido in stock?")


def test_somebody_elses_order_is_not_told(world: World) -> None:
    reply = world.ask(SHOP, "Where is my order CL-1038?")
    assert "DHL" not in reply
    assert "JD014600012345678901" not in reply


def test_half_of_the_answers_take_less_than_three_seconds(world: World) -> None:
    seconds = []
    for question in (
        "How much does express delivery cost?",
        "How long is a gift card valid?",
        "Can I return a pillow?",
    ):
        started = time.monotonic()
        world.ask(SHOP, question, customer="Jonas Weber")
        seconds.append(time.monotonic() - started)
    # The bar is 3 s on a machine that does nothing else; the suite leaves room for one that does.
    assert statistics.median(seconds) < 6
