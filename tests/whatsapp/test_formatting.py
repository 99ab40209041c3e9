"""What the customer sees: Markdown in WhatsApp's formatting, and long replies in parts."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from f.whatsapp.formatting import to_whatsapp
from f.whatsapp.splitting import split
from tests.whatsapp.formatting_cases import CASES, UNCHANGED

MARKUP = "*_~`#>-+|[]()!\\<&=:.0123456789 \n\t"
EXOTIC = "a b.\n。？؟।👨\u200d👩🏽🇩🇪\u0301\u0301é한각กำक्षि\u200f\xa0"  # noqa: RUF001


def made_of(alphabet: list[str], size: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(alphabet), max_size=size).map("".join)


plain = st.text(st.characters(exclude_characters=MARKUP.strip(), exclude_categories=["Cs"]))
messy = made_of([*MARKUP, *"abcé中", "**", "```", "\n\n", "~~", "| ", "[a](b)", "|-|-|\n", "- ", "> "], 80)
to_split = made_of([*"ab. \n*_`é。", *EXOTIC, "```\n", "\n\n", "**", "aaaa ", "*bb*\n"], 200)
limits = st.integers(1, 60)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.field_failure(6)
@pytest.mark.parametrize("case", CASES)
def test_markdown_becomes_whatsapps_formatting(case: str) -> None:
    markdown, expected = CASES[case]
    assert to_whatsapp(markdown) == expected


@pytest.mark.field_failure(6)
@pytest.mark.parametrize("text", UNCHANGED)
def test_plain_text_and_whatsapps_own_formatting_pass_unchanged(text: str) -> None:
    assert to_whatsapp(text) == text


@given(plain)
def test_text_without_markup_is_not_changed_again(text: str) -> None:
    once = to_whatsapp(text)
    assert to_whatsapp(once) == once
    assert squeezed(once) == squeezed(text.replace("\0", "\ufffd"))


@pytest.mark.field_failure(6)
@given(st.text() | messy)
@settings(max_examples=400)
def test_any_text_is_converted_without_losing_a_word(text: str) -> None:
    def words(of: str) -> str:
        return "".join(c for c in of if c.isalpha())

    found = to_whatsapp(text)
    assert "\n\n\n" not in re.sub(r"```.*?```", "code", found, flags=re.DOTALL)
    # A fence's language, a table's surplus cells and an address that leads nowhere are dropped by design.
    if not re.search(r"```|~~~|\||\]\(", text):
        assert words(found) == words(text.replace("\0", ""))


@pytest.mark.field_failure(6)
@pytest.mark.parametrize("depth", [60, 5000])
@pytest.mark.parametrize("mark", ["> ", "- ", "*a ", "[", "**a _b "])
def test_deep_nesting_neither_fails_nor_loses_the_text(mark: str, depth: int) -> None:
    assert to_whatsapp(mark * depth + "end").endswith("end")


def test_short_text_is_one_part_and_nothing_is_none() -> None:
    assert split("Hello\n\nyou ") == ["Hello\n\nyou"]
    assert split("") == split(" \n\t ") == []


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("aaaa bbb.\n\ncccc\ndddd", 16, ["aaaa bbb.", "cccc\ndddd"]),
        ("aaaa bbb.\ncccc dddd eeee", 16, ["aaaa bbb.", "cccc dddd eeee"]),
        ("aaaa bbb. cccc dddd eeee", 16, ["aaaa bbb.", "cccc dddd eeee"]),
        ("Costs 3.50 euro today, ok", 16, ["Costs 3.50 euro", "today, ok"]),
        ("今天天气很好。我们去公园散步吧。", 10, ["今天天气很好。", "我们去公园散步吧。"]),
        ("هل هذا صحيح؟ نعم هذا صحيح", 16, ["هل هذا صحيح؟", "نعم هذا صحيح"]),
        ("aaaaa bbbbb ccccc", 12, ["aaaaa bbbbb", "ccccc"]),
        ("aaaaaaaaaaaaaaa", 10, ["aaaaaaaaaa", "aaaaa"]),
        ("👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 12, ["👨‍👩‍👧👨‍👩‍👧", "👨‍👩‍👧"]),
        ("a\n\n" + "b " * 9 + "end", 16, ["a\n\nb b b b b b b", "b b end"]),
        ("aaaaaaaa `bbb ccc ddd` e", 18, ["aaaaaaaa", "`bbb ccc ddd` e"]),
        ("aaaa *bbb ccc ddd* e", 16, ["aaaa", "*bbb ccc ddd* e"]),
        ("aaaa _bbb ccc ddd_ e", 16, ["aaaa", "_bbb ccc ddd_ e"]),
        ("aaaa bbbb cccc\n\n*Head*\ndddd eeee", 24, ["aaaa bbbb cccc", "*Head*\ndddd eeee"]),
        (
            "text text text\n\n*Head*\n\n*Sub:*\ntail tail",
            32,
            ["text text text", "*Head*\n\n*Sub:*\ntail tail"],
        ),
        ("aaa bbb ccc ddd\n- eee fff", 18, ["aaa bbb ccc ddd", "- eee fff"]),
        (
            "```\naaaa 1\nbbbb 2\ncccc 3\ndddd 4\n```",
            24,
            ["```\naaaa 1\nbbbb 2\n```", "```\ncccc 3\ndddd 4\n```"],
        ),
        ("intro\n\n```\naaaa\nbbbb\ncccc\n```", 26, ["intro", "```\naaaa\nbbbb\ncccc\n```"]),
        ("```\n  a\n\n  b = 1\n  c\n```", 20, ["```\n  a\n\n  b = 1\n```", "```\n  c\n```"]),
    ],
)
def test_the_best_place_to_cut(text: str, limit: int, parts: list[str]) -> None:
    assert split(text, limit) == parts


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="room"):
        split("a", 0)


def test_long_replies_fill_their_parts() -> None:
    prose = "\n\n".join("One sentence of some length. " * 12 for _ in range(60))
    parts = split(prose)
    assert all(len(part) > 3500 for part in parts[:-1])
    assert all(part.endswith("length.") for part in parts)


@given(to_split, limits)
@settings(max_examples=400)
def test_no_part_is_over_the_limit_or_empty(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(0 < len(part) <= limit for part in parts)
    assert bool(parts) == bool(text.strip())


@given(to_split, limits)
@settings(max_examples=400)
def test_only_white_space_is_lost_at_the_cuts(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert squeezed("".join(parts)).replace("`", "") == squeezed(text).replace("`", "")
    if text.count("```") < 2:
        assert squeezed("".join(parts)) == squeezed(text)


@given(to_split, limits)
@example("aaaa \u200d", 2)
@settings(max_examples=400)
def test_no_visible_character_is_cut(text: str, limit: int) -> None:
    text = text.replace("```", "").strip()
    edges = {0, *(match.end() for match in regex.finditer(r"\X", text))}
    longest = max((len(match[0]) for match in regex.finditer(r"\X", text)), default=0)
    if longest > limit:
        return
    at = 0
    for part in split(text, limit):
        at = text.index(part, at)
        assert at in edges
        at += len(part)
        assert at in edges or not text[at - 1 : at + 1].strip()


@given(
    st.lists(st.text("ab \n.", min_size=1, max_size=60).filter(str.strip), min_size=1, max_size=6),
    st.integers(24, 60),
)
@settings(max_examples=400)
def test_blocks_of_code_are_whole_in_each_part(texts: list[str], limit: int) -> None:
    text = "\n".join(f"```\n{t}\n```" if nr % 2 else t for nr, t in enumerate(texts))
    for part in split(text, limit):
        assert part.count("```") % 2 == 0
        assert all(block.strip() for block in re.findall(r"```(.*?)```", part, re.DOTALL))


@given(messy, st.integers(24, 60))
def test_what_was_converted_is_cut_within_the_limit(markdown: str, limit: int) -> None:
    parts = split(to_whatsapp(markdown), limit)
    assert all(len(part) <= limit for part in parts)


def test_a_very_long_text_is_quick() -> None:
    started = time.process_time()
    for text in (
        "word *bold* 👍 and `code`. " * 4000,
        "*a " * 30_000,
        "x" * 100_000,
        "```\n" + "é 1\n" * 20_000 + "```",
    ):
        split(to_whatsapp(text))
    assert time.process_time() - started < 20


def test_importing_costs_neither_the_parser_nor_regex() -> None:
    code = (
        "import sys, f.whatsapp.formatting, f.whatsapp.splitting as s; s.split('word ' * 2000);"
        "sys.exit('markdown_it' in sys.modules or 'regex' in sys.modules)"
    )
    windmill = Path(__file__).parents[2] / "windmill"
    assert subprocess.run([sys.executable, "-c", code], cwd=windmill, check=False).returncode == 0
