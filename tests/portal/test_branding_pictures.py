"""A logo is drawn again: nothing of an upload is served, and it looks as it did."""

from __future__ import annotations

import io
import os
import zlib
from base64 import b64decode, b64encode
from typing import Any

import pytest
from PIL import Image, ImageCms

from f.portal_api.branding_pictures import drawn
from tests.portal.conftest import Portal
from tests.portal.test_branding import change, picture, shown


def test_a_small_file_of_too_many_pixels_is_not_unpacked(portal: Portal) -> None:
    """5000 by 4000 in some hundred bytes: what it claims is read before anything is unpacked. Pillow's own bound is far above."""
    plain = picture((1, 1))
    bomb = bytearray(b64decode(plain))
    bomb[16:24] = (5000).to_bytes(4) + (4000).to_bytes(4)
    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4)
    answer = change(portal, logo=b64encode(bytes(bomb)).decode())
    assert answer["refused"] == "logo_pixels" and portal.rows("select from brandings") == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_drawn_again_small(portal: Portal, kind: str) -> None:
    content = b64decode(picture((3000, 600), kind)) + b"<script>alert(1)</script>"
    assert change(portal, logo=b64encode(content).decode(), icon=picture((64, 32)))["ok"]
    (row,) = portal.rows("select logo, icon, logo_hash from brandings")
    logo, icon = (Image.open(io.BytesIO(bytes(row[name]))) for name in ("logo", "icon"))
    assert (logo.format, logo.size, icon.size) == ("PNG", (480, 96), (256, 256))
    assert b"script" not in row["logo"] and row["logo_hash"] == shown(portal)["logo"]


def drawn_again(image: Image.Image, kind: str, **more: Any) -> tuple[bytes, Any]:
    """The PNG of a logo, and its first pixel."""
    target = io.BytesIO()
    image.save(target, kind, **more)
    content = drawn(b64encode(target.getvalue()).decode(), "logo")
    return content, Image.open(io.BytesIO(content)).getpixel((0, 0))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_nothing_of_an_uploads_profile_is_kept(kind: str) -> None:
    """It may be any bytes, and larger than any picture that is served."""
    profile, grey = os.urandom(200_000), Image.new("RGB", (40, 20), "#808080")
    content, pixel = drawn_again(grey, kind, icc_profile=profile)
    assert len(content) < 1000 and profile[:8] not in content and pixel == (128, 128, 128, 255)


def test_colours_are_those_that_the_profile_means() -> None:
    """The same numbers mean another colour where the profile is not sRGB: here one whose red and blue are exchanged."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exchanged = srgb.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    _, pixel = drawn_again(Image.new("RGB", (40, 20), (250, 10, 10)), "PNG", icc_profile=exchanged)
    assert pixel[2] > 200 > 60 > pixel[0]


def test_grey_in_16_bits_stays_grey() -> None:
    grey = Image.new("I;16", (40, 20), 0x8000)
    assert drawn_again(grey, "PNG")[1] == (128, 128, 128, 255)
    assert drawn_again(grey, "PNG", transparency=0x8000)[1] == (128, 128, 128, 0)
