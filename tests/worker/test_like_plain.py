"""A job can't tell the warm interpreter from the plain one: same output, errors, exit, surroundings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.worker.support import ARGUMENTS, Warm, plainly

SCRIPTS = {
    "output in order": "import sys\nfor i in range(50):\n    print(i)\n    print(-i, file=sys.stderr)",
    "no code": "",
    "an exception": "def f():\n    raise ValueError('bad')\nf()",
    "a chain of exceptions": "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise OSError('x') from e",
    "a syntax error": "def f(:",
    "an import that fails": "import nothing_of_that_name",
    "exit 3": "import sys\nprint('a', end='')\nsys.exit(3)",
    "exit -1": "raise SystemExit(-1)",
    "exit with words": "import sys\nsys.exit('why')",
    "exit without": "import sys\nsys.exit()",
    "_exit": "import os\nprint('a')\nos._exit(7)",
    "killed": "import os\nos.kill(os.getpid(), 9)",
    "segfault": "import os\nos.kill(os.getpid(), 11)",
    "terminated": "import os\nos.kill(os.getpid(), 15)",
    "interrupted": "import os\nos.kill(os.getpid(), 2)",
    "atexit": "import atexit\natexit.register(print, 'bye')\nraise ValueError",
    "a thread goes on": (
        "import threading\ng = threading.Event()\n"
        "threading.Thread(target=lambda: (g.wait(), print('done'))).start()\n"
        "threading.Timer(0.1, g.set).start()\nprint('main')"
    ),
    "a daemon thread": "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()",
    "an open file": "f = open('x', 'w')\nf.write('kept')\nimport atexit",
    "an object's end": "class A:\n    def __del__(self):\n        print('deleted')\na = A()",
    "a fork": "import os\nif os.fork():\n    print(os.wait()[1])\nelse:\n    print('child')",
    "a subprocess": "import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', 'print(1)']).returncode)",
    "multiprocessing": (
        "import multiprocessing as m\nif __name__ == '__main__':\n"
        "    for kind in ('spawn', 'fork'):\n        with m.get_context(kind).Pool(1) as p:\n"
        "            print(p.map(abs, [-1]))"
    ),
    "surroundings": (
        "import os, sys, signal, locale, resource, threading, gc\n"
        "print(sys.argv, sys.orig_argv, sys.path, sys.flags, sys.executable, sys.prefix, sorted(os.environ.items()))\n"
        "print(__name__, __file__, __spec__.name, sorted(globals()), os.getcwd(), sys.stdin.read())\n"
        "print([signal.getsignal(n) for n in range(1, 32)], signal.pthread_sigmask(0, []))\n"
        "print([(f.encoding, f.errors, f.line_buffering, f.write_through) for f in (sys.stdin, sys.stdout, sys.stderr)])\n"
        "print(locale.getlocale(), gc.isenabled(), gc.get_threshold(), threading.enumerate()[0].name)\n"
        "print(os.umask(0), [resource.getrlimit(n) for n in range(16)], sorted(os.listdir('/proc/self/fd')))\n"
        "print(len(os.listdir('/proc/self/task')), sys.stdout.isatty(), os.getuid(), os.getgroups())\n"
    ),
    "names in sys.modules": "import sys\nprint([m for m in sys.modules if m[:8] == 'windmill' or m[:2] == 'f.'])",
    "time zone": "import time\nprint(time.tzname, time.localtime(0).tm_hour)",
}  # fmt: skip


@pytest.mark.parametrize("source", SCRIPTS.values(), ids=SCRIPTS)
def test_the_same_as_the_plain_interpreter(warm: Warm, source: str) -> None:
    env = {"TZ": "Asia/Kolkata", "PYTHONPATH": "/tmp/nowhere:/opt"}
    assert warm.run(source, env) == plainly(source, env)


def test_a_file_left_open_is_written(warm: Warm) -> None:
    source = "import os\nr, w = os.pipe()\nprint('x')\nf = open('/proc/self/fd/1', 'a')\nf.write('y')"
    assert warm.run(source)[1] == "x\ny"


def test_umask_and_group_are_the_client_s(warm: Warm) -> None:
    job = warm.job("import os\nprint(oct(os.umask(0)), os.getpgrp())", umask=0o027)
    assert job.wait()[1].split() == ["0o27", str(job.process.pid)]


def test_no_wrapper(warm: Warm, tmp_path: Path) -> None:
    def run(python: str) -> tuple[int, bytes]:
        ran = subprocess.run([python, *ARGUMENTS], cwd=tmp_path, env={}, capture_output=True)
        return ran.returncode, ran.stderr

    assert run(warm.python) == run(sys.executable)


def test_other_arguments_go_to_the_plain_interpreter(warm: Warm) -> None:
    for arguments in (
        ["-c", "import sys; print(sys.argv)"],
        ["-m", "platform"],
        ["--version"],
        ["-u", "-m", "this"],
    ):
        ran = subprocess.run([warm.python, *arguments], capture_output=True, text=True, env={})
        assert ran.returncode == 0 and ran.stdout and not ran.stderr, arguments
