"""What the owner sees of a document, and changes: passages, corrections, what is left out, why a question finds something; pictures of pages."""

from __future__ import annotations

import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from f.ingest import chunk, embed, extract, store
from tests.knowledge.endpoint import Endpoint
from tests.portal.conftest import A, B, Portal

EDITOR = "editor@alpha.example"
PASSAGES, PICTURE = "f.portal_api.passages", "f.portal_api.page_picture"
TEXT = "# Delivery\n\nExpress delivery costs 9 euros.\n\n# Returns\n\nReturns are free for 30 days."


@pytest.fixture
def endpoint(portal: Portal) -> Iterator[Endpoint]:
    made = Endpoint()
    portal.embeddings = portal.values["embeddings"] = made.resource
    yield made
    made.close()


def ingest(portal: Portal, document_id: str) -> None:
    """All steps, as the flow runs them."""
    extract.main(document_id, A, portal.db)
    chunk.main(document_id, A, portal.db)
    embed.main(document_id, A, portal.db, portal.embeddings)
    assert store.main(document_id, A, portal.db)["state"] == "ready"


def put(portal: Portal, content: str | bytes, name: str = "delivery.md", **fields: Any) -> str:
    raw = content.encode() if isinstance(content, str) else content
    taken = portal.ask(
        EDITOR, "f.ingest.upload_document", "upload", file=b64encode(raw).decode(), filename=name, **fields
    )
    ingest(portal, taken["document_id"])
    return str(taken["document_id"])


def passages(portal: Portal, document_id: str, **fields: Any) -> dict[str, Any]:
    answer = portal.ask("viewer@alpha.example", PASSAGES, "list", document_id=document_id, **fields)
    assert answer["ok"], answer
    return answer


def edit(portal: Portal, document_id: str, row: dict[str, Any], **fields: Any) -> dict[str, Any]:
    given = {"text": row["text"], "left_out": row["left_out"]} | fields
    return portal.ask(
        EDITOR, PASSAGES, "edit", document_id=document_id, ordinal=row["ordinal"], was=row["text"], **given
    )


def found(portal: Portal, question: str) -> list[str]:
    answer = portal.ask(EDITOR, PASSAGES, "explain", question=question)
    return [row["passage"] for row in answer["passages"] if row["rank"]]


def test_the_passages_are_those_of_the_search_in_order(portal: Portal, endpoint: Endpoint) -> None:
    document = put(portal, TEXT)
    listed = passages(portal, document)
    assert [row["text"] for row in listed["passages"]] == [
        row["text"] for row in portal.rows("select text from chunks order by ordinal")
    ]
    assert [row["heading"] for row in listed["passages"]] == ["", "Returns"]
    assert (listed["total"], listed["document"]["title"]) == (2, "delivery")
    searched = passages(portal, document, words="réturns ARE")
    assert [row["ordinal"] for row in searched["passages"]] == [1]
    assert passages(portal, document, words="nowhere")["total"] == 0
    stranger = portal.ask("owner@beta.example", PASSAGES, "list", document_id=document)
    assert stranger["refused"] == "not_found"
    assert B not in str(listed)


def test_what_an_answer_has_used_is_marked_while_it_says_the_same(portal: Portal, endpoint: Endpoint) -> None:
    long = "\n\n".join(f"# Rate {n}\n\nThe rate of zone {n} is {n} euros." for n in range(1, 40))
    document = put(portal, long)
    (row,) = portal.rows(
        "select ordinal, passage_mark(text) as mark from chunks where position('zone 30 ' in text) > 0"
    )
    listed = passages(portal, document, used=[row["mark"]], at_used=True)["passages"]
    assert [one["ordinal"] for one in listed if one["used"]] == [row["ordinal"]]
    assert listed[0]["ordinal"] == row["ordinal"] - 3, "with what stands before it"
    other = passages(portal, document, used=["0" * 12], at_used=True)["passages"]
    assert other[0]["ordinal"] == 0 and not any(one["used"] for one in other)
    used = next(one for one in listed if one["used"])
    edit(portal, document, used, text="The rate of zone 30 is 31 euros.")
    assert not any(one["used"] for one in passages(portal, document, used=[row["mark"]])["passages"])
    refused = portal.ask(EDITOR, PASSAGES, "list", document_id=document, used=["'; --"])
    assert refused["refused"] == "bad_request"


