"""Every message of the scripts and the database has a text in each language, with the values that it is given; none is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from deploy import portal_texts

from f.common import problems
from f.common.chatbot_settings import definitions
from f.common.problems import ENGLISH, Problem, english, message
from f.portal_api.sources import BOUNDS
from local.portal import build

ROOT = Path(__file__).resolve().parents[2]
GAP = re.compile(r"\{(\w+)\}")
SCRIPTS = [p for p in sorted((ROOT / "windmill/f").rglob("*.py")) if p != Path(problems.__file__)]


@cache
def problem_classes() -> set[str]:
    """Problem and the classes that derive from it."""
    found = {"Problem"}
    bases = {
        node.name: {ast.unparse(base) for base in node.bases}
        for path in SCRIPTS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    }
    while new := {name for name, of in bases.items() if of & found} - found:
        found |= new
    return found


def calls() -> Iterator[tuple[str, str, set[str]]]:
    """The messages of the scripts: where, code, names of the values. `message` and the classes of problems take a literal code."""
    names = {"message", *problem_classes()}
    for path in SCRIPTS:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id not in names or not is_problem(path, node.func.id):
                continue
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            code = node.args[0] if node.args else None
            assert isinstance(code, ast.Constant) and isinstance(code.value, str), (
                f"{where}: write the code here"
            )
            yield where, code.value, {keyword.arg or "**" for keyword in node.keywords}


def is_problem(path: Path, name: str) -> bool:
    """Whether a name is a problem in this module: other modules may have a class or function of the same name."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return True
        if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}:
            source = ROOT / "windmill" / f"{(node.module or '').replace('.', '/')}.py"
            return source == Path(problems.__file__) or not defines_another(source, name)
    return False


def defines_another(path: Path, name: str) -> bool:
    """Whether the module has a class of this name that does not derive from Problem."""
    classes = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]
    bases = {node.name: {ast.unparse(base) for base in node.bases} for node in classes}
    return name in bases and not bases[name] & problem_classes()


def database_calls() -> Iterator[tuple[str, str, set[str]]]:
    """The messages of the database: problem('code', jsonb_build_object('name', …)), and the codes of the table send_errors."""
    for path in sorted((ROOT / "sql").rglob("*.sql")):
        text = path.read_text()
        for found in re.finditer(r"problem\('(\w+)'(, jsonb_build_object\(([^;]*))?", text):
            names = re.findall(r"'(\w+)',\s", found[3] or "")
            yield path.name, found[1], set(names)
        for code in re.findall(r"'(send_\w+)'\)", text):
            if code in ENGLISH:
                yield path.name, code, set()


def test_every_message_has_a_text_with_its_values_and_none_is_left_over() -> None:
    assert len(problem_classes()) > 5
    given: dict[str, list[tuple[str, set[str]]]] = {}
    for where, code, values in [*calls(), *database_calls()]:
        given.setdefault(code, []).append((where, values))
    assert sorted(given.keys() - ENGLISH.keys()) == [], "without a text"
    assert sorted(ENGLISH.keys() - given.keys()) == [], "of nobody"
    for code, places in given.items():
        for where, values in places:
            assert values == set(GAP.findall(ENGLISH[code])), f"{where}: {code}"


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_language_has_each_message_with_the_same_values(language: str) -> None:
    texts = portal_messages(language)
    assert list(texts) == list(ENGLISH)
    for code, text in ENGLISH.items():
        assert sorted(GAP.findall(texts[code])) == sorted(GAP.findall(text)), code


def portal_messages(language: str) -> dict[str, str]:
    source = (build.APP / f"text/{language}/messages.ts").read_text()
    found = re.findall(
        r"""^  (\w+):\s+(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"),$""", source, re.MULTILINE
    )
    return {code: single or double for code, single, double in found}


def test_the_portals_english_is_that_of_the_scripts() -> None:
    assert portal_texts.TARGET.read_text() == portal_texts.source(), "run `make bundle`, then `make portal`"


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_setting_has_its_label(language: str) -> None:
    """For messages that name one, and for what two versions differ in."""
    source = (build.APP / f"text/{language}/bot.ts").read_text().partition("const fields")[2]
    labels = set(re.findall(r"^  (\w+): ", source, re.MULTILINE))
    assert definitions().keys() | BOUNDS.keys() <= labels


def test_a_message_becomes_an_english_sentence() -> None:
    inner = message("too_many_pages", pages=12345, most=500)
    outer = Problem("plan_pages_left", problem=inner, pages=7)
    assert str(outer) == (
        "This document has 12,345 pages; the limit is 500. Split it into smaller ones. Your plan has room for 7 more pages."
    )
    assert str(Problem.of(outer.message)) == str(outer)
    assert english(message("file_too_large", size=61.2, most=50.0)).startswith(
        "This file has 61.2 MB; the limit is 50 MB."
    )
