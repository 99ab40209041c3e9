"""Q&A pairs as a draft: who finds them when, publishing, two editors, versions. What reads documents is the product's; the bot's answers to
its tests are given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from f.cases import causes
from f.ingest import change_model, chunk, embed, extract, store
from tests.knowledge.conftest import MODEL, vector
from tests.knowledge.endpoint import Endpoint
from tests.portal.conftest import A, Portal
from tests.portal.test_cases import Asked, finish, save

OWNER, EDITOR, AGENT = "owner@alpha.example", "editor@alpha.example", "agent@alpha.example"
ANSWERS, VERSIONS, BOT = "f.portal_api.qa_pairs", "f.portal_api.versions", "f.portal_api.bot"
OPEN, NINE, TEN = "When do you open?", "At nine.", "At ten."
LIVE, DRAFT = "", "draft"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    one = Endpoint()
    yield one
    one.close()


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(monkeypatch)


def act(portal: Portal, action: str, who: str = EDITOR, **fields: Any) -> dict[str, Any]:
    return portal.ask(who, ANSWERS, action, **fields)


def write(portal: Portal, pairs: dict[str, str], **fields: Any) -> dict[str, Any]:
    done = act(portal, "import", pairs=[{"question": q, "answer": a} for q, a in pairs.items()], **fields)
    assert done["ok"], done
    return done


def read(portal: Portal, endpoint: Endpoint, origin: str = "%") -> None:
    """Reads what waits, as the flow does that was started for it. `origin`: only such documents."""
    waits = "select id::text from documents where state = 'received' and origin like %s order by created_at"
    for row in portal.rows(waits, origin):
        extract.main(row["id"], A, portal.db)
        chunk.main(row["id"], A, portal.db)
        embed.main(row["id"], A, portal.db, endpoint.resource)
        store.main(row["id"], A, portal.db)


def found(portal: Portal, version: str, question: str = "When do you open?") -> set[str]:
    """The answers that a turn or a dry run with this version can find."""
    with psycopg.connect(portal.url, autocommit=True) as conn:
        conn.execute("set role chatbot_app")
        conn.execute("select set_config('app.tenant_id', %s, false)", [A])
        rows = conn.execute(
            "select passage from find_passages(%s, %s::vector, %s::smallint, 20, %s)",
            [question, vector(1), MODEL, version],
        ).fetchall()
    return {row[0].rsplit("\n", 1)[-1] for row in rows}


def searched(portal: Portal, version: str) -> Any:
    """Which version of the pairs a turn or a dry run searches."""
    with psycopg.connect(portal.url, autocommit=True) as conn:
        conn.execute("set role chatbot_app")
        conn.execute("select set_config('app.tenant_id', %s, false)", [A])
        row = conn.execute("select searched_pairs(%s)", [version]).fetchone()
    return row and row[0]


def listed(portal: Portal, who: str = EDITOR) -> dict[str, Any]:
    return {pair["question"]: pair for pair in act(portal, "list", who)["pairs"]}


def revision(portal: Portal) -> str | None:
    draft = act(portal, "list")["draft"]
    return draft["revision"] if draft else None


def publish(portal: Portal, who: str = EDITOR, **fields: Any) -> dict[str, Any]:
    return act(portal, "publish", who, **{"revision": revision(portal), **fields})


def test_customers_meet_a_drafted_pair_when_it_is_published(portal: Portal, endpoint: Endpoint) -> None:
    write(portal, {OPEN: NINE, "Do you deliver?": "No.", "Is there parking?": "Behind the shop."})
    read(portal, endpoint)
    made = len(endpoint.embedded)
    here = listed(portal)
    act(portal, "update", pair_id=here[OPEN]["id"], question=OPEN, answer=TEN, draft=True)
    act(portal, "delete", pair_id=here["Do you deliver?"]["id"], draft=True)
    write(portal, {"Can I pay by card?": "Yes, by any card."}, draft=True)
    read(portal, endpoint)
    assert len(endpoint.embedded) - made == 2, "what is as it was costs nothing"
    before = {NINE, "No.", "Behind the shop."}
    after = {TEN, "Behind the shop.", "Yes, by any card."}
    assert found(portal, DRAFT) == found(portal, "draft:persona,qa_pairs") == after
    assert found(portal, LIVE) == found(portal, "1") == found(portal, "draft:persona") == before
    assert {q: p["drafted"] for q, p in listed(portal).items()} == {
        OPEN: "changed", "Do you deliver?": "removed", "Is there parking?": "", "Can I pay by card?": "added"
    }  # fmt: skip
    assert listed(portal)[OPEN]["live"] == {"question": OPEN, "answer": NINE}
    assert {pair["answer"] for pair in listed(portal, AGENT).values()} == before
    draft = act(portal, "list")["draft"]
    assert (draft["added"], draft["changed"], draft["removed"]) == (1, 1, 1)
    assert draft["document"]["state"] == "drafted"
    assert publish(portal, note=" New hours ")["version"] == 2
    assert found(portal, LIVE) == found(portal, DRAFT) == after
    now = act(portal, "list")
    assert now["draft"] is None and now["document"]["state"] == "ready" and now["version"] == 2
    assert {pair["drafted"] for pair in now["pairs"]} == {""}
    assert len(endpoint.embedded) - made == 2
    assert portal.rows("select count(*)::int as n from documents") == [{"n": 1}]
    assert publish(portal)["refused"] == "draft_empty"
    assert ("f/ingest/compare", now["document"]["id"]) in [(p, a.get("document_id")) for p, a in portal.flows]


def test_a_search_names_the_version_that_answers(portal: Portal, endpoint: Endpoint) -> None:
    assert searched(portal, LIVE) is None, "there never was a pair"
    write(portal, {OPEN: NINE})
    read(portal, endpoint)
    write(portal, {OPEN: TEN})
    write(portal, {OPEN: "At eleven."})
    assert (searched(portal, LIVE), act(portal, "list")["version"]) == (1, 3), (
        "what is not read answers nobody"
    )
    assert found(portal, LIVE) == {NINE}
    read(portal, endpoint)
    assert searched(portal, LIVE) == searched(portal, "2") == 3 and found(portal, LIVE) == {"At eleven."}
    write(portal, {OPEN: NINE}, draft=True)
    read(portal, endpoint)
    assert (searched(portal, DRAFT), searched(portal, "draft:persona"), searched(portal, LIVE)) == (
        DRAFT,
        3,
        3,
    )
    assert publish(portal)["version"] == searched(portal, LIVE) == 4
    pair = listed(portal)[OPEN]["id"]
    act(portal, "delete", pair_id=pair, draft=True)
    assert (searched(portal, DRAFT), searched(portal, LIVE)) == (DRAFT, 4)
    act(portal, "delete", pair_id=pair)
    assert searched(portal, LIVE) is None


def test_what_goes_live_at_once_leaves_the_draft_as_it_is(portal: Portal, endpoint: Endpoint) -> None:
    write(portal, {OPEN: NINE})
    write(portal, {"Is there parking?": "No."}, draft=True)
    read(portal, endpoint)
    write(portal, {"Do you deliver?": "Yes."})
    assert publish(portal)["refused"] == "pairs_being_read"
    read(portal, endpoint)
    assert found(portal, LIVE) == {NINE, "Yes."} and found(portal, DRAFT) == {NINE, "Yes.", "No."}
    write(portal, {"Is there parking?": "No."})
    assert act(portal, "list")["draft"] is None, "it is live, and nothing is drafted any more"
    read(portal, endpoint)
    assert found(portal, LIVE) == {NINE, "Yes.", "No."}
    assert portal.rows("select count(*)::int as n from documents") == [{"n": 1}]


def test_another_embedding_model_costs_what_is_drafted_and_no_more(
    portal: Portal, endpoint: Endpoint
) -> None:
    write(portal, {OPEN: NINE, "Do you deliver?": "No.", "Is there parking?": "Behind the shop."})
    write(portal, {OPEN: TEN}, draft=True)
    read(portal, endpoint)
    made = len(endpoint.embedded)
    moved = change_model.main(A, "text-embedding-3-small", portal.db, endpoint.resource)
    assert (moved["embedded"], moved["switched"]) == (3, True)
    assert publish(portal)["refused"] == "pairs_being_read", "its vectors are near to nothing any more"
    read(portal, endpoint)
    assert len(endpoint.embedded) - made == 3 + 1
    assert publish(portal)["version"] == 2


def test_the_last_pair_can_go_with_the_draft(portal: Portal, endpoint: Endpoint) -> None:
    write(portal, {OPEN: NINE})
    read(portal, endpoint)
    act(portal, "delete", pair_id=listed(portal)[OPEN]["id"], draft=True)
    assert found(portal, DRAFT) == set() and found(portal, LIVE) == {NINE}
    assert publish(portal)["version"] == 2
    assert found(portal, LIVE) == set() and listed(portal) == {}


def test_two_questions_may_change_places(portal: Portal, endpoint: Endpoint) -> None:
    write(portal, {"One?": "1", "Two?": "2"})
    here = listed(portal)
    for old, new in (("One?", "Three?"), ("Two?", "One?"), ("Three?", "Two?")):
        act(
            portal,
            "update",
            pair_id=listed(portal)[old]["id"],
            question=new,
            answer=listed(portal)[old]["answer"],
            draft=True,
        )
    same = act(portal, "update", pair_id=here["One?"]["id"], question="one?", answer="x", draft=True)
    assert same["refused"] == "question_exists"
    read(portal, endpoint)
    assert publish(portal)["version"] == 2
    assert {q: (p["id"], p["answer"]) for q, p in listed(portal).items()} == {
        "Two?": (here["One?"]["id"], "1"), "One?": (here["Two?"]["id"], "2")
    }  # fmt: skip


def test_a_new_pair_that_is_drafted_anew_keeps_its_place(portal: Portal, endpoint: Endpoint) -> None:
    for question in ("First?", "Second?"):
        write(portal, {question: "No."}, draft=True)
    write(portal, {"First?": "Yes."}, draft=True)
    assert [*listed(portal)] == ["Second?", "First?"], "the newest stands first"
    read(portal, endpoint)
    assert publish(portal)["version"] == 1 and [*listed(portal)] == ["Second?", "First?"]


def test_what_somebody_else_has_changed_is_not_overwritten(portal: Portal, endpoint: Endpoint) -> None:
    write(portal, {OPEN: NINE})
    read(portal, endpoint)
    seen, pair = listed(portal)[OPEN], {"pair_id": listed(portal)[OPEN]["id"], "question": OPEN}
    assert act(portal, "update", OWNER, **pair, answer=TEN, was=seen["revision"], draft=True)["ok"]
    for draft in (True, False):
        for action, said in (("update", {"answer": "At eight."}), ("delete", {})):
            refused = act(portal, action, **pair, **said, was=seen["revision"], draft=draft)
            assert (refused["refused"], refused["values"]) == ("settings_changed", {"person": OWNER})
    saw = revision(portal)
    assert act(
        portal, "update", **pair, answer="At eight.", was=listed(portal)[OPEN]["revision"], draft=True
    )["ok"]
    read(portal, endpoint)
    for action in ("publish", "discard"):
        refused = act(portal, action, OWNER, revision=saw)
        assert (refused["refused"], refused["values"]) == ("pairs_changed", {"person": EDITOR}), action
    assert act(portal, "restore", OWNER, number=1, revision=saw)["refused"] == "pairs_changed"
    assert act(portal, "update", **pair, answer="At seven.", was=listed(portal)[OPEN]["revision"])["ok"]
    assert act(portal, "list")["draft"] is None, "who saw the draft has made it live otherwise"
    read(portal, endpoint)
    assert found(portal, LIVE) == {"At seven."}


def test_one_pair_or_the_whole_draft_is_taken_back(portal: Portal, endpoint: Endpoint) -> None:
    write(portal, {OPEN: NINE})
    write(portal, {OPEN: TEN, "Is there parking?": "No."}, draft=True)
    assert act(portal, "discard", revision=revision(portal), pair_id=listed(portal)[OPEN]["id"])["ok"]
    read(portal, endpoint)
    assert found(portal, DRAFT) == {NINE, "No."}
    assert act(portal, "discard", revision=revision(portal))["ok"]
    assert act(portal, "list")["draft"] is None and found(portal, DRAFT) == found(portal, LIVE) == {NINE}
    assert portal.rows("select from documents where origin = 'qa_draft'") == []


def test_each_version_is_kept_compared_and_restored(portal: Portal, endpoint: Endpoint) -> None:
    write(portal, {OPEN: NINE, "Is there parking?": "No."})
    act(portal, "update", pair_id=listed(portal)[OPEN]["id"], question=OPEN, answer=TEN)
    act(portal, "delete", pair_id=listed(portal)["Is there parking?"]["id"])
    shown = act(portal, "versions")["versions"]
    assert [(v["number"], v["person"], v["pairs"], v["changed"]) for v in shown] == [
        (3, EDITOR, 1, 1), (2, EDITOR, 2, 1), (1, EDITOR, 2, 2)
    ]  # fmt: skip
    said = act(portal, "compare", one="1", other="live")["differences"]
    assert [(d["one"], d["other"]) for d in said] == [
        ({"question": "Is there parking?", "answer": "No."}, None),
        ({"question": OPEN, "answer": NINE}, {"question": OPEN, "answer": TEN}),
    ]
    assert len(act(portal, "compare", one="0", other="1")["differences"]) == 2
    assert act(portal, "compare", one="9", other="live")["refused"] == "version_unknown"
    assert act(portal, "restore", number=9)["refused"] == "version_unknown"
    restored = act(portal, "restore", number=1)["draft"]
    assert (restored["added"], restored["changed"]) == (1, 1)
    assert act(portal, "compare", one="1", other="draft")["differences"] == []
    read(portal, endpoint)
    assert found(portal, DRAFT) == {NINE, "No."} and found(portal, LIVE) == {TEN}
    assert publish(portal, note="As before")["version"] == 4
    newest = act(portal, "versions")["versions"][0]
    assert (newest["note"], newest["person"], newest["pairs"]) == ("As before", EDITOR, 2)
    written = portal.ask(OWNER, "f.portal_api.people", "list_changes")["changes"]
    assert {"qa_pairs.publish", "qa_pairs.restore"} <= {row["action"] for row in written}


def test_a_dry_run_of_the_draft_waits_until_it_is_read(portal: Portal, endpoint: Endpoint) -> None:
    write(portal, {OPEN: NINE}, draft=True)
    asked = {"question": OPEN, "phone_number_id": "1001"}
    assert portal.ask(EDITOR, BOT, "ask", **asked)["refused"] == "pairs_being_read"
    assert portal.ask(EDITOR, BOT, "ask", **asked, version="live")["ok"]
    portal.rows("update documents set state = 'failed', error = '{\"code\": \"reading_failed\"}'")
    refused = portal.ask(EDITOR, BOT, "ask", **asked)
    assert (refused["refused"], refused["values"]["problem"]["code"]) == ("pairs_unread", "reading_failed")
    assert publish(portal)["refused"] == "pairs_unread"
    assert act(portal, "read_again")["ok"]
    read(portal, endpoint)
    assert portal.ask(EDITOR, BOT, "ask", **asked)["ok"]
    assert portal.flows[-1][1]["version"] == DRAFT
    assert portal.ask(AGENT, BOT, "ask", **asked)["ok"]
    assert portal.flows[-1][1]["version"] == LIVE, "agents meet what is live"


def test_a_red_test_stops_drafted_pairs_and_an_owner_may_go_on(
    portal: Portal, endpoint: Endpoint, bot: Asked
) -> None:
    save(portal)
    write(portal, {"How long?": "14 days"}, draft=True)
    read(portal, endpoint)
    portal.ask(EDITOR, BOT, "update", phone_number_id="1001", settings={"persona": "kind"})
    bot.says = {("How long?", "draft:qa_pairs"): "14 days"}
    (test,) = publish(portal)["runs"]
    assert (test["phone_number_id"], test["name"], test["state"]) == ("1001", "Alpha", "running")
    (red,) = finish(portal, test["run"])["red"]
    assert set(bot.asked) == {("How long?", "draft:qa_pairs"), ("How long?", "")}
    assert red["cause"] == {"kind": "settings", "settings": ["qa_pairs"], "pairs": ["How long?"]}
    assert publish(portal)["runs"] == [{**test, "state": "red"}]
    assert publish(portal, reason="Yes.")["refused"] == "role"
    bot.asked.clear()
    run = portal.publish(EDITOR)["run"]
    assert finish(portal, run)["of"]["state"] == "green"
    assert bot.asked == [("How long?", "draft:persona")], "the settings are published without the pairs"
    assert portal.publish(EDITOR, run=run)["version"] == 2
    assert publish(portal, OWNER, reason=" It is 14 days now. ")["version"] == 1
    assert act(portal, "versions")["versions"][0]["reason"] == "It is 14 days now."


def test_pairs_that_are_green_are_published_once_all_bots_were_asked(
    portal: Portal, endpoint: Endpoint, bot: Asked
) -> None:
    portal.rows("insert into chatbots (phone_number_id, tenant_id, name) values ('1003', %s, 'Second')", A)
    for number in ("1001", "1003"):
        save(portal, phone_number_id=number)
    write(portal, {"How long?": "30 days"}, draft=True)
    read(portal, endpoint)
    runs = publish(portal)["runs"]
    assert [run["phone_number_id"] for run in runs] == ["1001", "1003"]
    finish(portal, runs[0]["run"])
    assert publish(portal)["runs"] == runs[1:], "the other one goes on, and is not begun again"
    finish(portal, runs[1]["run"])
    write(portal, {"Is there parking?": "No."}, draft=True)
    read(portal, endpoint)
    assert {run["run"] for run in publish(portal)["runs"]}.isdisjoint(run["run"] for run in runs)
    for run in publish(portal)["runs"]:
        finish(portal, run["run"])
    assert publish(portal)["version"] == 1


@pytest.mark.parametrize(
    ("cited", "pairs"),
    [(["b"], ["B?"]), ([], ["A?", "B?"])],
)
def test_the_pair_that_an_answer_rests_on_is_named(cited: list[str], pairs: list[str]) -> None:
    answer = {"citations": [{"document": "Questions and answers", "passages": cited}]}
    red = {"case_id": "1", "version": "draft:qa_pairs", "state": "red", "answer": answer}
    live = {"case_id": "1", "version": "", "state": "green", "answer": {"citations": []}}
    changed = {"A?": ["a"], "B?": ["b", "old b"]}
    found = causes.causes([red, live], "draft:qa_pairs", ["qa_pairs"], {}, changed)
    assert found["1"]["pairs"] == pairs


def test_the_plan_bounds_the_draft_too(portal: Portal) -> None:
    portal.rows('update tenants set limits = \'{"qa_pairs": 1, "documents": 1}\' where id = %s', A)
    write(portal, {OPEN: NINE})
    pairs = [{"question": "More?", "answer": "No."}]
    assert act(portal, "import", pairs=pairs, draft=True)["refused"] == "plan_questions"
    write(portal, {OPEN: TEN}, draft=True)
    assert revision(portal)
