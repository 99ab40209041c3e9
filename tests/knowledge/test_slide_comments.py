"""Notes and comments of presentations: a business's own remarks, which no customer should read."""

from __future__ import annotations

import pptx
import pytest
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI

from f.common.problems import english
from f.documents.formats import Limits, pages
from tests.knowledge.real_files import saved
from tests.knowledge.test_office_kinds import open_document, read


def commented_slides() -> bytes:
    """A slide with a comment of each of PowerPoint's two ways, and notes."""
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Hire"
    slide.notes_slide.notes_text_frame.text = "Mention parking."
    main = "http://schemas.openxmlformats.org/presentationml/2006/main"
    old = f'<p:cmLst xmlns:p="{main}"><p:cm><p:text>Our cost is 11</p:text></p:cm></p:cmLst>'
    new = (
        '<c:cmLst xmlns:c="http://schemas.microsoft.com/office/powerpoint/2018/8/main" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:cm><c:txBody><a:p><a:r><a:t>Ask Ines first</a:t></a:r></a:p>'
        "</c:txBody></c:cm></c:cmLst>"
    )
    types = (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments",
        "http://schemas.microsoft.com/office/2018/10/relationships/comments",
    )
    for number, (kind, said) in enumerate(zip(types, (old, new), strict=True)):
        name = PackURI(f"/ppt/comments/comment{number}.xml")
        slide.part.relate_to(Part(name, "application/xml", deck.part.package, said.encode()), kind)
    return saved(deck)


def commented_open_slides() -> bytes:
    frame = "<draw:frame><draw:text-box><text:p>%s</text:p></draw:text-box></draw:frame>"
    notes = f"<presentation:notes>{frame % 'Mention parking.'}</presentation:notes>"
    comments = "".join(
        f"<office:annotation><text:p>{said}</text:p></office:annotation>"
        for said in ("Our cost is 11", "Ask Ines first")
    )
    page = f"<draw:page>{frame % 'Hire'}{comments}{notes}</draw:page>"
    return open_document("presentation", "", f"<office:presentation>{page}</office:presentation>")


@pytest.mark.parametrize("content", [commented_slides(), commented_open_slides()], ids=["pptx", "odp"])
def test_notes_and_comments_of_slides_are_left_out_unless_they_are_wanted(content: bytes) -> None:
    (one,) = read(content)
    assert one["text"] == "Hire" and one["warning"]
    said = english(one["warning"])
    assert "Slides with notes: 1." in said and "Comments on slides were left out: 2." in said
    (whole,) = pages(content, "talk", Limits(speaker_notes=True))
    assert all(text in whole["text"] for text in ("Mention parking.", "Our cost is 11", "Ask Ines first"))
    assert whole["warning"] is None
