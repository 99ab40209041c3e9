"""One expression for many words finds what the words, tried one after the other from the longest, would find."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from f.common.figures.one_of import one_of

LETTERS = "ab.é 月"


@given(st.sets(st.text(LETTERS, min_size=1, max_size=4), max_size=12), st.text(LETTERS + "AÉ", max_size=30))
def test_it_finds_what_the_words_one_after_the_other_find(words: set[str], text: str) -> None:
    slow = "|".join(sorted(map(re.escape, words), key=len, reverse=True)) or "(?!)"
    for behind in ("", "(?!a)"):  # where the longest word may not stand, a shorter one is tried
        expected = [m.span() for m in re.finditer(f"(?:{slow}){behind}", text, re.IGNORECASE)]
        assert [m.span() for m in re.finditer(one_of(words) + behind, text, re.IGNORECASE)] == expected
