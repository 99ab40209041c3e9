"""Finds the sentences or table rows of passages that fit a question best, with the exact words they stand in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import log
from typing import Any

from local.models.encoder import Encoder
from local.models.phrases import STOPWORDS

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_BULLET = re.compile(r"\s*(?:[-*•‣▪–·]|\d{1,2}[.)])\s+")  # noqa: RUF001
# Not after a single letter, so that "e.g. lamps" stays whole.
_SENTENCE_END = re.compile(r"(?<![\s.][A-Za-z])(?<=[.?!。])[\"'”»)]?\s+(?=[^\sa-z])")
_MOST_WEIGHED = 8  # sentences that are embedded: each takes some 15 ms
_LONGEST_QUESTION = 1000  # as in f/agent/knowledge.py; the encoder takes a minute for 60 kB
# The best sentence must come so near, its cosine (.7 to .93 with this model) and a tenth of its share of the question's rare words together.
# On the questions of tests/eval that were seen while this was chosen, 96 % of the right answers do, and 41 % of what the documents do not say.
_LEAST_NEARNESS, _WORDS_SHARE = 0.83, 0.1
_SECOND = 0.9  # how near the second sentence's score must come to the first's


@dataclass(frozen=True)
class Sentence:
    """A sentence or row. `quote` is copied letter by letter from the passage; `says` is the same on one line."""

    source: str
    quote: str
    says: str
    heading: str

    @property
    def context(self) -> str:
        return f"{self.heading}: {self.says}" if self.heading else self.says


def content_words(text: str) -> frozenset[str]:
    """Rough stems of the words that carry meaning."""
    found = [word.replace("\u2019", "'") for word in _WORD.findall(text.lower())]
    return frozenset(
        _stem(word) for word in found if word not in STOPWORDS and (len(word) > 1 or word.isdigit())
    )


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Where paragraphs, list items, headings and rows stand; lines that a page's width broke belong together."""
    width = max(map(len, text.splitlines()), default=0)
    begin, end = 0, 0
    for line in re.finditer(r"[^\n]*\n?", text):
        words = line[0].strip()
        last = text[begin:end].rsplit("\n", 1)[-1].rstrip()
        # The next word would have fitted: the line was ended on purpose, as rows and headings are.
        ended = len(last) + len(words.split(" ")[0]) + 1 < 0.85 * width or (
            last[-1:].isdigit() and words[:1].isupper()
        )
        if last and (not words or ended or _BULLET.match(line[0]) or words.startswith("|")):
            yield begin, end
            begin, end = line.start(), line.start()
        if words:
            begin = line.start() if begin == end else begin
            end = line.start() + len(line[0].rstrip())
        else:
            begin = end = line.end()


def _is_heading(block: str) -> bool:
    return len(block.split()) <= 9 and block[-1] not in ".!?:;," and not re.search(r"\d", block)


def sentences(source: str, text: str, heading: str) -> list[Sentence]:
    """The sentences of a passage in order. Headings only explain those below them; a colon's sentence takes its list along."""
    found: list[Sentence] = []
    blocks = list(_blocks(text))
    above = ""
    for place, (begin, end) in enumerate(blocks):
        block = text[begin:end].strip()
        if _is_heading(block) and not _BULLET.match(block) and len(blocks) > 1:
            above = f"{above} {block}".strip()  # a table's column names stand below its heading
            continue
        items: list[tuple[int, int]] = []
        if block.endswith(":"):
            items = [b for b in blocks[place + 1 : place + 6] if _BULLET.match(text[b[0] : b[1]])]
            block = text[begin : items[-1][1]].strip() if items else block
        for quote in [block] if items else _SENTENCE_END.split(block):
            if quote[-1] in "?？" and not items:  # noqa: RUF001
                above = quote  # a question in a document explains the answer below it
                continue
            lines = [
                _BULLET.sub("", line, count=1) if _BULLET.match(line) else line for line in quote.splitlines()
            ]
            says = " ".join(" ".join(lines).split())
            if says.startswith("|"):  # a row of a table
                says = ", ".join(cell for part in says.split("|") if (cell := part.strip()))
            found.append(Sentence(source, quote, says, above or heading))
    return found


def best_sentences(question: str, rows: list[dict[str, Any]], encoder: Encoder) -> list[Sentence]:
    """One or two sentences that answer, or none when nothing fits. `rows`: passages with id, text and perhaps heading."""
    options = [
        s for row in rows for s in sentences(str(row["id"]), str(row["text"]), str(row.get("heading") or ""))
    ]
    if not options:
        return []
    shares = _shares(question, [option.context for option in options])
    order = sorted(range(len(options)), key=lambda place: -shares[place])[:_MOST_WEIGHED]
    asked = encoder.encode([question[:_LONGEST_QUESTION]], is_query=True)[0]
    cosines = encoder.encode([options[place].context[:240] for place in order], False) @ asked
    own = _shares(question, [option.says for option in options])
    near = dict(zip(order, map(float, cosines), strict=True))
    scores = {place: 5 * (near[place] - 0.7) + (shares[place] + own[place]) / 2 for place in order}
    ranked = sorted(order, key=lambda place: -scores[place])
    if near[ranked[0]] + _WORDS_SHARE * own[ranked[0]] < _LEAST_NEARNESS:
        return []
    chosen = [place for place in ranked[:2] if scores[place] >= _SECOND * scores[ranked[0]]]
    if len(chosen) == 2 and options[chosen[1]].says in options[chosen[0]].says:
        chosen.pop()
    return [options[place] for place in sorted(chosen)]


def _shares(question: str, texts: list[str]) -> list[float]:
    """For each text, the share of the question's rare words that it holds."""
    held = [content_words(text) for text in texts]
    asked = content_words(question)
    weight = {word: log(1 + len(held) / (1 + sum(word in words for words in held))) for word in asked}
    total = sum(weight.values()) or 1.0
    return [sum(weight[word] for word in asked & words) / total for words in held]
