"""What a script's jobs import of our rooms is imported once for them, and a job can't tell but by the time that it takes."""

from __future__ import annotations

import ast
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from worker.warm.templates import ROOMS

from tests.worker.support import ROOT, Warm, alive, children, until

MODULE = (
    "import os\nPROCESS, SEEN, LEFT = os.getpid(), dict(os.environ), []\ndef who():\n    return 'version 1'\n"
)
SHOWS = "import os, f.common.thing as thing\nprint(thing.who(), thing.PROCESS == os.getpid())"
FEW = "import sys\nfrom windmill.worker.warm import __main__, templates\ntemplates.MOST = 2\nsys.exit(__main__.main())"
AT_ONCE = FEW.replace("MOST = 2", "STAYS_S = 0")
FRESH, SHARED = (0, "version 1 True\n", ""), (0, "version 1 False\n", "")


class Script:
    """One that imports f.common.thing from PYTHONPATH, as in the demo."""

    def __init__(self, warm: Warm, place: Path, name: str, module: str = MODULE) -> None:
        self.warm, self.file = warm, place / "f" / "common" / "thing.py"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(module)
        self.env = {"PYTHONPATH": str(place), "WM_JOB_PATH": name, "WM_WORKSPACE": "w"}

    def run(self, source: str = SHOWS, **env: str) -> tuple[int, str, str]:
        return self.warm.run(source, self.env | env)

    def until_shared(self) -> None:
        until(lambda: self.run() == SHARED)


def test_imported_once(warm: Warm, tmp_path: Path) -> None:
    script = Script(warm, tmp_path, "once")
    assert script.run() == FRESH
    script.until_shared()
    assert script.run() == SHARED


def test_what_a_module_makes_once_is_made_once(warm: Warm, tmp_path: Path) -> None:
    made = "from functools import cache\n@cache\ndef made():\n    return os.getpid()\n@cache\ndef of(x):\n    return os.getpid()\n"
    script = Script(warm, tmp_path, "made", MODULE + made)
    script.until_shared()
    source = (
        "import os, f.common.thing as t\nprint(t.made() == t.PROCESS != os.getpid(), t.of(1) == os.getpid())"
    )
    assert script.run(source) == (0, "True True\n", "")


def test_nothing_of_a_job_is_in_it(warm: Warm, tmp_path: Path) -> None:
    script = Script(warm, tmp_path, "nothing")
    script.until_shared()
    changes = "import f.common.thing as thing\nthing.LEFT.append(1)\nthing.who = None\nthing.more = 1"
    assert script.run(changes) == (0, "", "")
    looks = "import os, f.common.thing as t\nprint({*t.SEEN} - {'LC_CTYPE'}, t.LEFT, hasattr(t, 'more'), len(os.listdir('/proc/self/fd')))"
    assert script.run(looks) == (0, "set() [] False 4\n", "")


@pytest.mark.parametrize("other", [{"WM_JOB_PATH": "b"}, {"WM_WORKSPACE": "v"}, {"WM_RUNNABLE_ID": "2"}])
def test_for_no_other_script_or_version(warm: Warm, tmp_path: Path, other: dict[str, str]) -> None:
    script = Script(warm, tmp_path, "a")
    script.until_shared()
    assert script.run(**other) == FRESH


def test_an_edited_file_counts_at_once(warm: Warm, tmp_path: Path) -> None:
    script = Script(warm, tmp_path, "edited")
    script.until_shared()
    script.file.write_text(MODULE.replace("version 1", "version two"))
    assert script.run() == (0, "version two True\n", "")
    until(lambda: script.run() == (0, "version two False\n", ""))


def test_what_jobs_import_later_is_in_the_next_one(warm: Warm, tmp_path: Path) -> None:
    script = Script(warm, tmp_path, "later")
    script.until_shared()
    (script.file.parent / "more.py").write_text("import os\nPROCESS = os.getpid()\n")
    more = "import os, f.common.thing, f.common.more as m\nprint(m.PROCESS == os.getpid())"
    assert script.run(more) == (0, "True\n", "")
    until(lambda: script.run(more) == (0, "False\n", ""))
    assert script.run() == SHARED


def test_a_job_that_began_before_it_does_not_have_it_made_again(tmp_path: Path) -> None:
    with Warm(code=("-c", AT_ONCE)) as own:
        script = Script(own, tmp_path, "slow")
        long = own.job(
            f"import time\n{SHOWS}\nwhile not os.path.exists('go'):\n    time.sleep(0.01)", script.env
        )
        script.until_shared()
        parents = [script.run("import os, f.common.thing\nprint(os.getppid())") for _ in range(2)]
        (long.folder / "go").touch()
        assert long.wait() == FRESH
        parents += [script.run("import os, f.common.thing\nprint(os.getppid())") for _ in range(3)]
        assert len(set(parents)) == 1