def test_a_correction_answers_at_once_and_says_who_made_it(portal: Portal, endpoint: Endpoint) -> None:
    document = put(portal, TEXT)
    first = passages(portal, document)["passages"][0]
    new = first["text"].replace("9 euros", "12 euros")
    assert edit(portal, document, first, text=new)["ok"]
    assert endpoint.embedded[-1].endswith("Express delivery costs 12 euros.")
    assert new in found(portal, "express delivery") and first["text"] not in found(portal, "express delivery")
    row = passages(portal, document)["passages"][0]
    assert (row["text"], row["source_text"], row["edited_by"]) == (new, first["text"], EDITOR)
    assert edit(portal, document, first)["refused"] == "passage_changed"
    long = edit(portal, document, row, text="word " * 3000)
    assert long["refused"] == "passage_too_long"
    words = "select lexeme, chunks from tenant_words order by 1"
    counted = "select lexeme, count(*)::int as chunks from chunks, unnest(tsvector_to_array(words)) lexeme group by 1 order by 1"
    assert portal.rows(words) == portal.rows(counted)
    assert edit(portal, document, row, text=None)["ok"]
    row = passages(portal, document)["passages"][0]
    assert (row["text"], row["source_text"], row["edited_by"]) == (first["text"], None, None)


def test_what_is_left_out_is_not_found_and_comes_back(portal: Portal, endpoint: Endpoint) -> None:
    document = put(portal, TEXT)
    first = passages(portal, document)["passages"][0]
    assert edit(portal, document, first, left_out=True)["ok"]
    assert first["text"] not in found(portal, "express delivery")
    row = passages(portal, document)["passages"][0]
    assert (row["text"], row["left_out"], row["edited_by"]) == (first["text"], True, EDITOR)
    assert edit(portal, document, row, left_out=False)["ok"]
    assert first["text"] in found(portal, "express delivery")
    assert portal.rows("select from passage_edits") == []


def test_edits_stay_when_the_document_is_read_again(portal: Portal, endpoint: Endpoint) -> None:
    document = put(portal, TEXT)
    first, second = passages(portal, document)["passages"]
    edit(portal, document, first, text="Express delivery costs 12 euros.")
    edit(portal, document, second, left_out=True)
    before = passages(portal, document)["passages"]
    ingest(portal, document)
    assert passages(portal, document)["passages"] == before
    newer = put(portal, TEXT + "\n\n# Payment\n\nCash only.", "delivery.md", replaces=document)
    after = passages(portal, newer)["passages"]
    kept = ("text", "source_text", "left_out", "edited_by", "edited_at")
    assert [[row[k] for k in kept] for row in after[:2]] == [[row[k] for k in kept] for row in before]
    assert found(portal, "Returns")[0] != second["text"]


def test_an_edit_of_a_changed_passage_is_listed_as_no_longer_fitting(
    portal: Portal, endpoint: Endpoint
) -> None:
    document = put(portal, TEXT)
    first = passages(portal, document)["passages"][0]
    edit(portal, document, first, text="Express delivery costs 12 euros.")
    newer = put(portal, TEXT.replace("9 euros", "15 euros"), "delivery.md", replaces=document)
    listed = passages(portal, newer)
    assert "15 euros" in listed["passages"][0]["text"] and listed["passages"][0]["edited_by"] is None
    (unfit,) = listed["no_longer_fit"]
    assert (unfit["source_text"], unfit["text"], unfit["edited_by"]) == (
        first["text"],
        "Express delivery costs 12 euros.",
        EDITOR,
    )
    assert portal.ask(EDITOR, PASSAGES, "forget", edit_id=unfit["edit_id"])["ok"]
    assert passages(portal, newer)["no_longer_fit"] == []


