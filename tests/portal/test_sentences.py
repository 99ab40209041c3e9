"""Everything that the scripts and the database say to a tenant's staff is in the catalogue of each further language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from f.common.chatbot_settings import TENANT, definitions, names_for
from f.common.setting_kinds import Switch
from f.documents import formats
from f.portal_api.sources import BOUNDS
from local.portal import build

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = ROOT / "windmill/f"
SCRIPTS = [
    *(
        p for p in sorted((BUNDLE / "documents").glob("*.py")) if p.name != "sandbox.py"
    ),  # speaks to no tenant
    *sorted((BUNDLE / "ingest").glob("*.py")),
    *sorted((BUNDLE / "portal_api").glob("*.py")),
    BUNDLE / "models/vision.py",
    BUNDLE / "common/portal_request.py",
    BUNDLE / "common/setting_kinds.py",
    BUNDLE / "common/ssrf.py",
]
# Modules whose texts are data about languages, not sentences.
WORD_LISTS = ("clean.py", "sentences.py", "structure.py", "chunking.py")
# What begins like a sentence and is none, or is for who reads a run's log.
NOT_FOR_TENANTS = (
    *(
        "select ",
        "insert ",
        "update ",
        "delete ",
        "exists (",
        "with ",
        "{} = %s",
        "max_cost_usd::",
        "closed_on::",
    ),
    *(
        "%{}%",
        "| {} |",
        "' | '",
        " | ",
        " or ",
        "#",
        "Bearer ",
        "Write down all text",
        "script, style",
        "address article",
        "a area base",
        "(?<!",
    ),
    *("the document was deleted", "the source was deleted", "the tenant has another embedding model"),
    *(
        "the last try ",
        "sockets of this machine",
        "there is no embedding model",
        "PDF, Word (.docx), PowerPoint",
    ),
    *("is an image without text", "could not be read"),  # the ends of sentences that are whole elsewhere
)
FOR_OPERATORS = ("LookupError", "ValueError", "AssertionError", "print")
BY_CODE = ("no_identity", "choose", "role")
GAP = re.compile(r"\{\w*\}")


def constants(tree: ast.Module) -> dict[str, str]:
    """The short texts that a module has names for; a long one is a value like others."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str) and len(node.value.value) < 60
    }


def words_of(node: ast.expr, names: dict[str, str]) -> str | None:
    """A text as the code writes it, with gaps where its values stand."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = []
    for part in node.values:
        value = part.value if isinstance(part, ast.FormattedValue | ast.Constant) else ""
        name = value.id if isinstance(value, ast.Name) else ""
        parts.append(value if isinstance(value, str) else names.get(name, "{}"))
    return "".join(parts)


def said_by(path: Path) -> Iterator[str]:
    """The sentences in a script: what it raises, returns or notes in words."""
    tree = ast.parse(path.read_text())
    names = constants(tree)
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            skipped.add(body[0].value)  # a docstring
        if isinstance(node, ast.JoinedStr):
            skipped.update(node.values)
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        # Some who may not are told so in the page's own words, by the code: `refused` in text/*.ts.
        code = ast.unparse(node.args[0]) if called == "NotAllowed" and isinstance(node, ast.Call) else ""
        if called in FOR_OPERATORS or code.strip("'") in BY_CODE or isinstance(node, ast.Assert):
            skipped.update(ast.walk(node))
    for node in ast.walk(tree):
        text = words_of(node, names) if isinstance(node, ast.expr) and node not in skipped else None
        if text and text.strip().count(" ") >= 2 and not text.strip().startswith(NOT_FOR_TENANTS):
            yield text.strip()


def said_by_the_database() -> Iterator[str]:
    """The plan's limits, what stood still, and what an error of Meta means."""
    for subject in ("documents", "sources"):
        text = (ROOT / f"sql/functions/{subject}.sql").read_text()
        whole = re.sub(r"'\n +'", "", text)  # a long sentence stands in two pieces
        for sentence in re.findall(r"'([A-Z][^'\n]* [^'\n]* [^'\n]*\.)'", whole):
            yield sentence.replace("%s", "{}")
    sends = "".join((ROOT / f"sql/{kind}.sql").read_text() for kind in ("schema/outbox", "functions/sends"))
    yield from re.findall(r"^ +\(\d+, \d+, '\w+', '\{[^']*\}', '([^']+)'\)", sends, re.MULTILINE)
    yield from re.findall(r"'meaning', '([^']+ [^']+)'\)", sends)


def key(sentence: str) -> str:
    """A sentence with nameless gaps, and apostrophes as scripts write them."""
    return GAP.sub("{}", sentence).replace("\u2019", "'").rstrip(".")


def catalogue(language: str) -> dict[str, str]:
    source = (build.APP / f"text/{language}/sentences.ts").read_text()
    return dict(re.findall(r"^  '([^'\n]+)':\s+'([^'\n]+)',$", source, re.MULTILINE))


SAID = {
    *(key(text) for path in SCRIPTS if path.name not in WORD_LISTS for text in said_by(path)),
    *(key(text) for text in said_by_the_database()),
    *formats._NAMES.values(),
}


@pytest.mark.parametrize("language", ["es"])
def test_every_sentence_of_the_scripts_is_in_the_catalogue(language: str) -> None:
    found = catalogue(language)
    assert len(found) > 150
    known = {key(sentence) for sentence in found}
    assert sorted(SAID - known) == [], "without words in this language"
    assert sorted(known - SAID) == [], "said by nobody any more"
    for sentence, words in found.items():
        assert set(GAP.findall(words)) <= set(GAP.findall(sentence)), sentence


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_setting_in_a_sentence_has_its_label(language: str) -> None:
    source = (build.APP / f"text/{language}/bot.ts").read_text().partition("const fields")[2]
    labels = set(re.findall(r"^  (\w+): \w+\.\w+,$", source, re.MULTILINE))
    switches = {n for n, d in definitions().items() if isinstance(d.metadata["kind"], Switch)}
    spoken = set(names_for(TENANT)) - {
        *switches,
        "languages",
        "canned_replies",
        "opening_hours",
        "outside_hours",
    }
    assert spoken | BOUNDS.keys() <= labels


@pytest.mark.parametrize("language", ["en", "es"])
def test_who_may_not_is_told_so_in_every_language(language: str) -> None:
    told = (build.APP / f"text/{language}.ts").read_text().partition("refused: {")[2].partition("}")[0]
    assert {*BY_CODE, "failed"} == set(re.findall(r"^ +(\w+):", told, re.MULTILINE))
