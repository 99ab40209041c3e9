"""The image's entrypoint: the worker finds both clients in its environment, and without the warm interpreter neither."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from tests.worker.support import ROOT

ENTRYPOINT = ROOT / "windmill" / "worker" / "entrypoint.sh"
ASKED = "python find {} --system --python-preference=only-managed"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


class Container:
    """Where the entrypoint runs a command with a warm interpreter beside it, until the test ends."""

    def __init__(self, folder: Path) -> None:
        uv = folder / "real uv"
        uv.write_text('#!/bin/sh\nfor one in "$@"; do echo "real: $one"; done\n')
        uv.chmod(0o755)
        self.started: list[int] = []
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "WARM_HOME": str(ROOT / "windmill"),
            "WARM_PYTHON": sys.executable,
            "WARM_FOLDER": str(folder / "warm"),
            "UV_PATH": str(uv),
        }

    def run(self, command: str, **more: str) -> str:
        process = subprocess.Popen(
            [str(ENTRYPOINT), "sh", "-c", command],
            env=self.environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self.started.append(process.pid)
        assert process.stdout
        # Not to the pipe's end: the interpreter beside the command holds it, too.
        lines = list(takewhile(lambda line: line != "end\n", process.stdout))
        assert process.wait(30) == 0
        return "".join(lines)


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    one = Container(tmp_path)
    yield one
    for session in one.started:
        try:
            os.killpg(session, signal.SIGKILL)
        except ProcessLookupError:
            continue  # it had nothing beside it


def test_uv_need_not_look_for_the_python_that_is_known(container: Container) -> None:
    found = container.run(f'"$UV_PATH" {ASKED.format(VERSION)}; echo end').strip()
    assert os.path.samefile(found, os.path.realpath(sys.executable))
    asks = f"import sys; print(sys.version_info[:2] == {sys.version_info[:2]}, sys.prefix == sys.base_prefix)"
    assert subprocess.check_output([found, "-c", asks], text=True) == "True True\n"


@pytest.mark.parametrize(
    "arguments", [ASKED.format("3.8"), ASKED.format(f"{VERSION}.1"), "pip install 'a b' '*'", ""]
)
def test_uv_does_all_else_itself(container: Container, arguments: str) -> None:
    words = arguments.replace("'a b'", "a_b").replace("'", "").split()
    expected = "".join(f"real: {word.replace('a_b', 'a b')}\n" for word in words)
    assert container.run(f'"$UV_PATH" {arguments}; echo end') == expected


INSTALL = "pip install {} --no-deps --target {} --no-cache --reinstall"


def test_a_package_that_the_image_has_is_not_fetched(container: Container, tmp_path: Path) -> None:
    """uv says what it is asked for, and knows one package offline."""
    (tmp_path / "real uv").write_text(
        '#!/bin/sh\necho "$*" >>"$0 was asked"\ncase "$*" in *"nothing==2 "*" --offline "*) exit 1 ;; esac\n'
    )
    where = "'/a folder'"
    for package in ("held==1", "nothing==2"):
        container.run(f'"$UV_PATH" {INSTALL.format(package, where)}; echo end')
    asked = (tmp_path / "real uv was asked").read_text().splitlines()
    offline = f"--reinstall --offline --cache-dir {ROOT}/windmill/packages"
    assert asked == [
        f"pip install held==1 --no-deps --target /a folder {offline}",
        f"pip install nothing==2 --no-deps --target /a folder {offline}",
        "pip install nothing==2 --no-deps --target /a folder --reinstall --no-cache",
    ]


def test_jobs_get_the_client(container: Container) -> None:
    folder = container.environment["WARM_FOLDER"]
    assert container.run('echo "$PYTHON_PATH"; echo end') == f"{folder}/python\n"


def test_without_the_warm_interpreter_all_is_windmill_s_own(container: Container) -> None:
    said = container.run('echo "${PYTHON_PATH:-none}"; echo "$UV_PATH"; echo end', WARM="0")
    assert said == f"none\n{container.environment['UV_PATH']}\n"
