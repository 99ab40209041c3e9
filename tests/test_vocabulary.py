"""Words that were given up stay away: docs/glossary.md, "Words that are gone", is the list."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
GLOSSARY = "docs/glossary.md"
BUILT = (
    "local/portal/static/*",
    "*/uv.lock",
    "LICENSE",
    "CHANGELOG.md",
)  # made from others, or not ours, or about the past


class Word(NamedTuple):
    """A row of the list. `allowed`: patterns of the paths in which the word may stand."""

    pattern: str
    instead: str
    allowed: tuple[str, ...]


def words() -> Iterator[Word]:
    section = (ROOT / GLOSSARY).read_text().partition("## Words that are gone")[2]
    for line in section.splitlines():
        if not line.startswith("| `"):
            continue
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        assert len(cells) == 3, f"a row of the list has three cells: {line}"
        allowed = tuple(re.findall(r"`([^`]+)`", cells[2]))
        yield Word(cells[0].strip("`"), cells[1], allowed)


def files() -> list[Path]:
    """The text files of the tree; without Git, as in an archive of the sources, all but what tools make."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [p for p in ROOT.rglob("*") if not {".venv", ".local", "node_modules"} & set(p.parts)]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    found = {}
    for file in files():
        name = file.relative_to(ROOT).as_posix()
        if name == GLOSSARY or any(fnmatch(name, pattern) for pattern in BUILT):
            continue
        content = file.read_bytes()
        if b"\0" not in content:
            found[name] = content.decode(errors="replace")
    return found


def test_the_list_is_there_and_can_be_searched_for() -> None:
    assert len(list(words())) > 3
    for word in words():
        re.compile(word.pattern)
        assert word.instead, f"{word.pattern}: say what to write instead"


@pytest.mark.parametrize("word", list(words()), ids=lambda word: word.pattern)
def test_a_word_that_is_gone_stays_away(word: Word, texts: dict[str, str]) -> None:
    places = [
        f"{name}:{whole.count(chr(10), 0, hit.start())}: {hit[0]}"  # line 0: its path
        for name, text in texts.items()
        if not any(fnmatch(name, pattern) for pattern in word.allowed)
        for whole in [f"{name}\n{text}"]
        for hit in re.finditer(word.pattern, whole, re.IGNORECASE)
    ]
    assert places == [], f"say {word.instead}"
