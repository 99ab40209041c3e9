"""Each script's packages: its own and those of whatever it imports. A job has nothing else, where this environment has everything."""

from __future__ import annotations

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from deploy import locks
from packaging.utils import canonicalize_name


@pytest.mark.parametrize(
    "words",
    [
        "from f.documents.formats import pages",
        "from f.documents import formats",
        "import f.documents.formats",
        "def read():\n    from f.documents import formats as reader",
    ],
)
def test_the_packages_of_an_imported_module_count(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f" / "documents").mkdir(parents=True)
    (tmp_path / "f" / "documents" / "formats.py").write_text("# requirements:\n# openpyxl==3.1.5\n")
    script = tmp_path / "f" / "documents" / "script.py"
    script.write_text(f"{words}\n")
    monkeypatch.setattr(locks, "WINDMILL", tmp_path)
    assert locks.missing(script) == ["openpyxl==3.1.5"]


def imports(file: Path) -> set[str]:
    """The packages that a file imports, anywhere in it."""
    names = {name.split(".")[0] for name in locks.names_in(ast.parse(file.read_text()))}
    return names - set(sys.stdlib_module_names) - {"f"}


def test_a_lock_holds_all_that_its_script_and_its_modules_import() -> None:
    distributions = packages_distributions()
    lacking = []
    for script in locks.scripts():
        lines = script.with_suffix(".script.lock").read_text().splitlines()
        held = {line.partition("==")[0] for line in lines}
        for file in {script, *locks.imported(script)}:
            for package in imports(file):
                if not {canonicalize_name(name) for name in distributions[package]} & held:
                    lacking.append(f"{script.stem}: {package}, which {file.stem} imports")
    assert lacking == []
