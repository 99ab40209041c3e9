"""Drafted Q&A pairs beside what changes live meanwhile: no live answer goes that nobody saw going, and no test of another list counts."""

from __future__ import annotations

from base64 import b64encode

from tests.knowledge.endpoint import Endpoint
from tests.portal.conftest import A, Portal
from tests.portal.test_cases import Asked, finish, save
from tests.portal.test_passages import edit, passages
from tests.portal.test_qa_drafts import (  # noqa: F401
    DRAFT,
    EDITOR,
    LIVE,
    OWNER,
    act,
    bot,
    endpoint,
    found,
    listed,
    publish,
    read,
    revision,
    write,
)


def rename(portal: Portal, question: str, to: str, answer: str) -> None:
    pair = listed(portal)[question]["id"]
    assert act(portal, "update", pair_id=pair, question=to, answer=answer, draft=True)["ok"]


def test_a_live_answer_to_a_drafted_question_is_shown_before_it_goes(
    portal: Portal,
    endpoint: Endpoint,  # noqa: F811
) -> None:
    write(portal, {"A?": "a"})
    read(portal, endpoint)
    rename(portal, "A?", "B?", "old")
    seen = revision(portal)
    write(portal, {"B?": "new, live at once"})
    read(portal, endpoint)
    assert act(portal, "list")["draft"]["removed"] == 1
    assert ("B?", "new, live at once", "removed") in [
        (pair["question"], pair["answer"], pair["drafted"]) for pair in act(portal, "list")["pairs"]
    ]
    assert act(portal, "publish", revision=seen)["refused"] == "pairs_changed"
    assert "new, live at once" in found(portal, LIVE, "B?")


def test_a_pair_is_not_taken_back_into_the_place_of_another_one(
    portal: Portal,
    endpoint: Endpoint,  # noqa: F811
) -> None:
    write(portal, {"A?": "a", "C?": "c"})
    read(portal, endpoint)
    first = listed(portal)["A?"]["id"]
    rename(portal, "A?", "B?", "a")
    rename(portal, "C?", "A?", "c")
    done = act(portal, "discard", revision=revision(portal), pair_id=first)
    assert done["refused"] == "question_exists"
    assert {q: p["answer"] for q, p in listed(portal).items()} == {"B?": "a", "A?": "c"}


def test_a_draft_whose_document_is_lost_is_read_again(portal: Portal, endpoint: Endpoint) -> None:  # noqa: F811
    write(portal, {"A?": "a"})
    write(portal, {"D?": "drafted"}, draft=True)
    read(portal, endpoint)
    document = act(portal, "list")["draft"]["document"]["id"]
    given = {"file": b64encode(b"We sell bread.").decode(), "filename": "a.txt", "replaces": document}
    assert "refused" in portal.ask(EDITOR, "f.ingest.upload_document", "upload", **given)
    portal.rows("delete from documents where id = %s returning 1", document)
    assert publish(portal)["refused"] == "pairs_being_read"
    read(portal, endpoint)
    assert publish(portal)["version"] and found(portal, LIVE, "A?") == {"a", "drafted"}


def test_no_version_is_no_dry_run(portal: Portal, endpoint: Endpoint) -> None:  # noqa: F811
    write(portal, {"A?": "a"})
    write(portal, {"D?": "drafted"}, draft=True)
    read(portal, endpoint)
    assert found(portal, None) == found(portal, LIVE) == {"a"}  # type: ignore[arg-type]


def test_a_reason_counts_only_with_the_publication(
    portal: Portal,
    endpoint: Endpoint,  # noqa: F811
    bot: Asked,  # noqa: F811
) -> None:
    save(portal)
    write(portal, {"How long?": "13 days"})
    write(portal, {"How long?": "14 days"}, draft=True)
    read(portal, endpoint)
    bot.says = {("How long?", "draft:qa_pairs"): "14 days"}
    (test,) = publish(portal)["runs"]
    finish(portal, test["run"])
    # What a correction of the passage does that was not there when it was read.
    portal.rows("update staged_chunks set text = text || 'x', source_text = text returning 1")
    assert publish(portal, OWNER, reason="It is wanted.")["refused"] == "pairs_being_read"
    assert portal.rows("select known_red from bot_cases") == [{"known_red": False}]


def test_a_test_of_an_older_list_does_not_count(
    portal: Portal,
    endpoint: Endpoint,  # noqa: F811
    bot: Asked,  # noqa: F811
) -> None:
    save(portal)
    write(portal, {"Z?": "z"})
    write(portal, {"How long?": "30 days"}, draft=True)
    read(portal, endpoint)
    (test,) = publish(portal)["runs"]
    assert finish(portal, test["run"])["of"]["state"] == "green"
    act(portal, "update", pair_id=listed(portal)["Z?"]["id"], question="Z?", answer="otherwise")
    # The draft is read before the live answers are.
    read(portal, endpoint, "qa_draft")
    (again,) = publish(portal)["runs"]
    assert again["run"] != test["run"] and again["state"] == "running"


def test_the_draft_finds_no_passage_that_was_left_out(
    portal: Portal,
    endpoint: Endpoint,  # noqa: F811
) -> None:
    write(portal, {"A?": "a", "B?": "b"})
    read(portal, endpoint)
    document = act(portal, "list")["document"]["id"]
    portal.values["embeddings"] = endpoint.resource
    first = passages(portal, document)["passages"][0]
    assert edit(portal, document, first, left_out=True)["ok"]
    write(portal, {"C?": "c"}, draft=True)
    read(portal, endpoint)
    assert found(portal, DRAFT) == found(portal, LIVE) | {"c"} and len(found(portal, LIVE)) == 1


def test_what_was_live_long_ago_is_forgotten_with_its_versions(portal: Portal) -> None:
    for answer in ("one", "two", "three"):
        write(portal, {"A?": answer})
    portal.rows(
        "update qa_pair_versions set published_at = now() - interval '40 days' where number < 3 returning 1"
    )
    portal.rows(
        "update tenants set limits = limits || '{\"keep_words_days\": 30}' where id = %s returning 1", A
    )
    portal.rows("select expire_data(%s)", A)
    assert [row["number"] for row in act(portal, "versions", before=0)["versions"]] == [3, 2], (
        "the second was live then"
    )
    (difference,) = act(portal, "compare", one="2", other="live")["differences"]
    assert (difference["one"]["answer"], difference["other"]["answer"]) == ("two", "three")
    assert portal.rows("select from qa_pair_history where answer = 'one'") == []
