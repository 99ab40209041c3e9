"""The statement run in small, and that its ledger would notice: a message that is lost, doubled, overtaken, or answered in canned words."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from local import seed
from tests.faults.ledger import HANDED_OFF, STOP, Said, of_messages, of_sends
from tests.faults.patient import customers
from tests.faults.plan import Strike
from tests.faults.statement_run import Kills, StatementRun, differing
from tests.faults.storm import Storm

MESSAGES, EACH = 8, 2
ANA, BEN = "34600000001", "34600000002"


def said(word: str, text: str = "", phone: str = ANA, before: int = 0) -> Said:
    return Said(f"id {word or text}", phone, word, text or f"Hello, this is {word}", before)


def reply(part: str, text: str, phone: str = ANA, billable: bool = False, *statuses: str) -> dict[str, Any]:
    price = {"billable": billable}
    return {
        "customer": phone,
        "biz_data": {"send_id": part},
        "text": text,
        "statuses": statuses,
        "pricing": price,
    }


@pytest.mark.parametrize(
    ("replies", "found"),
    [
        (["a echo: m1. m2.", "b echo: m3."], {"answered": 3}),
        (["a echo: m1. m2.", "a echo: m1. m2.", "b echo: m3."], {"answered": 3}),
        (["a echo: m1.", "b echo: m2.", "c echo: m1.", "d echo: m3."], {"answered": 3, "doubled": 1}),
        (["a echo: m2.", "b echo: m1.", "c echo: m3."], {"answered": 3, "overtaken": 1}),
        (["a echo: m1.", "b echo: m3."], {"answered": 2, "lost": 1}),
        (["a echo: m1. m2.", "b Something is broken."], {"answered": 3, "outcome:failed": 1}),
        (["a echo: m1. m2.", f"b {HANDED_OFF}"], {"answered": 3, "outcome:handed_off": 1}),
    ],
)  # fmt: skip
def test_what_became_of_three_messages(replies: list[str], found: dict[str, int]) -> None:
    wrote = [said("m1."), said("m2."), said("m3."), said("m4.", phone=BEN)]
    sent = [reply(part, text) for part, _, text in (each.partition(" ") for each in replies)]
    of_ben = [reply("e", "echo: m4.", BEN)]
    seen = of_messages(wrote, {each.id for each in wrote}, [*sent, *of_ben])
    wanted = {"answered": 3, "doubled": 0, "overtaken": 0, "lost": 0} | found
    assert seen["came"] == 4 and seen["answered"] == wanted.pop("answered") + 1
    assert {name: seen[name] for name in wanted} == wanted


def test_whoever_wanted_to_be_left_alone_has_lost_nothing_by_it() -> None:
    before = [said("m1."), said("m2.")]
    wrote = [*before, said("", STOP, before=1), said("m3.", before=1)]
    seen = of_messages(wrote, {"id m1."}, [reply("a", "echo: m1.")])
    assert (seen["came"], seen["answered"], seen["reason:opted_out"], seen["lost"]) == (1, 1, 2, 1)


def test_a_part_that_meta_took_twice_is_a_copy_and_counts_as_far_as_it_came() -> None:
    sent = [
        reply("a", "echo: m1.", ANA, False, "sent"),
        reply("a", "echo: m1.", ANA, True, "sent", "delivered"),
        reply("b", "echo: m2.", ANA, True, "delivered", "read"),
        reply("b", "echo: m2.", ANA, False, "delivered"),
        reply("c", "echo: m3."),
    ]
    found = of_sends(sent)
    assert (found["sent"], found["delivered"], found["read"]) == (1, 1, 1)
    assert (found["charged"], found["billed"], found["free"], found["copies"]) == (3, 2, 1, 1)


class Failing(Kills):
    def strike(self, strike: Strike) -> None:
        raise LookupError("no such process")


def test_a_kill_that_fails_is_what_the_run_fails_with() -> None:
    taken_back: list[Any] = []
    nowhere: Any = SimpleNamespace(control=lambda *wish: taken_back.append(wish))
    kills = Failing(nowhere, random.Random(1))
    with pytest.raises(LookupError, match="no such process"), kills.going_on():
        for _ in range(10):
            kills.written(100)
    assert taken_back == [("fail", {})]


def test_each_figure_of_the_statement_is_the_ledgers(storm: Storm, seed_of_storm: int) -> None:
    chance = random.Random(seed_of_storm)
    print(f"FAULTS_SEED={seed_of_storm}")
    people = customers(chance, (seed.SHOP.phone_number_id,), MESSAGES, EACH, 34650000000)
    run, kills = StatementRun(storm, people, chance), Kills(storm, chance)
    with run.echoed():
        run.write(kills, len(people), 200)
        both = run.compared(60)
    assert differing(both) == []
    assert both[seed.SHOP.phone_number_id]["came"] == (MESSAGES, MESSAGES) and kills.count
