"""Tells the encodings of Latin letters apart by the alphabets of the languages that are written in them.

They share most of their bytes: what is ř in Central Europe is ø in the West, and no statistics of a short price list knows which.
"""

# Letters of many languages and their marks are what this is about.
# ruff: noqa: RUF001

from __future__ import annotations

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
}
_SIGNS = frozenset("€£§°²³·«»„“”‘’‚–—…•™®©±½¼¾×¿¡ºªµ\u00a0")
_CERTAIN = 0.995


def latin_encoding(content: bytes) -> str:
    """The encoding in which most letters belong to one language; the Western one where several are equal."""
    beyond = bytes(byte for byte in content if byte > 127)
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
    return best
