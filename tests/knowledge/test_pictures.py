"""Pictures as documents: found by what a model reads in them, else by their name."""

from __future__ import annotations

import pytest

from f.ingest.extraction import Limits, Unreadable, pages

PNG, JPEG = b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xd8\xff\xe0\x00\x10JFIF"


@pytest.mark.parametrize("content", [PNG, JPEG])
def test_what_a_model_reads_stands_under_the_name(content: bytes) -> None:
    given: list[bytes] = []

    def read(picture: bytes) -> str:
        given.append(picture)
        return " Small: 40 kg \n"

    (found,) = pages(content, "size-chart_2026.png", Limits(read_image=read))
    assert (found["text"], found["note"]) == ("size chart 2026\n\nSmall: 40 kg", "")
    assert given == [content]


def test_without_a_model_or_text_it_has_its_name() -> None:
    for limits in (Limits(), Limits(read_image=lambda picture: " ")):
        (found,) = pages(PNG, "Size chart.png", limits)
        assert found["text"] == "Size chart"
        assert "found by its name" in found["note"]


def test_a_model_that_does_not_answer_is_noted() -> None:
    def read(picture: bytes) -> str:
        raise OSError("HTTP 503")

    (found,) = pages(PNG, ".png", Limits(read_image=read))
    assert found["text"] in ("png", "picture")
    assert "HTTP 503" in found["note"]


def test_other_kinds_of_picture_are_refused_in_words() -> None:
    with pytest.raises(Unreadable, match=r"an image; supported are .* PNG and JPEG pictures"):
        list(pages(b"GIF89a", "a.gif"))
