"""Tells the encodings of Latin letters apart by the alphabets of the languages that are written in them.

They share most of their bytes: what is ř in Central Europe is ø in the West, and no statistics of a short price list knows which.
"""

# Letters of many languages and their marks are what this is about.
# ruff: noqa: RUF001

from __future__ import annotations

import re

_WEST = (
    "äöüß",
    "àâçéèêëîïôùûüœæ",
    "áéíñóúüªº",
    "áâãàçéêíóôõúü",
    "åäöéæøü",
    "àèéìòùí",
    "éëïèöüáóí",
    "áðéíóúýþæö",
)
_CENTRAL = ("áčďéěíňóřšťúůýžäľĺŕô", "ąćęłńóśźż", "áéíóöőúüű", "čćđšž", "ăâîşţ", "äöüßéáčšž")
_TURKISH = ("çğıöşüâîû",)
_ALPHABETS = {
    "cp1252": _WEST,
    "cp1250": _CENTRAL,
    "iso8859-2": _CENTRAL,
    "cp1254": _TURKISH,
    "iso8859-15": _WEST,
    "cp850": _WEST,  # as Excel's "CSV (MS-DOS)"
    "mac_roman": _WEST,  # as its "CSV (Macintosh)"
}
_MONEY_OR_MEASURE = re.compile(
    rb"\d ?[\x80\xa2\xa3\xa7\xb0](?![a-z\x80-\xff])|(?<![a-z\x80-\xff])[\x80\xa2\xa3\xa7] ?(?=\d)",
    re.IGNORECASE,
)  # €, ¢, £, §, °
_SIGNS = frozenset("€£§°²³·«»„“”‘’‚–—…•™®©±½¼¾×¿¡ºªµ\u00a0")
_CERTAIN = 0.995


def has_signs_alone(content: bytes) -> bool:
    """True if all that is beyond ASCII is money, degrees and paragraphs: no letter of any language."""
    return not any(byte > 127 for byte in _MONEY_OR_MEASURE.sub(b"", content))


def latin_guess(content: bytes) -> tuple[str, float]:
    """The encoding in which most letters belong to one language, the Western one where several are equal; and the share of these letters."""
    # A pound before a price is no letter, though it is one in Central Europe.
    beyond = bytes(byte for byte in _MONEY_OR_MEASURE.sub(b"", content) if byte > 127)
    best, most = "cp1252", 0.0
    for encoding, alphabets in _ALPHABETS.items():
        text = beyond.decode(encoding, "replace").lower()
        letters = [character for character in text if character not in _SIGNS]
        signs = len(text) - len(letters)
        if not letters:
            continue
        right = max(sum(character in alphabet for character in letters) for alphabet in alphabets)
        share = right / (len(letters) + 0.3 * signs)
        if share > most and most < _CERTAIN:
            best, most = encoding, share
    return best, most
