# requirements: documents
"""Reads the writing in a picture without a model that sees: RapidOCR, where it is installed, in the scripts that it knows.

Its letters are all those of Latin alphabets but the Vietnamese one, Chinese and Japanese. Of other scripts it leaves letters out and is sure of the
rest, so a picture that shows this, or too low a score, is one that was not read.
"""

from __future__ import annotations

import importlib
import io
import logging
import math
import re
from collections.abc import Callable
from functools import lru_cache
from statistics import median
from typing import Any

from f.common.problems import Problem
from f.documents.page import Limits
from f.documents.pdf.grid import Table
from f.documents.pdf.unruled.aligned import aligned
from f.documents.pdf.unruled.levels import levels
from f.documents.pdf.words import Style, Word

SURE = 0.8
_SHARE = 0.7
_LOST = 0.2  # of the lines
_WIDEST = 1.3  # of a line's height: no letter takes more room
_PARTLY_KNOWN = re.compile("[\u0370-\u03ff\u01a0\u01a1\u01af\u01b0]")  # Greek, Vietnamese
_TYPE = 0.75  # of a line's box is its type's size
_SAME_LINE = 0.6
_THREADS = 2
_MOST_PIXELS, _LONGEST = 50_000_000, 2_000


class NotReadable(Problem, OSError):
    """Why the picture gave no text."""


@lru_cache(maxsize=1)
def _engine() -> Any:
    try:
        rapidocr = importlib.import_module(
            "rapidocr"
        )  # half a second, only for pictures, and only where it is installed
    except ImportError:
        return None
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    settings = {
        "Global.log_level": "error",
        "Global.text_score": 0.0,
        "Global.use_cls": False,
        "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
    }
    return rapidocr.RapidOCR(params=settings)


def picture_reader(limits: Limits) -> Callable[[bytes], str] | None:
    """What reads pictures within these limits: a model that sees, else text recognition; None: nothing does."""
    return limits.read_image or (recognised if limits.recognises else None)


def recognised(picture: bytes) -> str:
    """The picture's text, its tables' rows as lines; "" if it holds no writing. Raises NotReadable."""
    try:
        upright = _bounded(picture)  # before the engine, which takes half a second to load
        engine = _engine()
        if engine is None:
            raise NotReadable("recognition_missing")
        found = engine(upright)
    except NotReadable:
        raise
    except Exception as error:  # a library's own errors at a picture that was made to break it
        raise NotReadable("recognition_failed", detail=type(error).__name__) from error
    texts, scores = found.txts or (), found.scores or ()
    if not texts:
        return ""
    sure = [score >= SURE for score in scores]
    boxes = [[(float(x), float(y)) for x, y in box] for box in found.boxes]
    # Of a script that it doesn't know it reads the figures alone.
    worded = sum(any(map(str.isalpha, text)) for text, ok in zip(texts, sure, strict=True) if ok)
    lost = sum(map(_has_lost_letters, boxes, texts))
    if sum(sure) < _SHARE * len(sure) or 5 * worded < sum(sure) or lost > _LOST * len(texts):
        raise NotReadable("recognition_unsure")
    return _composed(_words([b for b, ok in zip(boxes, sure, strict=True) if ok], [t for t, ok in zip(texts, sure, strict=True) if ok]))  # fmt: skip


def _has_lost_letters(box: list[tuple[float, float]], text: str) -> bool:
    """True if a line is too wide for what was read in it, or in an alphabet of which the recogniser knows a part only."""
    width, height = math.dist(box[0], box[1]), max(1.0, math.dist(box[1], box[2]))
    letters = text.strip()
    wide = len(letters) > 1 and width > _WIDEST * height * len(letters)
    return wide or text.startswith(" ") or "  " in letters or bool(_PARTLY_KNOWN.search(letters))


def _bounded(picture: bytes) -> bytes:
    """The picture upright and no larger than is needed to read it: a few kilobytes can hold any number of pixels."""
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(picture), formats=("PNG", "JPEG", "WEBP")) as image:
        if image.width * image.height > _MOST_PIXELS:
            raise NotReadable("image_pixels", most=_MOST_PIXELS // 1_000_000)
        image.draft("RGB", (_LONGEST, _LONGEST))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((_LONGEST, _LONGEST))
    target = io.BytesIO()
    upright.save(target, "PNG", compress_level=1)
    return target.getvalue()


def _words(boxes: list[list[tuple[float, float]]], texts: list[str]) -> list[Word]:
    """Each line that was read as one word, on a page that is not tilted."""
    widest = max(box[1][0] - box[0][0] for box in boxes)
    long = [box for box in boxes if box[1][0] - box[0][0] >= 0.4 * widest]
    tilt = median(math.atan2(box[1][1] - box[0][1], max(1.0, box[1][0] - box[0][0])) for box in long)
    usual = median(box[3][1] - box[0][1] for box in boxes)
    cosine, sine = math.cos(-tilt), math.sin(-tilt)
    found = []
    for index, (box, text) in enumerate(zip(boxes, texts, strict=True)):
        corners = [(x * cosine - y * sine, -(x * sine + y * cosine)) for x, y in box]
        across, up = [x for x, _ in corners], [y for _, y in corners]
        # Boxes end at the ink, so that only the lines' middles can be compared.
        base = (max(up) + min(up)) / 2
        style = Style(size=_TYPE * usual)
        place = index * 100
        found.append(Word(text.strip(), min(across), min(up), max(across), max(up), base, style, place, place + 1, index))  # fmt: skip
    return [word for word in found if word.text]


def _composed(words: list[Word]) -> str:
    """The text from the top, rows of tables on their lines."""
    from f.documents.pdf.rulings import Drawn
    from f.documents.pdf.tables import row_text, table_text

    tables = aligned(words, [], _SAME_LINE)
    rows: dict[int, tuple[Table, int]] = {}
    for table in tables:
        for number, row in enumerate(table.rows):
            rows |= {id(word): (table, number) for word in row.words}
    texts = {id(table): table_text(table, Drawn(), lambda cell: " ".join(w.text for w in cell), False) for table in tables}  # fmt: skip
    found: list[str] = []
    done: set[tuple[int, int]] = set()
    above = 0.0
    for level in levels(words, _SAME_LINE):
        if found and above - level.base > 2.2 * level.size:
            found.append("")
        above = level.base
        alone = [word.text for segment in level.segments for word in segment.words if id(word) not in rows]
        if alone:
            found.append(" ".join(alone))
        for segment in level.segments:
            for word in segment.words:
                if id(word) not in rows:
                    continue
                table, number = rows[id(word)]
                if (id(table), number) in done:
                    continue
                done.add((id(table), number))
                made = texts[id(table)]
                if number >= made.header:
                    found.append(row_text(made.rows[number], made.names))
    return "\n".join(found)
