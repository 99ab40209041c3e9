"""The statement run: customers write, something is killed every few messages, and then each number's statement of the month must say what the
stand-in for Meta has in its own ledger, to the message.

    make statement-run                # 2,000 messages; QUICK=1: 150, MESSAGES=n, FAULTS_SEED=n replays one

The model echoes its customers, so that Meta's ledger alone shows which reply answers which message, and in which order. Some customers write in
bursts, some ask for a person, some want to be left alone, and Meta delivers many messages twice. Each waits for the replies before they write on.
Prints a table of both sides, and a JSON object as its last line; fails where a figure differs, or where a message is lost, doubled or overtaken.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg.types.json import Jsonb

from bench.pooler import Pooler, pooled
from local import seed
from tests.faults import ledger
from tests.faults.clerk import Clerk
from tests.faults.disturbances import Disturbances, Saboteur
from tests.faults.ledger import HANDED_OFF, HANDOFF
from tests.faults.patient import Customer, customers
from tests.faults.plan import NUMBERS, Strike, deck, details_of
from tests.faults.stack import MODEL
from tests.faults.statement import ZERO, figures_of
from tests.faults.storm import Storm, brought_up, seed_of_run, wait

# What dies, or loses its answers, and how often in proportion.
STRIKES = {
    "kill_runner": 4,
    "kill_ingress": 3,
    "kill_warm": 1,
    "kill_pooler": 1,
    "crash_database": 1,
    "end_leases": 1,
    "fault_sends": 3,
}
MESSAGES_A_KILL = 8  # on average; a machine with nothing else to do takes some seconds for them
PATIENCE_S = 600  # for the answers to what was written last
FIRST = 34640000000  # the phone of the first customer
# What only one side can tell apart: an answer that looked lost here at first is `not_sent`, be it an echo or words about a failure.
ALIKE = {"echo or failure": ("outcome:answered", "outcome:failed", "outcome:lost", "outcome:not_sent")}
SETTINGS = ("model", "handoff_keywords", "handoff_message")


class Kills(Disturbances):
    """Kills one thing after the other, each at its place among what customers write, so that a slow machine has no more of them than a fast one."""

    def __init__(self, storm: Storm, chance: random.Random, pooler: Pooler | None = None) -> None:
        super().__init__(storm)
        self._chance, self._pooler, self._written = chance, pooler, 0
        names = {name: times for name, times in STRIKES.items() if pooler or name != "kill_pooler"}
        self._names, self._next = deck(chance, names), 0
        self._saboteur = Saboteur(self.strike, 1)

    def kill_warm(self) -> None:
        self.storm.stack.revive_warm()

    def kill_pooler(self) -> None:
        if self._pooler:
            self._pooler.revive()

    def written(self, messages: int) -> None:
        """So many messages were written; whoever writes waits for a kill that is two behind."""
        self._written += messages
        if self._written >= self._next:
            self._next = self._written + self._chance.randint(1, 2 * MESSAGES_A_KILL - 1)
            name = next(self._names)
            self._saboteur.hand(Strike(name, details_of(name, self._chance, [], False)))

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Beside what customers do; then Meta's answers go right again."""
        try:
            with self._saboteur.going_on():
                yield
        finally:
            self.storm.control("fail", {})


