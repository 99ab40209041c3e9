"""Pages become passages that lose nothing, keep their order and limit, and say where they come from."""

# Punctuation and letters of many scripts are what this is about.
# ruff: noqa: RUF001

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from f.common.tokens import count_tokens
from f.documents.chunking import Chunk, chunks, context
from f.documents.page import Heading, Page, page
from f.documents.sentences import sentences
from f.documents.structure import blocks

VOCABULARY = (
    "the Returns policy of Acme 30 days. price, 5 € 送料は 三十日 以内に。 वापसी करें। возврат! ¿dónde?"
    " كيف؟ 👨‍👩‍👧 e.g. Dr. z.B. supercalifragilisticexpialidociously"
)
WORDS = st.sampled_from(VOCABULARY.split())
SPACED_WORDS = st.sampled_from(
    [word for word in VOCABULARY.split() if max(word) < "\u3000" or max(word) > "\uffff"]
)
LINES = st.lists(WORDS, max_size=30).map(" ".join)
MARKED = st.tuples(
    st.sampled_from(["", "", "", "# ", "### ", "- ", "1. ", "| a | ", "```", "    ", "3.2 "]), LINES
).map("".join)
TEXTS = st.lists(st.one_of(MARKED, st.just("")), max_size=14).map("\n".join)
ANY_TEXTS = st.one_of(TEXTS, st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
DOCUMENTS = st.lists(ANY_TEXTS, max_size=4).map(
    lambda texts: [page(n, text) for n, text in enumerate(texts, 1)]
)


def cut(text: str, limit: int = 220, title: str = "") -> list[Chunk]:
    return list(chunks([page(1, text)], limit, title))


def claimed(document: list[Page], chunk: Chunk) -> str:
    """The text in the range that a chunk names."""
    texts = [one["text"] for one in document if chunk["page"] <= one["number"] <= chunk["page_end"]]
    if len(texts) == 1:
        return texts[0][chunk["char_start"] : chunk["char_end"]]
    return "\n".join([texts[0][chunk["char_start"] :], *texts[1:-1], texts[-1][: chunk["char_end"]]])


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.integers(16, 80))
def test_ranges_limits_order_and_completeness(document: list[Page], limit: int) -> None:
    found = list(chunks(document, limit))
    assert [chunk["ordinal"] for chunk in found] == list(range(len(found)))
    place = (0, 0)
    for chunk in found:
        assert chunk["text"].split() == claimed(document, chunk).split()
        if chunk["page"] == chunk["page_end"]:
            assert chunk["text"] == claimed(document, chunk)
        assert chunk["text"].strip()
        assert chunk["tokens"] == count_tokens(chunk["text"]) <= limit
        assert (chunk["page"], chunk["char_start"]) >= place
        place = (chunk["page"], chunk["char_start"])
    covered = {one["number"]: bytearray(len(one["text"])) for one in document}
    for chunk in found:
        for number in range(chunk["page"], chunk["page_end"] + 1):
            start = chunk["char_start"] if number == chunk["page"] else 0
            end = chunk["char_end"] if number == chunk["page_end"] else len(covered[number])
            covered[number][start:end] = b"\x01" * (end - start)
    for one in document:
        assert all(
            seen or letter.isspace() for letter, seen in zip(one["text"], covered[one["number"]], strict=True)
        )


@settings(max_examples=40, deadline=None)
@given(DOCUMENTS)
def test_the_same_pages_make_the_same_passages(document: list[Page]) -> None:
    assert list(chunks(document, 40)) == list(chunks(iter(document), 40))


@settings(max_examples=60, deadline=None)
@given(st.lists(SPACED_WORDS, min_size=30, max_size=120), st.integers(40, 80))
def test_words_stay_whole(words: list[str], limit: int) -> None:
    known = {part for word in words for part in word.split()}
    for chunk in cut(" ".join(words), limit):
        assert set(chunk["text"].split()) <= known


