# requirements: embeddings
"""Cuts a document's pages into passages: small enough for the embedding model, whole enough to answer.

A passage never crosses a heading, ends with a sentence wherever it can, and names the place in the pages
that it was taken from.
Pages are taken as they come: a long document is never in memory as a whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypedDict

from f.common.tokens import count_tokens
from f.documents.leads import Leads
from f.documents.page import Page, goes_on
from f.documents.sentences import graphemes, sentences, words
from f.documents.structure import Block, blocks, declares_headings

LIMIT_TOKENS = 220
MIN_LIMIT = 16
HEADING_SEPARATOR = " > "
_MAX_HEADING_PART = 100
# Prose has a token for every two to five characters: a stretch longer than this is cut without being counted.
_CHARACTERS_PER_TOKEN = 16


class Chunk(TypedDict):
    """A passage. char_start lies in the text of `page`, char_end in the text of `page_end`."""

    ordinal: int
    page: int
    page_end: int
    char_start: int
    char_end: int
    heading: str
    tokens: int
    text: str


class _Piece(NamedTuple):
    page: Page
    start: int
    end: int
    is_heading: bool = False  # or a running line: it stands before what follows, and nothing goes on after it


def chunks(pages: Iterable[Page], limit_tokens: int = LIMIT_TOKENS, title: str = "") -> Iterator[Chunk]:
    """The document's passages in order, none of more than `limit_tokens`.

    `title` is left out of the headings: context() puts it there.
    """
    if limit_tokens < MIN_LIMIT:
        raise ValueError(f"A passage needs at least {MIN_LIMIT} tokens, not {limit_tokens}.")
    packer = _Packer(limit_tokens, title)
    guess = True
    for page in pages:
        guess = guess and not declares_headings(page)
        for block in blocks(page, guess):
            yield from packer.add(page, block)
    yield from packer.flush()


def context(chunk: Chunk, title: str) -> str:
    """What is embedded: the passage under its document's title and headings, each said once."""
    path = chunk["heading"].split(HEADING_SEPARATOR) if chunk["heading"] else []
    lines = (line for line in chunk["text"].split("\n") if line.strip())
    own = [_plain(line) for line in itertools.islice(lines, len(path) + 1)]
    above = [part for part in path if _plain(part) not in own]
    head = [title.strip()] if title.strip() and _plain(title) not in own else []
    return "\n".join([*head, *([HEADING_SEPARATOR.join(above)] if above else []), chunk["text"]])


