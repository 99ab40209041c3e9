# requirements: documents
"""The marks of notes on a PDF page, small figures that stand higher than their line: `Shirt¹` and not `Shirt1`, `33.50²` and not `33.502`."""

from __future__ import annotations

from dataclasses import replace

from f.documents.clean import RAISED
from f.documents.pdf.words import Letters, Word

_SMALLER = 0.85  # of the size of what it stands behind
_HIGHER = 0.12
_NEAR = 0.6  # of the type's size
_MOST_FIGURES = 2
_MOST_FAR = 60  # marks of a page that are looked for all over it


def raised(words: list[Word], letters: Letters) -> list[Word]:
    """The words with the marks of notes as raised figures, each a part of the word that it stands behind or before."""
    found = [
        _with_own_mark(word, letters) if abs(word.rise) > _HIGHER * word.size else word for word in words
    ]
    marks = [n for n, word in enumerate(found) if len(word.text) <= _MOST_FIGURES and word.text.isdecimal()]
    if not marks:
        return found
    usual = sorted(word.size for word in words)[len(words) // 2]
    hosts: dict[int, Word] = {}
    used: set[int] = set()
    far = 0
    for number in marks:
        word = found[number]
        near = found[max(0, number - 1) : number] + found[number + 1 : number + 2]
        if word.size < _SMALLER * usual and far < _MOST_FAR and not any(_side(word, one) for one in near):
            far += 1
            near = found  # programs may write all marks after the text
        host = next((one for one in near if one is not word and _side(word, one)), None)
        if host is not None and id(host) not in hosts:
            hosts[id(host)] = _joined(host, word)
            used.add(id(word))
    return [hosts.get(id(word), word) for word in found if id(word) not in used] if used else found


def _with_own_mark(word: Word, letters: Letters) -> Word:
    if len(word.text) < 2 or word.last - word.index != len(word.text) - 1:
        return word
    if word.rise > 0:
        return _with_mark(word, letters) if word.text[-1].isdecimal() else word
    return _after_mark(word, letters) if word.text[0].isdecimal() else word


def _joined(host: Word, mark: Word) -> Word:
    behind = _side(mark, host) > 0
    figures = _figures(mark.text)
    boxes = [*host.boxes, *mark.boxes] if behind else [*mark.boxes, None, *host.boxes]
    return replace(
        host,
        text=host.text + figures if behind else f"{figures} {host.text}",
        left=min(host.left, mark.left),
        right=max(host.right, mark.right),
        top=max(host.top, mark.top),
        boxes=boxes if host.boxes else [],
        pieces=True,
    )


def _figures(text: str) -> str:
    return text.translate(RAISED)


def _side(mark: Word, word: Word) -> int:
    """1 if a mark stands behind the word, -1 if it stands before it, 0 if it stands elsewhere or is none."""
    higher = mark.base - word.base
    if mark.size >= _SMALLER * word.size or not _HIGHER * word.size < higher < word.size or mark.style.angle:
        return 0
    if -0.1 * word.size < mark.left - word.right < _NEAR * word.size:
        return 1
    return -1 if -0.1 * word.size < word.left - mark.right < _NEAR * word.size else 0


def _with_mark(word: Word, letters: Letters) -> Word:
    """The word with the raised figures at its end, if there are any: a text object of their own, smaller and higher."""
    last, base = letters.style(word.last)
    if (
        last.key == word.style.key
        or last.size >= _SMALLER * word.size
        or base - word.base < _HIGHER * word.size
    ):
        return word
    start = len(word.text)
    while (
        start > 1
        and word.text[start - 1].isdecimal()
        and letters.style(word.index + start - 1)[0].size == last.size
    ):
        start -= 1
    return replace(word, text=word.text[:start] + _figures(word.text[start:]))


def _after_mark(word: Word, letters: Letters) -> Word:
    """The word without the size and the height of the raised figures at its start."""
    last, base = letters.style(word.last)
    if (
        last.key == word.style.key
        or word.size >= _SMALLER * last.size
        or word.base - base < _HIGHER * last.size
    ):
        return word
    start = next((i for i, letter in enumerate(word.text) if not letter.isdecimal()), 0)
    if not start:
        return word
    return replace(word, text=f"{_figures(word.text[:start])} {word.text[start:]}", style=last, base=base)
