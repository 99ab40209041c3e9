"""Chooses the sentences of the passages that fit a question best."""

from dataclasses import dataclass
from math import log

from local.models.encoder import Encoder
from local.models.results import Passage
from local.models.words import content_words, is_heading, sentences, similarity, trigrams

# From the best passage on; each takes some 15 ms.
MOST_SENTENCES_EMBEDDED = 12
MOST_CHARS_EMBEDDED = 240
# Share of the question's rare words that the best sentence must hold; below it, meaning decides.
ENOUGH_SHARED = 0.5
# Below this cosine, the best sentence is about something else (the model's cosines live between .7 and
# .93; on the demo's documents the worst answer had .812 and the best stranger .805).
LEAST_COSINE = 0.81
SECOND_MARGIN = 0.8


@dataclass(frozen=True)
class Candidate:
    """A sentence that may answer, with the heading it stands under."""

    passage: Passage
    place: int
    text: str
    heading: str
    items: str  # the list that a sentence ending in a colon introduces

    @property
    def whole(self) -> str:
        """What is said when this candidate is chosen."""
        return f"{self.text} {self.items}".strip()

    @property
    def context(self) -> str:
        """What is compared with the question."""
        return f"{self.heading}: {self.whole}" if self.heading else self.whole


def candidates(found: list[Passage]) -> list[Candidate]:
    """The sentences of the passages in order; headings only explain those below them."""
    made = []
    for passage in found:
        heading, below_heading = passage.heading, False
        lines = sentences(passage.text)
        for place, line in enumerate(lines):
            if is_heading(line) and len(lines) > 1:
                # A table's column names stand on lines of their own below its heading.
                heading, below_heading = f"{heading} {line}" if below_heading else line, True
                continue
            below_heading = False
            items = ""
            if line.endswith(":"):
                following = [
                    item for item in lines[place + 1 : place + 6] if not is_heading(item) or len(item) < 40
                ]
                items = "; ".join(item.rstrip(".;") for item in following)
                items = f"{items}." if items else ""
            made.append(Candidate(passage, place, line, heading, items))
    return made


def _coverage(question: str, texts: list[str]) -> list[float]:
    """For each text, the share of the question's idf mass that it holds."""
    held = [frozenset(content_words(text)) for text in texts]
    asked = frozenset(content_words(question))
    weight = {word: log(1 + len(held) / (1 + sum(word in words for words in held))) for word in asked}
    total = sum(weight.values()) or 1.0
    return [sum(weight[word] for word in asked & words) / total for words in held]


def _by_words(question: str, options: list[Candidate]) -> tuple[list[float], list[float]]:
    """Scores by shared words and by shared pieces of words, and the coverage alone."""
    own = _coverage(question, [option.whole for option in options])
    wide = _coverage(question, [option.context for option in options])
    pieces = trigrams(question)
    scores = [
        0.7 * mine + 0.3 * around + 0.5 * similarity(pieces, trigrams(option.whole))
        for mine, around, option in zip(own, wide, options, strict=True)
    ]
    return scores, wide


def _by_meaning(question: str, options: list[Candidate], encoder: Encoder) -> list[float]:
    """Cosines of the question and each sentence under its heading."""
    asked = encoder.encode([question], is_query=True)[0]
    vectors = encoder.encode([option.context[:MOST_CHARS_EMBEDDED] for option in options], False)
    cosines: list[float] = (vectors @ asked).tolist()
    return cosines


def best_sentences(question: str, found: list[Passage], encoder: Encoder, added: str = "") -> list[Candidate]:
    """One or two sentences that answer, or none when nothing fits. `added`: what a follow-up adds to the question before it; where a
    sentence speaks of that, only such sentences count."""
    options = candidates(found)
    if not options:
        return []
    new = frozenset(content_words(added))
    options = [option for option in options if new & frozenset(content_words(option.context))] or options
    scores, coverage = _by_words(question, options)
    if max(coverage) < ENOUGH_SHARED:
        options, coverage = options[:MOST_SENTENCES_EMBEDDED], coverage[:MOST_SENTENCES_EMBEDDED]
        cosines = _by_meaning(question, options, encoder)
        if max(cosines) < LEAST_COSINE:
            return []
        # Spread the narrow band of cosines, so that the margin for the second sentence means the same.
        pairs = zip(cosines, coverage, strict=True)
        scores = [max(0.0, cosine - 0.7) * 5 + 0.3 * shared for cosine, shared in pairs]
    ranked = sorted(range(len(options)), key=lambda place: -scores[place])
    chosen = [options[ranked[0]]]
    for place in ranked[1:2]:
        if scores[place] >= SECOND_MARGIN * scores[ranked[0]] and options[place].text not in chosen[0].whole:
            chosen.append(options[place])
    return sorted(chosen, key=lambda option: (found.index(option.passage), option.place))