def test_a_passage_never_crosses_a_heading() -> None:
    text = "# Shop\n\n## Returns\n\nThirty days.\n\nKeep the box.\n\n## Delivery\n\nThree days."
    returns, delivery = cut(text)
    assert returns["heading"] == "Shop > Returns"
    assert returns["text"] == "# Shop\n\n## Returns\n\nThirty days.\n\nKeep the box."
    assert (delivery["heading"], delivery["text"]) == ("Shop > Delivery", "## Delivery\n\nThree days.")


def test_the_document_title_is_not_repeated_in_the_path() -> None:
    (one,) = cut("# Acme Returns\n\n## Time\n\nThirty days.", title="Acme returns")
    assert one["heading"] == "Time"


def test_what_is_embedded_names_title_and_heading_once() -> None:
    first, second = cut("# Returns\n\n" + "Send it back within thirty days. " * 8, 60)[:2]
    assert context(first, "Acme FAQ").startswith("Acme FAQ\n# Returns\n\nSend it")
    assert context(second, "Acme FAQ").startswith("Acme FAQ\nReturns\nSend it")
    assert context(first, "Returns") == first["text"]
    assert context(Chunk(**{**first, "heading": ""}), "") == first["text"]


def test_outline_titles_are_headings() -> None:
    outline = [Heading(level=1, title="Returns"), Heading(level=2, title="how long do I have?")]
    (one,) = chunks([page(1, "1. Returns\nHow long do I have?\nThirty days.", headings=outline)])
    assert one["heading"] == "1. Returns > How long do I have?"


def test_an_outline_title_that_is_not_on_its_page_still_names_the_passage() -> None:
    (one,) = chunks([page(1, "Thirty days.", headings=[Heading(level=1, title="Returns")])])
    assert (one["heading"], one["text"]) == ("Returns", "Thirty days.")


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("3.2 Returns\nYou may return it within thirty days.", ["3.2 Returns"]),
        ("DELIVERY\nWe deliver within three days.", ["DELIVERY"]),
        (
            "Opening Hours and Holidays\nWe are open from nine to five on all days.",
            ["Opening Hours and Holidays"],
        ),
        ("Returns\n=======\nThirty days.", ["Returns"]),
        ("1. Press the button\n2. Wait a minute\n3. Open the door", []),
        ("1. Press The Button\n2. Wait A Minute\n3. Open The Door", []),
        ("We are open from Monday to Friday and\nSaturday Morning\nin the whole of the summer season.", []),
        ("It costs five euros.\nAsk us!\nWe answer within a day, always.", []),
        ("```\n# not a heading\n```", []),
        ("Acme Ltd", []),
    ],
)
def test_lines_that_look_like_headings(text: str, headings: list[str]) -> None:
    assert [block.title for block in blocks(page(1, text)) if block.kind == "heading"] == headings


def test_marked_headings_end_the_guessing() -> None:
    text = "# Returns\nThirty days.\n\n# Delivery\nWe send by:\n\nPost And Parcel\nThey take three days."
    assert [chunk["heading"] for chunk in cut(text)] == ["Returns", "Delivery"]


def test_a_heading_with_nothing_below_is_kept() -> None:
    assert [chunk["text"] for chunk in cut("# A\n\ntext\n\n# B")] == ["# A\n\ntext", "# B"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Ask Dr. Smith. He knows, e.g. returns. It costs 3.50 EUR. Why? Because!", 5),
        ("Wir liefern z.B. am 3. Mai. Danach nicht.", 2),
        ("返品は三十日以内です。送料は無料！「はい。」本当？", 4),
        ("वापसी तीस दिनों में। डिलीवरी तीन दिन।", 2),
        ("هل يمكن الإرجاع؟ نعم، خلال ثلاثين يوما.", 2),
        ('He said "No." Then he left… and came back. "Fine!" J. R. Smith agreed.', 4),
        ("Возврат до 30 дней, т.е. месяц. Да.", 2),
        ("see acme.com/returns for more", 1),
    ],
)
def test_sentences_in_several_scripts(text: str, count: int) -> None:
    assert len([text[start:end] for start, end in sentences(text, 0, len(text))]) == count


