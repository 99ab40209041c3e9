# no_postinstall
# requirements: media
"""A slice of a run of cases: reads the answers that are there, judges them, asks the next cases, and starts the slice after it.

It waits for nothing, so that even a single worker gets the dry runs done. Of red cases of a draft it finds out which change did it, by asking
them with what is live and with single settings of the draft. In: the run, and how many slices it has had. Out: how many cases are asked and judged.
"""

from __future__ import annotations

import json
from typing import Any

from f.cases import asking
from f.cases.causes import MOST_ANALYSED, PAIRS, causes, more_versions, red_cases
from f.cases.expected import Answer
from f.cases.judgement import Platform, judged
from f.cases.runs import LONGEST_S, PAUSE_S, start_slice
from f.common.database import Database, TenantDatabase
from f.common.failures import contain_errors

postgresql = dict[str, Any]
c_llm = dict[str, Any]
c_settings = dict[str, Any]
LATE = Answer(outcome="failed", said="", citations=[], tools=[], problem=None, usage={}, model="")


@contain_errors
def main(
    run: str, tenant_id: str, passes: int, db: postgresql, llm: c_llm, settings: c_settings, master_key: str
) -> dict[str, Any]:
    with Database.open(db) as database:
        tenant = database.of_tenant(tenant_id)
        if not tenant.value("select begin_case_slice(%s, %s)", run, passes):
            return {"state": "gone", "reason": "the run has ended, or another slice goes on with it"}
        done = judge_ended(database, tenant, run, Platform(llm, settings, master_key))
        started = ask_next(tenant, run)
        state = go_on(tenant, run)
    if state == "running":
        start_slice(tenant_id, run, passes + 1, PAUSE_S)
    return {"state": state, "judged": done, "asked": started}


def judge_ended(database: Database, tenant: TenantDatabase, run: str, platform: Platform) -> int:
    """Judges the answers that are there; returns how many."""
    rows = tenant.rows(
        "select r.case_id::text, r.version, r.job::text, c.expected, c.question, c.phone_number_id, t.version as run_version,"
        " r.asked_at < now() - make_interval(secs => %s) as late"
        " from case_results r join bot_cases c on c.id = r.case_id join case_runs t on t.id = r.run_id"
        " where r.run_id = %s and r.state = 'running'",
        LONGEST_S,
        run,
    )
    done = 0
    for row in rows:
        answer = LATE if row["late"] else asking.read_answer(row["job"])
        if answer is None:
            continue
        found = judged(row["expected"], answer, question=row["question"])
        if found.state == "red" and any(f["code"] == "case_not_said" for f in found.findings):
            from f.cases.word_judge import judge_of  # most answers need none

            judge = judge_of(database, tenant.tenant_id, row["phone_number_id"], row["version"], platform)
            found = judged(row["expected"], answer, judge, row["question"]) if judge else found
        tenant.value(
            "select end_case(%s, %s, %s::jsonb, %s::jsonb)",
            row["job"],
            found.state,
            json.dumps(answer, ensure_ascii=False, default=str),
            json.dumps(found.findings, ensure_ascii=False),
        )
        done += 1
    return done


def ask_next(tenant: TenantDatabase, run: str) -> int:
    """Asks as many cases as there is room for. One that can't be asked now is lost, and asked again."""
    rows = tenant.rows("select * from next_cases(%s)", run)
    for row in rows:
        try:
            asking.ask(row)
        except (OSError, RuntimeError) as problem:
            print(f"case {row['case_id']} can't be asked now: {problem}")
    return len(rows)


def go_on(tenant: TenantDatabase, run: str) -> str:
    """What the run is now: running, or how it has ended."""
    about = tenant.row("select version, draft, phase, state from case_runs where id = %s", run)
    results = tenant.rows("select * from case_run_results(%s)", run)
    if about is None or about["state"] != "running":
        return "gone"
    if any(row["state"] in ("waiting", "running") for row in results):
        return "running"
    version, draft = about["version"], sorted(about["draft"])
    red = red_cases(results, version)
    if red and version and about["phase"] == 1:
        cases = [str(row["case_id"]) for row in red[:MOST_ANALYSED]]
        tenant.value("select ask_more_cases(%s, %s::uuid[], %s)", run, cases, more_versions(draft))
        return "running"
    changes = {
        str(row["case_id"]): tenant.value("select changes_since(%s)", row["green_at"])
        for row in red
        if row["green_at"]
    }
    pairs = tenant.value("select drafted_marks()") if red and PAIRS in draft else {}
    state = "red" if any(not row["known_red"] for row in red) else "green"
    tenant.value(
        "select end_case_run(%s, %s, %s::jsonb)",
        run,
        state,
        json.dumps(causes(results, version, draft, changes, pairs), ensure_ascii=False, default=str),
    )
    return state
