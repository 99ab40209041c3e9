"""Money is bounded: previews, searches and questions count in the month, a new business has limits, and previews have a rate."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from f.chatbot import persist
from f.common.database import as_tenant, connect, one
from tests.portal.conftest import A, Portal

OWNER, EDITOR, OPERATOR = "owner@alpha.example", "editor@alpha.example", "op@platform.example"


def used(portal: Portal) -> dict[str, Any]:
    rows = portal.rows(
        "select turns, input_tokens::int as input, output_tokens::int as output, cost_usd::float8 as cost"
        " from usage_months where tenant_id = %s",
        A,
    )
    return rows[0] if rows else {"turns": 0, "input": 0, "output": 0, "cost": 0.0}


def finish(portal: Portal, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last step of a dry run, as the flow calls it."""
    monkeypatch.setenv("WM_ROOT_FLOW_JOB_ID", run)
    usage = {"input_tokens": 100, "output_tokens": 20, "cost_usd": 0.5}
    result: Any = {"usage": usage, "error": None, "answered": True}
    persist.main({"mode": "dry_run"}, result, {"parts": []}, portal.db, "key")  # type: ignore[typeddict-item]
    monkeypatch.delenv("WM_ROOT_FLOW_JOB_ID")


def started(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the runs that the portal starts."""
    runs: list[str] = []
    monkeypatch.setattr(
        "f.portal_api.dry_runs.start_flow", lambda path, arguments, job: runs.append(job) or job
    )
    return runs


def test_a_preview_and_a_question_that_is_asked_again_count_once_each(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, runs = used(portal), started(portal, monkeypatch)
    portal.ask(EDITOR, "f.portal_api.bot", "ask", question="Are you open?")
    portal.ask(
        EDITOR, "f.portal_api.insights", "ask_again", turn_ids=[conversation["turn"]], purpose="before"
    )
    for run in [*runs, *runs]:  # a step may run twice
        finish(portal, run, monkeypatch)
    after = used(portal)
    assert (len(runs), after["turns"] - before["turns"]) == (2, 2)
    assert (after["input"] - before["input"], after["cost"] - before["cost"]) == (200, 1.0)
    finish(portal, str(uuid.uuid4()), monkeypatch)
    assert used(portal) == after, "an operator's replay is not the business's"


def test_a_search_and_the_vectors_of_questions_count(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("f.models.embeddings.embed", lambda texts, *_: [[1.0] + [0.0] * 383 for _ in texts])
    seen = [used(portal)["input"]]
    portal.ask(OWNER, "f.portal_api.passages", "explain", question="opening hours of the shop")
    seen.append(used(portal)["input"])
    portal.ask(OWNER, "f.portal_api.insights", "list_unanswered")
    seen.append(used(portal)["input"])
    assert seen[0] < seen[1] < seen[2]
    portal.ask(OPERATOR, "f.portal_api.operator", "update_limits", tenant=A, limits={"monthly_tokens": 1})
    refused = portal.ask(OWNER, "f.portal_api.passages", "explain", question="opening hours")
    assert refused["refused"] == "plan_month"


def test_a_new_business_has_limits(portal: Portal) -> None:
    tenant = portal.ask(OPERATOR, "f.portal_api.operator", "create_tenant", name="New")["tenant"]
    with connect(portal.db) as conn, as_tenant(conn, tenant):
        conn.execute(b"select count_usage(0, 0, 199, 'speech')")
        assert one(conn, "select tenant_usage()", [])["reached"] is None
        conn.execute(b"select count_usage(0, 0, 1, 'speech')")
        assert "monthly_cost_usd" in one(conn, "select tenant_usage()", [])["reached"]
    kinds = portal.rows("select kind from notifications where tenant_id = %s order by id", tenant)
    assert [row["kind"] for row in kinds] == ["limit_near", "limit_reached"]
    month = portal.ask(OWNER, "f.portal_api.insights", "get", days=1)["month"]
    assert month["limits"]["monthly_turns"] == 20000, "the owner sees it, too"


def test_previews_have_a_rate_for_a_person_and_for_the_business(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = started(portal, monkeypatch)
    portal.ask(OPERATOR, "f.portal_api.operator", "update_limits", tenant=A, limits={"previews_per_hour": 4})
    ask = lambda who: portal.ask(who, "f.portal_api.bot", "ask", question="Open?")  # noqa: E731
    assert [ask(EDITOR)["ok"] for _ in range(3)] == [True, True, False]
    assert ask(EDITOR)["refused"] == "previews_per_hour"
    assert [ask(OWNER)["ok"] for _ in range(3)] == [True, True, False]
    assert ask("agent@alpha.example")["refused"] == "previews_per_hour", "the business's hour is used up"
    assert len(runs) == 4
    portal.rows("update portal_runs set created_at = created_at - interval '1 hour'")
    assert ask(EDITOR)["ok"] is True
