"""What a newcomer relies on: targets that run and are explained, one source of the packages, links that lead somewhere."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text()
PINNED = {
    "ingress": "ingress/requirements.txt",
    "portal": "portal/requirements.txt",
    "worker": "windmill/worker/requirements.txt",
    "local": "local/requirements.txt",
}
FOLDERS = ("docs", "ingress", "portal", "windmill", "sql", "tests", "bench")
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(
        path
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.md"))
        if "node_modules" not in path.parts  # a bench installs its rival there
    ),
]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def test_each_target_is_phony_and_explained_in_a_group() -> None:
    targets = re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE)
    phony = {name for line in re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE) for name in line.split()}
    assert set(targets) == phony
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in targets:
        assert re.search(rf"^  {target} +\S", shown, re.MULTILINE), f"make help does not explain {target}"
    assert len(re.findall(r"^\S.*$", shown, re.MULTILINE)) > 3, "the targets stand in groups"


def requirements(group: str) -> Iterator[Requirement]:
    """A group of pyproject.toml with those that it includes."""
    for entry in tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"][group]:
        if isinstance(entry, dict):
            yield from requirements(entry["include-group"])
        else:
            yield Requirement(entry)


def pins(file: str) -> dict[str, str]:
    lines = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / file).read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in lines}


@pytest.mark.parametrize(("group", "file"), PINNED.items())
def test_what_is_installed_is_what_pyproject_names(group: str, file: str) -> None:
    pinned = pins(file)
    for requirement in requirements(group):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not in {file}: run `make locks`"
        assert requirement.specifier.contains(version, prereleases=True), (
            f"{file} has {version}: run `make locks`"
        )


@pytest.mark.parametrize("file", PINNED.values())
def test_a_pinned_file_has_a_hash_for_each_package_and_names_no_index(file: str) -> None:
    text = (ROOT / file).read_text()
    assert "://" not in text and "--index" not in text
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[A-Za-z0-9])", text.strip()))


def test_a_package_has_one_version_everywhere() -> None:
    product = pins(PINNED["worker"])
    for file in ("ingress/requirements.txt", "portal/requirements.txt", "local/requirements.txt"):
        differ = {
            name: version for name, version in pins(file).items() if product.get(name, version) != version
        }
        assert differ == {}, f"{file} and the worker's differ: run `make locks`"


def rows_of_table(mark: str) -> list[str]:
    """The first cells of the table of tests/README.md that explains a mark."""
    section = (
        (ROOT / "tests/README.md").read_text().partition(f"@pytest.mark.{mark}(")[2].partition("\n## ")[0]
    )
    return [
        cell for cell in re.findall(r"^\| ([a-z0-9-]+) \|", section, re.MULTILINE) if cell not in ("n", "id")
    ]


@pytest.mark.parametrize(
    ("mark", "named"),
    [
        ("field_failure", r"field_failure\((\d+)\)"),
        # In a decorator, or as a key of the rows that marked_with() makes parameters of.
        ("field_reply", r'field_reply\("([a-z]+-\d+)"\)|^ +"((?:talk|right|wrong)-\d+)": \('),
    ],
)
def test_each_row_has_a_test_that_names_it_and_each_mark_a_row(mark: str, named: str) -> None:
    rows = rows_of_table(mark)
    assert len(rows) > 20 and len(rows) == len(set(rows))
    tests = [path.read_text() for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)]
    marks = {"".join(found.groups("")) for text in tests for found in re.finditer(named, text, re.MULTILINE)}
    assert set(rows) - marks == set(), "no test names these rows"
    assert marks - set(rows) == set(), "these marks name no row"


def anchors(document: Path) -> set[str]:
    """The headings of a document, as GitHub makes anchors of them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_link_of_a_document_leads_somewhere(document: Path) -> None:
    lost = []
    for link in LINK.findall(document.read_text()):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []
