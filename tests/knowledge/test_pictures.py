"""Pictures as documents: found by what a model reads in them, else by their name."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image

from f.common.problems import message
from f.documents.formats import Limits, pages
from f.models import vision
from tests.problems import raises_problem

PNG, JPEG = b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xd8\xff\xe0\x00\x10JFIF"


@pytest.mark.parametrize("content", [PNG, JPEG])
def test_what_a_model_reads_stands_under_the_name(content: bytes) -> None:
    given: list[bytes] = []

    def read(picture: bytes) -> str:
        given.append(picture)
        return " Small: 40 kg \n"

    (found,) = pages(content, "size-chart_2026.png", Limits(read_image=read))
    assert (found["text"], found["warning"]) == ("size chart 2026\n\nSmall: 40 kg", None)
    assert given == [content]


def test_without_a_model_or_text_it_has_its_name() -> None:
    blank = io.BytesIO()
    Image.new("RGB", (200, 100), "white").save(blank, "PNG")
    for limits in (Limits(), Limits(read_image=lambda picture: " ")):
        (found,) = pages(blank.getvalue(), "Size chart.png", limits)
        assert found["text"] == "Size chart"
        assert found["warning"] == message("picture_without_text")


def test_a_model_that_does_not_answer_is_noted() -> None:
    def read(picture: bytes) -> str:
        raise OSError("HTTP 503")

    (found,) = pages(PNG, ".png", Limits(read_image=read))
    assert found["text"] in ("png", "picture")
    assert found["warning"] == message("picture_unread", problem="HTTP 503")


def test_other_kinds_of_picture_are_refused() -> None:
    with raises_problem("file_type", kind=message("kind_image")):
        list(pages(b"II*\x00", "a.tiff"))


def drawn(kind: str, **how: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(target, kind, **how)
    return target.getvalue()


MOVING: dict[str, Any] = {
    "save_all": True,
    "append_images": [Image.new("RGB", (40, 20), "blue")],
    "duration": 90,
}


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        (drawn("GIF"), "image/png"),
        (drawn("GIF", **MOVING), "image/png"),
        (drawn("WEBP"), "image/webp"),
        (drawn("WEBP", **MOVING), "image/png"),
        (drawn("JPEG"), "image/jpeg"),
        (drawn("PNG"), "image/png"),
    ],
)
def test_every_kind_reaches_the_model_as_vendors_take_it(
    content: bytes, sent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(url: str, key: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        asked.append(body["messages"][0]["content"][1]["image_url"]["url"])
        return "Red.", {}

    monkeypatch.setattr(vision, "_asked", answer)
    reader = vision.image_reader({"reads_images": True, "model": "m", "provider": "gemini"})
    (found,) = pages(content, "sign.gif", Limits(read_image=reader))
    assert found["text"] == "sign\n\nRed."
    head, _, data = asked[0].partition(",")
    assert head == f"data:{sent};base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        assert image.get_format_mimetype() == sent and getattr(image, "n_frames", 1) == 1
        red, _, blue = image.convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
        assert red > 200 and blue < 50, "the first picture"


@pytest.mark.parametrize("content", [b"GIF89a", drawn("GIF")[:30], drawn("WEBP")[:40]])
def test_a_picture_that_is_cut_off_is_refused(content: bytes) -> None:
    with raises_problem("image_damaged"):
        list(pages(content, "a.gif"))
