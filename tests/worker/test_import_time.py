"""No step of the bundle pays for an import that it doesn't use."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from deploy import locks

from tests.worker.support import ROOT


def test_steps_import_only_what_they_use() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bench.import_time", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("step", ["agent_loop", "send_reply", "persist"])
def test_what_a_step_may_import_of_packages_is_preloaded(step: str) -> None:
    """Also where it stands in a function: a job that imports jsonschema itself takes 40 ms of CPU more."""
    script = locks.WINDMILL / f"f/chatbot/{step}.py"
    files = [script, *locks.imported_modules(script)]
    names = {name for file in files for name in packages_modules(ast.parse(file.read_text()))}
    assert names
    code = "import importlib, sys; [importlib.import_module(n) for n in open(sys.argv[1]).read().split()]; print(set(sys.argv[2:]) - {*sys.modules})"
    preloads = ROOT / "windmill/worker/warm/preload.txt"
    ran = subprocess.run([sys.executable, "-c", code, preloads, *names], capture_output=True, text=True)
    assert ran.stdout == "set()\n", ran.stderr


def packages_modules(tree: ast.Module) -> set[str]:
    """The modules of packages that a file names in its imports; not what it takes from them."""
    nodes = list(ast.walk(tree))
    found = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    found |= {part.name for node in nodes if isinstance(node, ast.Import) for part in node.names}
    return {name for name in found if name.partition(".")[0] not in {*sys.stdlib_module_names, "f"}}
