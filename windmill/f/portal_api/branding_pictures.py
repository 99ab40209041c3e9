# requirements: documents
"""A logo or an icon as the portal shows it: drawn again as a small PNG, so that nothing of the file that somebody uploaded is ever served."""

from __future__ import annotations

import io
from base64 import b64decode
from typing import TYPE_CHECKING

from f.common.portal_request import Refused

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MOST_MB = 2
MOST_PIXELS = 16_000_000  # some hundred bytes can hold any number of them
FORMATS = ("PNG", "JPEG", "WEBP")  # no SVG: it is a page that may run scripts
BOXES = {"logo": (480, 160), "icon": (256, 256)}  # pixels: twice and more what is shown


def drawn(base64: str, name: str) -> bytes:
    """A PNG of the picture, no larger than the box of its `name`; an icon is a square. Raises Refused."""
    from PIL import Image, ImageOps  # the other actions don't pay for it

    if len(base64) > MOST_MB * 1_000_000 * 4 // 3 + 4:
        raise Refused("logo_too_large", most=MOST_MB)
    target = io.BytesIO()
    try:
        with Image.open(io.BytesIO(b64decode(base64, validate=True)), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused("logo_pixels", most=MOST_PIXELS // 1_000_000)
            upright = as_shown(ImageOps.exif_transpose(image))
            if name == "icon":
                small = ImageOps.pad(upright, BOXES[name], color=(0, 0, 0, 0))
            else:
                small = upright
                small.thumbnail(BOXES[name])
            small.info.clear()  # a profile or a comment of the upload would be saved, too
            small.save(target, "PNG", optimize=True)
    except Image.UnidentifiedImageError:
        raise Refused("logo_kind") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refused("logo_damaged") from None
    return target.getvalue()


def as_shown(image: Picture) -> Picture:
    """In 8 bits, with transparency, in the colours that its profile means: sRGB, which a picture without a profile is taken for."""
    from PIL import ImageCms

    if image.mode.startswith("I"):  # grey in 16 bits, of which a conversion would keep the darkest 256 shades
        see_through = image.info.get("transparency")
        image = image.point(lambda shade: shade * (1 / 256)).convert("L")
        if isinstance(see_through, int):
            image.info["transparency"] = see_through >> 8
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        try:
            meant = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            mode = "RGBA" if image.mode == "RGBA" else "RGB"
            converted = ImageCms.profileToProfile(
                image, meant, ImageCms.createProfile("sRGB"), outputMode=mode
            )
            image = converted or image
        except (ImageCms.PyCMSError, OSError, ValueError) as problem:
            print(f"the profile of a picture was not used: {type(problem).__name__}")
    return image.convert("RGBA")
