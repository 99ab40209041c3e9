"""What a script has on a worker: its named requirements, whole and pinned. A job has nothing else, where this environment has everything."""

from __future__ import annotations

import ast
import hashlib
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from deploy import locks
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = """
[dependency-groups]
small = ["httpcore2", "httpx2"]
large = [{ include-group = "small" }, "openpyxl"]
worker = [{ include-group = "small" }, { include-group = "large" }]
test = ["pytest"]
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A module of a bundle that has two groups; its imports are the test's."""
    (tmp_path / "f" / "documents").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    monkeypatch.setattr(locks, "WINDMILL", tmp_path)
    monkeypatch.setattr(locks, "PROJECT", tmp_path / "pyproject.toml")
    locks.groups.cache_clear()
    locks.closure.cache_clear()
    yield tmp_path / "f" / "documents" / "formats.py"
    locks.groups.cache_clear()
    locks.closure.cache_clear()


@pytest.mark.parametrize(
    "words",
    [
        "from f.documents.formats import pages",
        "from f.documents import formats",
        "import f.documents.formats",
        "def read():\n    from f.documents import formats as reader",
    ],
)
def test_the_packages_of_an_imported_module_count(words: str, module: Path) -> None:
    module.write_text("import openpyxl\n")
    script = module.with_name("script.py")
    script.write_text(f"{words}\n")
    assert locks.group_of(script) == "large"


def test_a_header_names_the_smallest_group_that_has_all(module: Path) -> None:
    module.write_text("import httpx2\n")
    assert locks.with_header(module) == "# requirements: small\nimport httpx2\n"
    module.write_text("import json\n")
    assert locks.with_header(module) == "import json\n"


@pytest.mark.parametrize(
    "header",
    [
        "# requirements: large\n",
        "# requirements:\n# httpx2==2.1.0\n# psycopg[binary]==3.3.9\n",
        "# no_postinstall\n# requirements: large\n",
        "",
    ],
)
def test_whatever_header_a_script_has_it_gets_the_one_it_needs(module: Path, header: str) -> None:
    code = '"""What it does."""\n\nimport httpx2\n'
    module.write_text(header + code)
    assert locks.with_header(module) == f"# requirements: small\n{code}"


@pytest.mark.parametrize("name", ["pytest", "a_package_that_nobody_has"])
def test_an_import_that_no_group_of_the_worker_has_is_refused(module: Path, name: str) -> None:
    module.write_text(f"import {name}\n")
    with pytest.raises(
        locks.LockError, match=f"f/documents/formats.py imports {name}: add its package to a group"
    ):
        locks.group_of(module)


def test_packages_that_no_group_has_together_are_refused(module: Path) -> None:
    locks.PROJECT.write_text(PROJECT.replace('{ include-group = "small" }, "openpyxl"', '"openpyxl"'))
    module.write_text("import httpx2\nimport openpyxl\n")
    with pytest.raises(locks.LockError, match="needs httpx2, openpyxl, and no group"):
        locks.group_of(module)


@cache
def imports(file: Path) -> set[str]:
    """The packages that a file imports, anywhere in it."""
    names = {name.split(".")[0] for name in locks.imported_names(ast.parse(file.read_text()))}
    return names - set(sys.stdlib_module_names) - {"f"}


def test_a_lock_holds_all_that_its_script_and_its_modules_import() -> None:
    distributions = packages_distributions()
    lacking = []
    for script in locks.scripts():
        lines = script.with_suffix(".script.lock").read_text().splitlines()
        held = {line.partition("==")[0] for line in lines}
        for file in {script, *locks.imported_modules(script)}:
            for package in imports(file):
                if not {canonicalize_name(name) for name in distributions[package]} & held:
                    lacking.append(f"{script.stem}: {package}, which {file.stem} imports")
    assert lacking == []


@pytest.mark.parametrize("group", locks.groups())
def test_named_requirements_are_whole_so_that_nothing_is_left_to_an_index(group: str) -> None:
    """Each package that one of them needs on a worker is among them, pinned."""
    lines = [Requirement(line) for line in locks.requirements_text(group).splitlines()]
    held = {canonicalize_name(line.name) for line in lines}
    assert all(re.fullmatch(r"==[^*,]+", str(line.specifier)) for line in lines)
    for name in held:
        needed = {canonicalize_name(requirement.name) for requirement in locks.needs(name, "")}
        assert needed <= held, name


@pytest.mark.parametrize("group", locks.groups())
def test_what_a_group_adds_is_used(group: str) -> None:
    """A worker looks through a folder for each package of a lock whenever a job imports something."""
    entries = tomllib.loads(locks.PROJECT.read_text())["dependency-groups"][group]
    added = {canonicalize_name(Requirement(entry).name) for entry in entries if isinstance(entry, str)}
    users = [script for script in locks.scripts() if locks.group_of(script) == group]
    used = {package for script in users for package in locks.imported_packages(script)}
    assert added - used == set()


def test_a_lock_names_its_requirements_by_their_hash() -> None:
    """As the server writes it: sha-256 of the file's text. Another hash would be a change at each push."""
    lock = (locks.WINDMILL / "f" / "chatbot" / "persist.script.lock").read_text().splitlines()
    (line,) = [line for line in lock if line.startswith("# workspace-dependencies: ")]
    name, _, sha = line.removeprefix("# workspace-dependencies: ").partition(":")
    text = (locks.WINDMILL / "dependencies" / f"{name}.requirements.in").read_bytes()
    assert sha == hashlib.sha256(text).hexdigest()