def test_one_that_is_being_made_again_is_used_meanwhile(tmp_path: Path) -> None:
    with Warm(code=("-c", AT_ONCE)) as own:
        script, ready = Script(own, tmp_path, "again"), tmp_path / "ready"
        script.until_shared()
        waits = f"import os, time\nPROCESS = os.getpid()\nwhile not os.path.exists({str(ready)!r}):\n    time.sleep(0.01)\n"
        (script.file.parent / "more.py").write_text(waits)
        ready.touch()
        more = "import os, f.common.thing, f.common.more as m\nprint(m.PROCESS == os.getpid())"
        assert script.run(more) == (0, "True\n", "")
        ready.unlink()
        assert [script.run() for _ in range(3)] == [SHARED] * 3
        ready.touch()
        until(lambda: script.run(more) == (0, "False\n", ""))


def test_other_rooms_and_the_script_s_own_packages_are_found(warm: Warm, tmp_path: Path) -> None:
    script = Script(warm, tmp_path, "rooms")
    script.until_shared()
    (tmp_path / "f" / "company").mkdir()
    (tmp_path / "f" / "company" / "own.py").write_text("import os\nPROCESS = os.getpid()\n")
    (script.file.parent / "late.py").write_text("WORD = 'late'\n")
    source = (
        "import os\nos.makedirs('f/chatbot')\nopen('f/chatbot/step.py', 'w').write('WORD = 1')\n"
        "import f.company.own, f.common.late\nfrom f.chatbot import step\n"
        "print(f.company.own.PROCESS == os.getpid(), f.common.late.WORD, step.WORD)"
    )
    for _ in range(2):
        assert script.run(source) == (0, "True late 1\n", "")


def test_a_module_that_needs_its_job_has_none(tmp_path: Path) -> None:
    with Warm() as own:
        script = Script(own, tmp_path, "needs", MODULE + "TOKEN = os.environ['WM_TOKEN']\n")
        for _ in range(3):
            assert script.run() == FRESH
        until(lambda: "needs has no template: KeyError('WM_TOKEN')" in (own.folder / "log").read_text())
        assert script.run() == FRESH


def test_there_are_not_more_of_them_than_a_bound(tmp_path: Path) -> None:
    with Warm(code=("-c", FEW)) as own:
        first, second, third = (Script(own, tmp_path, name) for name in ("first", "second", "third"))
        (server,) = own.servers
        for script in (first, second, third):
            script.until_shared()
        until(lambda: len(children(server)) == 2)
        assert [script.run() for script in (second, third)] == [SHARED, SHARED]
        first.until_shared()


def test_one_that_dies_takes_no_later_job_with_it(tmp_path: Path) -> None:
    with Warm() as own:
        script = Script(own, tmp_path, "dies")
        script.until_shared()
        template = int(script.run("import os\nprint(os.getppid())")[1])
        assert template not in own.servers
        os.kill(template, signal.SIGKILL)
        until(lambda: script.run() == FRESH)
        assert script.run() == FRESH


def test_it_sees_its_jobs_to_the_end_when_the_server_grows_old(tmp_path: Path) -> None:
    with Warm("--jobs", "20") as own:
        script = Script(own, tmp_path, "old")
        script.until_shared()
        env = script.env
        long = own.job(
            "import os, time\nprint(os.getppid())\nwhile not os.path.exists('go'):\n    time.sleep(0.01)\nprint('end')",
            env,
        )
        assert long.process.stdout
        template, (server,) = int(long.process.stdout.readline()), own.servers
        until(lambda: script.run()[0] == 0 and own.servers[-1:] != [server])
        script.until_shared()
        (long.folder / "go").touch()
        assert long.wait() == (0, "end\n", "")
        until(lambda: not alive(template) and not alive(server))


TAKEN = {
    "environ",
    "getenv",
    "getcwd",
    "open",
    "now",
    "today",
    "monotonic",
    "perf_counter",
    "urandom",
    "uuid4",
    "random",
    "run_id",
}


def run_at_import(module: ast.Module) -> Iterator[ast.AST]:
    left: list[ast.AST] = [module]
    while left:
        node = left.pop()
        yield node
        made_once = isinstance(node, ast.FunctionDef) and node.decorator_list and not node.args.args
        if made_once or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            left += ast.iter_child_nodes(node)


def test_our_rooms_take_nothing_from_a_job_when_they_are_imported() -> None:
    """At a module's top level, and in what it makes once: no variable, no clock, no file, no random number."""
    files = [file for room in ROOMS for file in (ROOT / "windmill" / room.replace(".", "/")).rglob("*.py")]
    assert len(files) > 100
    found = [
        f"{file.name}:{node.lineno} {name}"
        for file in files
        for node in run_at_import(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute | ast.Name)
        and (name := getattr(node, "attr", "") or getattr(node, "id", "")) in TAKEN
    ]
    assert found == []