class _Packer:
    """Collects pieces until no more fit."""

    def __init__(self, limit: int, title: str) -> None:
        self._limit = limit
        self._title = _plain(title)
        self._path: list[tuple[int, str]] = []
        self._pieces: list[_Piece] = []
        self._leads = Leads()
        self._under: list[str] = []  # what leads to the first item of the passage, where it stands before it
        self._ordinal = 0

    def add(self, page: Page, block: Block) -> Iterator[Chunk]:
        """Takes a block; gives the passages that it completes."""
        if block.kind == "heading":
            yield from self._open_section(page, block)
            return
        piece = _Piece(page, block.start, block.end, is_heading=block.kind == "running")
        under = self._leads.take(page["text"], block)
        if self._starts_afresh(piece) or (self._under and under[: len(self._under)] != self._under):
            yield from self.flush()
        if self._fits(*self._pieces, piece):
            self._under = self._under if self._pieces else under
            self._pieces.append(piece)
            return
        alone = self._fits(piece)
        if alone and (block.kind != "text" or self._tokens(self._pieces) * 2 >= self._limit):
            yield from self.flush()
            self._under = under
            self._pieces.append(piece)
            return
        for start, end in sentences(page["text"], block.start, block.end):
            yield from self._add_sentence(_Piece(page, start, end))

    def flush(self) -> Iterator[Chunk]:
        """Gives what has been collected."""
        if not self._pieces:
            return
        first, last, text = self._pieces[0], self._pieces[-1], _joined(self._pieces)
        path = [part for _, part in self._path if _plain(part) != self._title]
        heading = HEADING_SEPARATOR.join([*path, *map(_shortened, self._under)])
        self._pieces, self._under = [], []
        yield Chunk(
            ordinal=self._ordinal,
            page=first.page["number"],
            page_end=last.page["number"],
            char_start=first.start,
            char_end=last.end,
            heading=heading,
            tokens=count_tokens(text),
            text=text,
        )
        self._ordinal += 1

    def _open_section(self, page: Page, block: Block) -> Iterator[Chunk]:
        if not all(piece.is_heading for piece in self._pieces):
            yield from self.flush()
        self._leads = Leads()
        if block.start < block.end:
            piece = _Piece(page, block.start, block.end, is_heading=True)
            if not self._fits(*self._pieces, piece):
                yield from self.flush()
            if self._fits(piece):
                self._pieces.append(piece)
            else:
                yield from self._cut(piece)
        self._path = [(level, part) for level, part in self._path if level < block.level]
        self._path.append((block.level, _shortened(block.title)))

    def _add_sentence(self, piece: _Piece) -> Iterator[Chunk]:
        if self._fits(*self._pieces, piece):
            self._pieces.append(piece)
            return
        yield from self.flush()
        if self._fits(piece):
            self._pieces.append(piece)
        else:
            yield from self._cut(piece)

    def _cut(self, piece: _Piece) -> Iterator[Chunk]:
        """Cuts a sentence that is too long on its own.

        Its parts overlap by a few words, so that each can be understood.
        """
        start = piece.start
        while True:
            window = min(piece.end, start + self._limit * _CHARACTERS_PER_TOKEN)
            spans = words(piece.page["text"], start, window)
            if window < piece.end and len(spans) > 1:
                spans.pop()  # the window may have cut it
            fitting = self._longest(piece.page, spans)
            if not fitting:
                end = self._cut_word(piece.page, spans[0])
                start_next = end
            else:
                end = spans[fitting - 1][1]
                start_next = end if end >= piece.end else self._overlap(piece.page, spans[:fitting], end)
            self._pieces.append(_Piece(piece.page, start, end))
            if end >= piece.end:
                return
            yield from self.flush()
            rest = piece.page["text"][start_next : piece.end]
            start = start_next + len(rest) - len(rest.lstrip())

    def _cut_word(self, page: Page, span: tuple[int, int]) -> int:
        spans = graphemes(page["text"], *span)
        fitting = self._longest(page, spans)
        if fitting:
            return spans[fitting - 1][1]
        characters = [(at, at + 1) for at in range(*spans[0])]  # one letter under a heap of marks
        return characters[max(1, self._longest(page, characters)) - 1][1]

    def _longest(self, page: Page, spans: list[tuple[int, int]]) -> int:
        """How many of these neighbours fit together."""
        low, high = 0, len(spans)
        while low < high:
            middle = (low + high + 1) // 2
            if count_tokens(page["text"][spans[0][0] : spans[middle - 1][1]]) <= self._limit:
                low = middle
            else:
                high = middle - 1
        return low

    def _overlap(self, page: Page, spans: list[tuple[int, int]], end: int) -> int:
        """Where the next part begins: a few words before the last one's end."""
        start = end
        for word_start, _ in reversed(spans[len(spans) // 2 + 1 :]):
            if count_tokens(page["text"][word_start:end]) * 8 > self._limit:
                break
            start = word_start
        return start

    def _starts_afresh(self, piece: _Piece) -> bool:
        """A new page begins a new passage, unless the last one is small or its sentence goes on."""
        if (
            not self._pieces
            or self._pieces[-1].page is piece.page
            or all(one.is_heading for one in self._pieces)
        ):
            return False
        last = next(piece for piece in reversed(self._pieces) if not piece.is_heading)
        unfinished = goes_on(last.page["text"][last.start : last.end])
        return not unfinished and self._tokens(self._pieces) * 3 >= self._limit

    def _fits(self, *pieces: _Piece) -> bool:
        return self._tokens(list(pieces)) <= self._limit

    def _tokens(self, pieces: list[_Piece]) -> int:
        text = _joined(pieces)
        most = self._limit * _CHARACTERS_PER_TOKEN
        return self._limit + 1 if len(text) > most else count_tokens(text)


def _joined(pieces: list[_Piece]) -> str:
    """The text from the first piece to the last, pages set off by a line's end."""
    parts, index = [], 0
    while index < len(pieces):
        page, start = pieces[index].page, pieces[index].start
        while index < len(pieces) and pieces[index].page is page:
            end = pieces[index].end
            index += 1
        parts.append(page["text"][start:end])
    return "\n".join(parts)


def _shortened(title: str) -> str:
    title = " ".join(title.replace(HEADING_SEPARATOR.strip(), " ").split())
    return title if len(title) <= _MAX_HEADING_PART else title[:_MAX_HEADING_PART].rsplit(" ", 1)[0] + " …"


def _plain(text: str) -> str:
    return " ".join(text.strip(" #*_|\t").casefold().split())