class StatementRun:
    """Customers of some numbers, who all write at the same time; what the statements say of them, and what Meta's ledger does."""

    def __init__(self, storm: Storm, people: list[Customer], chance: random.Random) -> None:
        self.storm, self.people, self._chance = storm, people, chance
        self.tenants = [t for t in seed.TENANTS if t.phone_number_id in {each.number for each in people}]
        self._before: dict[str, dict[str, Any]] = {}

    @contextmanager
    def echoed(self) -> Iterator[None]:
        """The chatbots echo, and hand off at a word."""
        names = [tenant.phone_number_id for tenant in self.tenants]
        query = (
            f"select phone_number_id, {', '.join(SETTINGS)} from chatbots where phone_number_id = any (%s)"
        )
        put = (
            f"update chatbots set {', '.join(f'{name} = %s' for name in SETTINGS)} where phone_number_id = %s"
        )
        before = self.storm.admin(query, names)
        for name in names:
            words = Jsonb(dict.fromkeys(("en", "es", "de"), HANDED_OFF))
            self.storm.admin(put, MODEL, [HANDOFF], words, name)
        try:
            yield
        finally:
            for row in before:
                values = (row["model"], row["handoff_keywords"], Jsonb(row["handoff_message"]))
                self.storm.admin(put, *values, row["phone_number_id"])

    def write(self, kills: Kills, at_once: int, seconds: float) -> None:
        """Everybody writes all that they have to say, so many customers at once; after so many seconds nobody goes on. Ends when each message
        has found its end."""
        self._before = self._statements()
        before, end, recovered = self.storm.count(), time.monotonic() + seconds, time.monotonic()
        with kills.going_on():
            while unfinished := self._go_on(kills, at_once):
                if time.monotonic() > end:
                    for each in self.people:
                        each.deliveries.clear()
                assert time.monotonic() < end + PATIENCE_S, f"{unfinished} customers still wait"
                if time.monotonic() - recovered > 8:
                    self.storm.recover()
                    recovered = time.monotonic()
                    said = sum(len(each.said) for each in self.people)
                    print(f"{said} written, {unfinished} customers go on, {dict(kills.count)}", flush=True)
                wait(0.5, lambda: False)
        self.storm.settle(before + sum(len(each.said) for each in self.people))

    def _go_on(self, kills: Kills, at_once: int) -> int:
        """Lets those write on who wait for nothing; how many have something to write or to wait for."""
        replies = ledger.replies_by_phone(self.storm.accepted())
        taken = self.storm.written(*(tenant.phone_number_id for tenant in self.tenants))
        waiting = {each.phone for each in self.people if each.waits(replies[each.phone], taken)}
        unfinished = [each for each in self.people if each.deliveries or each.phone in waiting]
        for each in unfinished[:at_once]:
            if each.phone not in waiting:
                kills.written(
                    each.write(self.storm, self._chance.choice([1, 1, 2, 3]), len(replies[each.phone]))
                )
        return len(unfinished)

    def compared(self, seconds: float) -> dict[str, dict[str, tuple[int, int]]]:
        """By number each figure of the statement, beside the one of Meta's ledger. Statuses may still be on their way, for so long."""
        both: dict[str, dict[str, tuple[int, int]]] = {}

        def same() -> bool:
            shown = self._statements()
            for number in shown:
                both[number] = self._sides(shown[number], number)
            return not differing(both)

        wait(seconds, same)
        return both

    def _sides(self, shown: dict[str, Any], number: str) -> dict[str, tuple[int, int]]:
        sent = self.storm.accepted(number)
        said = [message for each in self.people if each.number == number for message in each.said]
        messages = ledger.of_messages(said, self.storm.written(number), sent)
        messages |= {name: sum(messages.pop(each, 0) for each in of) for name, of in ALIKE.items()}
        since = {name: sum_of(shown, name) - sum_of(self._before[number], name) for name in messages}
        sends = ledger.of_sends(sent)
        return {name: (since[name], known) for name, known in messages.items()} | {
            name: (shown[name], known) for name, known in sends.items()
        }

    def _statements(self) -> dict[str, dict[str, Any]]:
        """What the owners see, by number."""
        return {t.phone_number_id: figures_of(Clerk(self.storm, t), t) for t in self.tenants}


def sum_of(shown: dict[str, Any], name: str) -> int:
    return sum(shown.get(each, 0) for each in ALIKE.get(name, (name,)))


def differing(both: dict[str, dict[str, tuple[int, int]]]) -> list[str]:
    """Which figures differ, and which of what must be nought is not."""
    return [
        f"{number} {name}: {shown} and {known}"
        for number, figures in both.items()
        for name, (shown, known) in figures.items()
        if shown != known or (name in ZERO and shown)
    ]


def table(both: dict[str, dict[str, tuple[int, int]]]) -> str:
    names = list(next(iter(both.values())))
    heads = "".join(f"{'statement ' + n[-4:]:>18}{'ledger ' + n[-4:]:>14}" for n in both)
    rows = ("".join(f"{both[n][name][0]:>18}{both[n][name][1]:>14}" for n in both) for name in names)
    return "\n".join([f"{'':22}{heads}", *(f"{name:22}{row}" for name, row in zip(names, rows, strict=True))])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--each", type=int, default=10, help="messages of one customer")
    parser.add_argument("--at-once", type=int, default=12, help="customers who write at the same time")
    parser.add_argument("--minutes", type=float, default=90, help="after which nobody writes on")
    given = parser.parse_args()
    chance = random.Random(seed_ := seed_of_run())
    print(f"FAULTS_SEED={seed_}", flush=True)
    begun = time.monotonic()
    with brought_up("chatmill-statement-run-") as storm, pooled(storm.stack, storm.stack.state) as pooler:
        run = StatementRun(storm, customers(chance, NUMBERS, given.messages, given.each, FIRST), chance)
        kills = Kills(storm, chance, pooler)
        with run.echoed():
            run.write(kills, given.at_once, given.minutes * 60)
            both = run.compared(180)
    wrong = differing(both)
    print(f"\n{table(both)}\n\n" + "\n".join(f"WRONG {each}" for each in wrong))
    figures = {number: {name: shown for name, (shown, _) in each.items()} for number, each in both.items()}
    result = {
        "messages": given.messages,
        "kills": dict(kills.count),
        "figures": figures,
        "differ": len(wrong),
    }
    seconds = round(time.monotonic() - begun)
    print(json.dumps({"bench": "statement_run", "seed": seed_, "seconds": seconds, **result}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