def test_an_edit_made_during_a_reading_is_not_lost(portal: Portal, endpoint: Endpoint) -> None:
    document = put(portal, TEXT)
    first = passages(portal, document)["passages"][0]
    extract.main(document, A, portal.db)
    chunk.main(document, A, portal.db)
    embed.main(document, A, portal.db, portal.embeddings)
    edit(portal, document, first, text="Express delivery costs 12 euros.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "start_flow", lambda *_: "run")
        assert store.main(document, A, portal.db)["state"] == "processing"
    ingest(portal, document)
    assert passages(portal, document)["passages"][0]["text"] == "Express delivery costs 12 euros."


def test_equal_passages_are_edited_one_by_one(portal: Portal, endpoint: Endpoint) -> None:
    table = "day,price\n" + "\n".join(f"Monday,{n}" for n in range(400))
    document = put(portal, table, "a.csv")
    repeated = put(portal, "# Shop\n\nOpen.\n\n# Bar\n\nClosed.\n\n# Shop\n\nOpen.", "b.md")
    rows = passages(portal, repeated)["passages"]
    last = [row for row in rows if row["heading"] == rows[-1]["heading"] and row["text"] == rows[-1]["text"]][
        -1
    ]
    edit(portal, repeated, last, left_out=True)
    ingest(portal, repeated)
    assert [row["left_out"] for row in passages(portal, repeated)["passages"]] == [False, False, True]
    assert passages(portal, document)["total"] > 1


def test_a_question_says_why_a_passage_was_found_or_not(portal: Portal, endpoint: Endpoint) -> None:
    document = put(portal, TEXT)
    other = put(portal, "\n\n".join(f"# Part {n}\n\nPart {n} of the terms." for n in range(30)), "terms.md")
    second = passages(portal, document)["passages"][1]
    edit(portal, document, second, left_out=True)
    answer = portal.ask(
        "viewer@alpha.example", PASSAGES, "explain", question="Express returns?", document_id=other
    )
    by_text = {row["passage"]: row for row in answer["passages"]}
    left_out = by_text[second["text"]]
    assert (left_out["left_out"], left_out["used"], left_out["rank"]) == (True, False, None)
    assert left_out["matched"] == ["returns"] and left_out["cosine"] > 0
    best = answer["passages"][0]
    assert (best["rank"], best["left_out"]) == (1, False)
    assert (
        best["used"]
        == best["fits"]
        == (max(r["relevance"] or 0 for r in answer["passages"]) >= answer["floor"])
    )
    assert sum(row["document_id"] == other for row in answer["passages"]) >= 10


def pdf(pages: int) -> bytes:
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(595, 842)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_page_of_a_pdf_is_shown_as_a_picture_and_nothing_else_is(
    portal: Portal, endpoint: Endpoint
) -> None:
    from PIL import Image

    content = open_office_pdf()
    document = put(portal, content, "prices.pdf")
    answer = portal.ask("viewer@alpha.example", PICTURE, "get", document_id=document, page=1)
    image = Image.open(BytesIO(b64decode(answer["png"])))
    assert image.format == "PNG" and max(image.size) <= 1600 and image.width <= 1000
    assert len(b64decode(answer["png"])) <= 1_000_000 and len(image.convert("L").getcolors() or []) > 1
    for page in (0, 999):
        refused = portal.ask(EDITOR, PICTURE, "get", document_id=document, page=page)
        assert refused["refused"] == "page_not_drawn"
    text = put(portal, TEXT)
    assert portal.ask(EDITOR, PICTURE, "get", document_id=text, page=1)["refused"] == "not_found"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "HEIF"])
