"""The pages that the demo serves are made from the sources as they are, and every text is there in every language."""

from __future__ import annotations

import re

import yaml
from deploy import settings_form

from local.portal import build


def test_the_committed_build_is_made_from_the_sources() -> None:
    assert (build.STATIC / "sources.sha256").read_text().strip() == build.digest(), "run `make portal`"


def test_the_pages_are_small_enough_and_load_nothing_from_elsewhere() -> None:
    assert build.compressed_kb() <= build.MOST_KB
    styles = (build.STATIC / "portal.css").read_text()
    assert "@import" not in styles and not re.search(r"url\(['\"]?(https?:)?//", styles)


def test_a_first_page_reads_the_smaller_part_of_the_script_in_few_files() -> None:
    """Without the pages that few visits begin with, without the other languages, and no part comes twice."""
    linked = re.findall(r'href="/static/(pages/\w+\.js)"', (build.STATIC / "preload.html").read_text())
    assert 2 <= len(linked) <= 5
    first = [(build.STATIC / name).read_text() for name in linked]
    everything = [path.read_text() for path in (build.STATIC / build.PARTS).iterdir()]
    assert sum(map(len, first)) < 0.4 * sum(map(len, everything)) and len(everything) < 30
    for words in ("What is going on, and what needs you.", "Qué ocurre y qué necesita de usted."):
        assert not any(words in script for script in first)
        assert sum(words in script for script in everything) == 1


def test_the_pages_ask_for_runnables_that_the_app_has() -> None:
    asked = {
        name
        for p in build.sources()
        for name in re.findall(r"\b(?:ask|useAsk(?:<.+>)?)\('(\w+)'", p.read_text())
    }
    there = {p.stem: yaml.safe_load(p.read_text()) for p in (build.APP / "backend").glob("*.yaml")}
    assert asked == set(there)


def test_every_text_of_the_pages_is_in_the_language_files() -> None:
    """Between tags there are expressions and punctuation, no words."""
    for path in build.APP.glob("*.tsx"):
        words = re.findall(r"(?<!=)>\s*([A-Za-z][A-Za-z ,.]{3,})\s*<", path.read_text())
        assert [w for w in words if w not in ("Chatmill",)] == [], path.name


def test_every_language_has_the_same_texts() -> None:
    """The same names in the same order, and the same gaps to fill in each."""
    english = sorted((build.APP / "text").glob("en*.ts")) + sorted((build.APP / "text/en").glob("*.ts"))
    for path in english:
        if path.name == "messages.ts":  # test_messages.py
            continue
        other = build.APP / "text" / path.relative_to(build.APP / "text").as_posix().replace("en", "es", 1)
        mine, theirs = (texts(file.read_text()) for file in (path, other))
        assert mine == theirs, path.name


def texts(source: str) -> list[tuple[str, list[str]]]:
    """Each text's name with the names of its gaps."""
    found = re.findall(r"(\w+): ('(?:[^'\\\n]|\\.)*')", source)
    return [(name, sorted(re.findall(r"\{(\w+)\}", words))) for name, words in found]


def test_the_form_data_is_made_from_the_definition_of_the_settings() -> None:
    assert settings_form.FORM.read_text() == settings_form.form(), "run `make bundle`"
