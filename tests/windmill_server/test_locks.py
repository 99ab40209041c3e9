"""Locks on a given Windmill server: the same next month, whatever the index of packages has by then."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from deploy import locks, packages, wmill

from tests.e2e.test_sources import portal
from tests.windmill_server.conftest import ServerWorld
from tests.windmill_server.test_server import start

FOLDER = "f/lock_test"
OPERATOR = "operator@platform.example"
# Whole, and years old: each of these packages has had newer versions since.
CLOSURE = (
    "certifi==2024.2.2",
    "charset-normalizer==3.3.2",
    "idna==3.6",
    "requests==2.31.0",
    "urllib3==2.1.0",
)
SCRIPTS = {
    "base": "WORD = 'first'\n",
    "middle": "import requests\n\nfrom f.lock_test.base import WORD\n\nUSED = (requests, WORD)\n",
    "run": (
        "from importlib.metadata import version\n\nfrom f.lock_test.middle import USED\n\n\ndef main():\n"
        "    return [USED[1], *(f'{name}=={version(name)}' for name in ('certifi', 'idna', 'requests', 'urllib3'))]\n"
    ),
}
FORM = """summary: Lock test
description: ''
lock: '!inline {path}.script.lock'
kind: script
schema:
  $schema: https://json-schema.org/draft/2020-12/schema
  type: object
  order: []
  properties: {{}}
  required: []
"""


class OldBundle:
    """Two modules and a script that imports them, with named requirements of another time, as a folder to push."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        text = "".join(f"{line}\n" for line in CLOSURE)
        self.lock = "\n".join(
            [
                "# workspace-dependencies-mode: manual",
                f"# workspace-dependencies: lock_test:{hashlib.sha256(text.encode()).hexdigest()}",
                f"# py: {locks.PYTHON}",
                *CLOSURE,
            ]
        )
        (folder / FOLDER).mkdir(parents=True)
        (folder / "dependencies").mkdir()
        (folder / "dependencies" / "lock_test.requirements.in").write_text(text)
        (folder / "wmill-lock.yaml").write_text("version: v2\nlocks: {}\n")
        shutil.copy(wmill.WINDMILL / "wmill.yaml", folder / "wmill.yaml")
        for name, code in SCRIPTS.items():
            path = folder / FOLDER / name
            (path.with_suffix(".script.yaml")).write_text(FORM.format(path=f"{FOLDER}/{name}"))
            needs_packages = name != "base"
            path.with_suffix(".py").write_text(
                f"{'# requirements: lock_test' * needs_packages}\n{code}".lstrip()
            )
            path.with_suffix(".script.lock").write_text(
                self.lock if needs_packages else f"# py: {locks.PYTHON}\n"
            )


@pytest.fixture
def old(world: ServerWorld, tmp_path: Path) -> Iterator[OldBundle]:
    """That folder; what a push of it leaves in the workspace is deleted."""
    server = world.stack.windmill()
    yield OldBundle(tmp_path)
    if not world.stack.is_local_runner:
        for name in reversed(SCRIPTS):
            server.call("POST", f"scripts/delete/p/{FOLDER}/{name}", ok=(200, 404))
        server.call("POST", "workspace_dependencies/delete/python3?name=lock_test")


def test_a_changed_module_gives_its_importers_the_old_versions_again(
    world: ServerWorld, old: OldBundle
) -> None:
    if world.stack.is_local_runner:  # it makes no locks
        return
    server = world.stack.windmill()
    wmill.push_folder(server, old.folder)
    (old.folder / FOLDER / "base.py").write_text("WORD = 'second'\n")
    wmill.push_folder(server, old.folder)
    for name in ("middle", "run"):
        assert server.call("GET", f"scripts/get/p/{FOLDER}/{name}").json()["lock"] == old.lock, name
    made_again = server.call("GET", "jobs/completed/list?job_kinds=dependencies&per_page=1000").json()
    assert {job["script_path"] for job in made_again if job["success"]} >= {
        f"{FOLDER}/middle",
        f"{FOLDER}/run",
    }, "the server made no lock anew, so this has shown nothing"
    count, words = wmill.diff(server, old.folder)
    assert count == 0, words
    job = start(world, f"p/{FOLDER}/run", {})
    assert job["success"] is True, job["result"]
    assert job["result"][0] == "second", "the script ran with the module that was there before"
    assert set(job["result"][1:]) <= set(CLOSURE)


def test_no_deployed_lock_differs_from_the_workers_packages(world: ServerWorld) -> None:
    if not world.stack.is_local_runner:
        assert packages.differences(world.stack.windmill()) == []


def test_the_operators_page_asks_whether_the_workers_image_is_the_one_that_was_deployed(
    world: ServerWorld,
) -> None:
    world.rows("insert into operators (email) values (%s) on conflict do nothing returning email", OPERATOR)
    overview = portal(world, "operator", "get", person=OPERATOR)
    assert overview["packages_differ"] == [], (
        "the workers have not the packages of this checkout: build their image from it"
    )