def test_a_photo_of_a_menu_is_shown_beside_its_passages(
    portal: Portal, endpoint: Endpoint, kind: str
) -> None:
    from PIL import Image
    from pillow_heif import register_heif_opener

    register_heif_opener()
    out = BytesIO()
    Image.linear_gradient("L").resize((2400, 1200)).convert("RGB").save(out, kind)
    document = put(portal, out.getvalue(), f"menu.{kind.lower().replace('heif', 'heic')}")
    assert passages(portal, document)["document"]["has_pictures"] is True
    answer = portal.ask("viewer@alpha.example", PICTURE, "get", document_id=document, page=1)
    assert Image.open(BytesIO(b64decode(answer["png"]))).size == (1000, 500)
    assert portal.ask(EDITOR, PICTURE, "get", document_id=document, page=2)["refused"] == "page_not_drawn"


def test_a_photo_is_shown_upright(portal: Portal, endpoint: Endpoint) -> None:
    from PIL import Image

    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was held upright
    out = BytesIO()
    Image.new("RGB", (1200, 800), "white").save(out, "JPEG", exif=turned)
    document = put(portal, out.getvalue(), "board.jpg")
    answer = portal.ask(EDITOR, PICTURE, "get", document_id=document, page=1)
    image = Image.open(BytesIO(b64decode(answer["png"])))
    assert image.height > image.width


def open_office_pdf() -> bytes:
    from pathlib import Path

    return (Path(__file__).parents[1] / "knowledge" / "office" / "prices.pdf").read_bytes()


def test_a_long_document_is_paged(portal: Portal, endpoint: Endpoint) -> None:
    portal.rows(
        "insert into documents (tenant_id, title, filename, media_type, sha256, size_bytes, content, state, pages, language)"
        " values (%s, 'Long', 'long.pdf', 'application/pdf', 'long', 1, %s, 'ready', 600, 'english')",
        A,
        pdf(600),
    )
    (row,) = portal.rows("select id::text from documents where title = 'Long'")
    portal.rows(
        "insert into chunks (tenant_id, document_id, version, ordinal, page, char_start, page_end, char_end, heading, tokens, text, language, words)"
        " select %s, %s, 1, n, n / 5 + 1, 0, n / 5 + 1, 1, '', 200, repeat('word ' || n || ' ', 60), 'english', words_of('english', 'word')"
        " from generate_series(0, 2999) n",
        A,
        row["id"],
    )
    began = time.monotonic()
    start = passages(portal, row["id"])
    middle = passages(portal, row["id"], page=301)
    after = passages(portal, row["id"], **{"from": middle["passages"][-1]["place"] + 1})
    searched = passages(portal, row["id"], words="word 2999")
    picture = portal.ask(EDITOR, PICTURE, "get", document_id=row["id"], page=600)
    assert time.monotonic() - began < 5, "a 600-page document must stay quick"
    assert (start["total"], len(start["passages"])) == (3000, 20)
    assert (middle["passages"][0]["page"], middle["passages"][0]["place"]) == (301, 1500)
    assert after["passages"][0]["ordinal"] == 1520
    assert (searched["total"], searched["passages"][0]["ordinal"]) == (1, 2999)
    assert picture["page"] == 600
    assert passages(portal, row["id"], page=600)["passages"][-1]["ordinal"] == 2999


def test_the_audit_log_names_who_corrected_a_passage(portal: Portal, endpoint: Endpoint) -> None:
    document = put(portal, TEXT)
    row = passages(portal, document)["passages"][0]
    edit(portal, document, row, text="Express delivery costs 11 euros.")
    edit(portal, document, passages(portal, document)["passages"][0], text=row["text"])
    portal.ask(EDITOR, "f.portal_api.documents", "delete", document_id=document)
    changes = portal.ask("owner@alpha.example", "f.portal_api.people", "list_changes")["changes"]
    (undone, done) = [one for one in changes if one["action"].startswith("passage_edits.")]
    assert (done["person"], done["action"], done["subject"]) == (EDITOR, "passage_edits.insert", row["text"])
    assert done["after"] == {"text": "Express delivery costs 11 euros.", "left_out": False}
    assert (undone["action"], undone["before"]) == ("passage_edits.delete", done["after"])
