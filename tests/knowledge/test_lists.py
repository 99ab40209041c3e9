"""Lists within lists: an item keeps what it is a condition of, in every kind of document and in every passage."""

from __future__ import annotations

from collections.abc import Callable

import docx
import pytest

from f.documents.chunking import chunks, context
from f.documents.formats import pages
from f.documents.page import page
from tests.knowledge.real_files import saved
from tests.knowledge.test_office_kinds import open_document, text_of

READ = "- Single kennel\n  - 7 days before: 30 %\n- Family box"


def in_word() -> bytes:
    document = docx.Document()
    for text, style in (
        ("Single kennel", "List Bullet"),
        ("7 days before: 30 %", "List Bullet 2"),
        ("Family box", "List Bullet"),
    ):
        document.add_paragraph(text, style=style)
    return saved(document)


def in_open_text() -> bytes:
    item = "<text:list-item><text:p>{}</text:p>{}</text:list-item>"
    inner = f"<text:list>{item.format('7 days before: 30 %', '')}</text:list>"
    body = f"<text:list>{item.format('Single kennel', inner)}{item.format('Family box', '')}</text:list>"
    return open_document("text", "", f"<office:text>{body}</office:text>")


def on_a_page() -> bytes:
    return b"<html><body><ul><li>Single kennel<ul><li>7 days before: 30 %</li></ul></li><li>Family box</li></ul></body></html>"


@pytest.mark.parametrize("made", [in_word, in_open_text, on_a_page])
def test_what_lies_within_an_item_is_set_in(made: Callable[[], bytes]) -> None:
    assert text_of(made()) == READ


def test_a_passage_that_begins_within_an_item_says_it() -> None:
    inner = "\n".join(
        f"  - {n} days before the day of arrival: {n} percent of the price" for n in range(2, 32)
    )
    text = f"- Single kennel:\n{inner}\n- Family box:\n  - never free"
    found = [context(chunk, "") for chunk in chunks([page(1, text)])]
    assert len(found) > 2
    assert all(one.lstrip("- ").startswith("Single kennel:\n") for one in found if "days before" in one)
    assert "Family box:\n  - never free" in found[-1] and "Single" not in found[-1]


def test_a_line_with_a_colon_leads_to_the_list_below_it_and_to_no_further_text() -> None:
    items = "\n".join(
        f"- {n} o'clock to {n + 1} o'clock: children with one of their parents" for n in range(24)
    )
    found = list(chunks([page(1, f"Saturday:\n{items}\n\nThe pool is closed in August.")]))
    assert [chunk["heading"] for chunk in found][1:-1] == ["Saturday:"] * (len(found) - 2)
    assert found[-1]["text"] == "The pool is closed in August." and found[-1]["heading"] == ""


def test_deep_lists_are_bounded() -> None:
    text = b"<ul><li>item" * 900 + b"</li></ul>" * 900
    found = next(iter(pages(b"<html><body>" + text + b"</body></html>", "a.html")))["text"]
    assert max(len(line) - len(line.lstrip()) for line in found.split("\n")) <= 24