def test_passages_end_with_sentences_and_do_not_overlap() -> None:
    text = " ".join(f"Sentence number {number} tells about returns and deliveries." for number in range(60))
    found = cut(text, 60)
    assert len(found) > 5
    assert all(chunk["text"].endswith(".") and chunk["text"].startswith("Sentence") for chunk in found)
    assert all(left["char_end"] <= right["char_start"] for left, right in itertools.pairwise(found))


def test_a_sentence_that_is_too_long_is_cut_between_words_with_overlap() -> None:
    text = " ".join(f"word{number}" for number in range(300))
    found = cut(text, 60)
    assert all(
        right["char_start"] < left["char_end"] < right["char_end"]
        for left, right in itertools.pairwise(found)
    )
    assert {word for chunk in found for word in chunk["text"].split()} == set(text.split())
    assert sum(len(chunk["text"]) for chunk in found) < 1.3 * len(text)


def test_a_word_that_is_too_long_is_cut_between_graphemes() -> None:
    family = "👨‍👩‍👧‍👦"
    found = cut(family * 40, 32)
    assert "".join(chunk["text"] for chunk in found) == family * 40
    assert all(len(chunk["text"]) % len(family) == 0 for chunk in found)


def test_text_without_spaces_is_cut_between_characters_not_at_random() -> None:
    text = "返品は購入日から三十日以内に可能です、" * 40
    assert all(len(chunk["text"]) > 20 for chunk in cut(text, 60)[:-1])


@pytest.mark.parametrize("mark", ["- ", "1. ", "• "])
def test_list_items_stay_whole(mark: str) -> None:
    items = [f"{mark}Item {number} is in the shop. It costs {number} euros." for number in range(30)]
    for chunk in cut("\n".join(items), 60):
        assert set(chunk["text"].split("\n")) <= set(items)


def test_table_rows_stay_whole() -> None:
    rows = [
        "| Item | Price |",
        "|---|---|",
        *(f"| Thing number {number} | {number}.00 EUR |" for number in range(30)),
    ]
    for chunk in cut("\n".join(rows), 50):
        assert set(chunk["text"].split("\n")) <= set(rows)


def test_a_sentence_that_goes_on_over_the_page_stays_together() -> None:
    document = [page(1, "You may return it"), page(2, ""), page(3, "within thirty days.")]
    (one,) = chunks(document)
    assert (one["page"], one["page_end"], one["char_start"], one["char_end"]) == (1, 3, 0, 19)
    assert one["text"].split() == ["You", "may", "return", "it", "within", "thirty", "days."]


def test_full_pages_are_not_mixed() -> None:
    document = [page(number, f"Page {number} tells its story. " * 14) for number in (1, 2, 3)]
    assert [(chunk["page"], chunk["page_end"]) for chunk in chunks(document)] == [(1, 1), (2, 2), (3, 3)]


def test_a_limit_that_is_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        next(chunks([page(1, "text")], 3))


def test_a_long_document_is_streamed() -> None:
    taken = 0

    def endless() -> Iterator[Page]:
        nonlocal taken
        while True:
            taken += 1
            yield page(taken, f"# Chapter {taken}\n\n" + f"Sentence of page {taken}. " * 100)

    tracemalloc.start()
    try:
        for chunk in itertools.islice(chunks(endless()), 1000):
            assert taken - chunk["page"] <= 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken > 100
    assert peak < 1_000_000


def test_one_huge_line_is_cut_in_good_time() -> None:
    found = cut("x" * 60_000 + " " + "word " * 20_000)
    assert all(chunk["tokens"] <= 220 for chunk in found)
    assert found[-1]["text"].endswith("word")
