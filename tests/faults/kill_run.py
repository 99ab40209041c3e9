"""The kill run: calls of tools of every kind, each of which waits for a person's yes, while the workers are killed all the while.

    make kill-run                     # 500 calls; CALLS=60 for a quick look, FAULTS_SEED=n replays one

A customer wants several calls in one message; some are approved, some declined. Every kind has a tool that counts what it does. At the end the
books must balance: nothing twice, nothing without a yes, and what was approved is done once. Only where a server's answer was lost with its worker
the record says that nobody knows, and it was done once or not at all; of a script Windmill knows, and a server that knows the key of a request is
asked with the request itself. A customer whose turn dies in every attempt is
told so, and nobody is asked about their calls. Prints a table, and a JSON object as its last line.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
import time
from collections import Counter
from typing import Any, NamedTuple

from local import seed
from tests.faults.refund_tools import KINDS, Tools, Wish, offered, words_of
from tests.faults.stack import RUNNERS
from tests.faults.storm import Storm, brought_up, seed_of_run

CUT = (
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'chatbot_app' and datname = current_database()"
    " and random() < 0.5"
)
WAITING = (
    "select id, tenant_id::text, tool, digest, arguments from tool_approvals where tool like 'refund_by_%%'"
)
OPEN = (
    "select count(*) as n from tool_approvals where tool like 'refund_by_%%'"
    " and (state = 'waiting' or state = 'approved' and result is null)"
)
# The customers' own messages of which nothing more comes.
OVER = (
    "select count(*) as n from inbound_messages where sender = any(%s) and not is_decision(message_id)"
    " and state in ('answered', 'ended', 'dead')"
)
STUCK = (
    "select a.tool, a.state, a.result, a.outcome, a.turns_lost, has_begun(a) as begun, i.state as message, i.dispatch_no, i.reason,"
    " i.due_at - now() as due_in from tool_approvals a left join inbound_messages i on i.message_id = 'approval:' || a.id"
    " where a.tool like 'refund_by_%%' and (a.state = 'waiting' or a.state = 'approved' and a.result is null)"
)


class Row(NamedTuple):
    """What became of one call. `asked`: somebody was asked about it. `result`: of the record; '' where it was declined. `outcome`: its words."""

    kind: str
    asked: bool
    approved: bool
    result: str
    done: int
    outcome: str


class KillRun:
    """Wishes of customers, a person's decisions, and what strikes meanwhile."""

    def __init__(self, storm: Storm, chance: random.Random, calls: int, each: int) -> None:
        """`each`: calls in one customer's message."""
        self._storm, self._chance = storm, chance
        wishes = [Wish(KINDS[n % len(KINDS)], f"K-{n:05d}") for n in range(calls)]
        self.customers = {
            f"3461{n:08d}": wishes[n * each : (n + 1) * each] for n in range((calls + each - 1) // each)
        }
        self.calls, self.kills, self.turns_lost = calls, Counter[str](), 0
        self._over, self._broken = threading.Event(), ""

    def run(self, tools: Tools, seconds: float) -> list[Row]:
        """Asks, decides, kills; what became of each call."""
        killer = threading.Thread(target=self._kill)
        killer.start()
        try:
            for phone, wishes in self.customers.items():
                self._storm.write(seed.CLINIC.phone_number_id, phone, [words_of(wishes)])
            approved = self._decide(seconds)
            self._settle(lambda: self._storm.admin(OPEN)[0]["n"] == 0, seconds)
        finally:
            self._over.set()
            killer.join()
        self._settle(lambda: self._storm.open_messages() == 0, seconds)
        return self._rows(tools, approved)

    def _decide(self, seconds: float) -> dict[str, bool]:
        """Decides on each request as it comes, until no more can come; by order whether it was approved."""
        decided: dict[str, bool] = {}
        own = {wish.order_id for wishes in self.customers.values() for wish in wishes}

        def all_decided() -> bool:
            over = self._storm.admin(OVER, list(self.customers))[0]["n"] == len(self.customers)
            for row in self._storm.admin(WAITING):
                order = row["arguments"]["order_id"]
                if order in own and order not in decided:
                    decided[order] = self._chance.random() < 0.7
                    self._storm.admin(
                        "select set_config('app.tenant_id', %s, false), decide_approval(%s, %s, %s, 'owner@clinic.example')",
                        *(row["tenant_id"], row["id"], row["digest"], decided[order]),
                    )
            return over or len(decided) == self.calls

        self._settle(all_decided, seconds)
        return decided

    def _settle(self, is_done: Any, seconds: float) -> None:
        """With recovery's help, as its schedule gives it every minute."""
        end = time.monotonic() + seconds
        recovered = time.monotonic()
        while not is_done():
            assert not self._broken, f"nothing is killed any more: {self._broken}"
            assert time.monotonic() < end, f"not settled after {seconds:.0f} s: {self._storm.admin(STUCK)}"
            if time.monotonic() - recovered > 4:
                self._storm.recover()
                recovered = time.monotonic()
            threading.Event().wait(0.3)

    def _kill(self) -> None:
        try:
            self._kill_until_over()
        except Exception as problem:  # such as a runner that does not come back
            self._broken = f"{type(problem).__name__}: {problem}"

    def _kill_until_over(self) -> None:
        while not self._over.wait(self._chance.uniform(0.3, 1.5)):
            if self._chance.random() < 0.3:
                self._storm.stack.revive(self._chance.choice(RUNNERS))
                self.kills["runners"] += 1
            self._storm.admin(CUT)  # and what a dead machine's steps had in PostgreSQL
            self.kills["cuts"] += 1

    def _rows(self, tools: Tools, approved: dict[str, bool]) -> list[Row]:
        done = tools.done()
        query = "select sum(turns_lost)::int as n from tool_approvals where tool like 'refund_by_%%'"
        self.turns_lost = self._storm.admin(query)[0]["n"]
        results = {
            row["arguments"]["order_id"]: (row["result"] or "", row["outcome"] or "")
            for row in self._storm.admin(
                "select arguments, result, outcome from tool_approvals where tool like 'refund_by_%%'"
            )
        }
        wishes = [wish for each in self.customers.values() for wish in each]
        found = ((w, w.order_id, *results.get(w.order_id, ("", ""))) for w in wishes)
        return [
            Row(w.kind, order in results, approved.get(order, False), result, done[order], said)
            for w, order, result, said in found
        ]


def is_right(row: Row) -> bool:
    """Done once if and only if approved; where a server's answer was lost, at most once, and the record says that nobody knows.

    What was approved and not called is wrong: no tool refuses, and a later turn makes a call that has not begun. So is a script of which nobody
    knows: a later turn asks Windmill, or sends the request again whose server knows its key."""
    if not row.approved:
        return row.done == 0 and row.result == ""
    if row.result == "done":
        return row.done == 1
    return row.done <= 1 and row.result == "unsure" and row.kind not in ("script", "keyed")


def figures(rows: list[Row]) -> dict[str, int]:
    """The books of some calls."""
    yes = [row for row in rows if row.approved]
    return {
        "calls": len(rows),
        "not_asked": sum(not row.asked for row in rows),
        "approved": len(yes),
        "done_once": sum(row.result == "done" and row.done == 1 for row in yes),
        "unsure_done_once": sum(row.result == "unsure" and row.done == 1 for row in yes),
        "unsure_not_done": sum(row.result == "unsure" and row.done == 0 for row in yes),
        "not_called": sum(row.result == "not_called" for row in yes),
        "twice": sum(row.done > 1 for row in rows),
        "without_a_yes": sum(row.done > 0 for row in rows if not row.approved),
        "wrong": sum(not is_right(row) for row in rows),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--each", type=int, default=5, help="calls in one customer's message")
    parser.add_argument("--seconds", type=float, default=1800, help="for each part of the run")
    given = parser.parse_args()
    chance = seed_of_run()
    print(f"FAULTS_SEED={chance}")
    begun = time.monotonic()
    with (
        brought_up("chatmill-kill-run-") as storm,
        offered(storm, storm.stack.state / "tools", 0.2) as tools,
    ):
        run = KillRun(storm, random.Random(chance), given.calls, given.each)
        rows = run.run(tools, given.seconds)
    by_kind = {kind: figures([row for row in rows if row.kind == kind]) for kind in KINDS}
    for row in rows:
        if not is_right(row):
            print(row)
    names = list(figures([]))
    print(f"\n{'':8}{''.join(f'{name:>18}' for name in names)}")
    for kind, each in {**by_kind, "all": figures(rows)}.items():
        print(f"{kind:8}{''.join(f'{each[name]:>18}' for name in names)}")
    print()
    result = {**figures(rows), "runners_killed": run.kills["runners"], "connections_cut": run.kills["cuts"]}
    result |= {"turns_lost": run.turns_lost}  # that ended before their call had begun
    seconds = round(time.monotonic() - begun)
    print(json.dumps({"bench": "kill_run", "seed": chance, "seconds": seconds, **result, "kinds": by_kind}))
    return 1 if result["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
