"""Nothing of one job is visible to another, and the warm process has nothing to give away."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.worker.support import Warm, alive, children, until

MESS = """
import json, os, random, sys, types, socket, decimal, builtins, tempfile, openai, httpx2
os.environ["LEFT"] = "behind"
os.putenv("LEFT", "behind")
sys.modules["left"] = types.ModuleType("left")
sys.path.append("/left")
json.dumps = None
builtins.left = True
random.seed(1)
decimal.getcontext().prec = 3
os.chdir("/")
os.umask(0o777)
tempfile.tempdir = "/left"
client = openai.OpenAI(api_key="a secret of this job", base_url="http://127.0.0.1:9")
held = [socket.socket(), open("/dev/zero")]
"""
LOOK = """
import json, os, random, sys, decimal, builtins, tempfile, uuid, secrets, gc
import openai
assert "LEFT" not in os.environ and "left" not in sys.modules and "/left" not in sys.path
assert json.dumps([]) == "[]" and not hasattr(builtins, "left")
assert decimal.getcontext().prec == 28 and tempfile.gettempdir() == "/tmp"
assert not [c for c in gc.get_objects() if isinstance(c, openai.OpenAI)]
print(len(os.listdir("/proc/self/fd")))
print(random.random(), uuid.uuid4(), secrets.token_hex(), tempfile.mktemp(), random.SystemRandom().random())
"""


def test_a_job_leaves_nothing_behind(warm: Warm) -> None:
    assert warm.run(MESS)[0] == 0
    code, out, err = warm.run(LOOK)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "4"  # the streams, and the folder that is listed


def test_random_numbers_are_each_job_s_own(warm: Warm) -> None:
    drawn = [value for _ in range(5) for value in warm.run(LOOK)[1].splitlines()[1].split()]
    assert len(set(drawn)) == len(drawn)


def test_tls_and_psycopg_work_after_the_fork(warm: Warm) -> None:
    source = (
        "import ssl, psycopg, hashlib\nfrom cryptography.hazmat.primitives.ciphers.aead import AESGCM\n"
        "ssl.create_default_context(); ssl.RAND_bytes(8)\n"
        "print(len(AESGCM(AESGCM.generate_key(256)).encrypt(bytes(12), b'x', None)))\n"
        "try:\n    psycopg.connect('host=127.0.0.1 port=9 connect_timeout=2')\n"
        "except psycopg.OperationalError as e:\n    print('refused' in str(e))"
    )
    assert warm.run(source) == (0, "17\nTrue\n", "")


def test_the_process_is_private_and_holds_no_secret(warm: Warm) -> None:
    assert stat.S_IMODE(warm.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((warm.folder / "socket").stat().st_mode) == 0o600
    for pid in (warm.process.pid, *warm.servers):
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        assert [pair for pair in environment if pair and not pair.startswith(b"LC_CTYPE=")] == []
        assert len(os.listdir(f"/proc/{pid}/task")) == 1
        inet = {line.split()[9] for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]}
        held = {os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()}
        assert not [name for name in held if name.removeprefix("socket:[").rstrip("]") in inet]


def test_all_that_is_done_in_advance_succeeds(warm: Warm) -> None:
    assert (warm.folder / "log").read_text() == ""


def without_capabilities() -> None:
    """What root may do beyond others, given up for good; another user has none of it."""
    libc = ctypes.CDLL(None)
    for number in range(64):
        libc.prctl(24, number, 0, 0, 0)  # PR_CAPBSET_DROP
    libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS


def test_it_needs_no_capability() -> None:
    with Warm(preexec_fn=without_capabilities) as own:
        (server,) = own.servers
        for process in (server, "self"):
            source = f"print([l for l in open('/proc/{process}/status') if l.startswith('CapEff')])"
            code, out, err = own.run(source)
            assert (code, err) == (0, "") and "CapEff:\\t0000000000000000" in out
        job = own.job("import time\nprint('ready')\ntime.sleep(600)")
        assert job.process.stdout and job.process.stdout.readline() == "ready\n"
        job.process.kill()
        assert job.wait()[0] == -9


NOBODY = 65534
READ = 2  # CAP_DAC_READ_SEARCH


def as_nobody(rights: int) -> None:
    """Another user than root, with these capabilities."""
    libc = ctypes.CDLL(None)
    libc.prctl(8, 1, 0, 0, 0)  # PR_SET_KEEPCAPS
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    libc.capset(struct.pack("Ii", 0x20080522, 0), struct.pack("6I", rights, rights, rights, 0, 0, 0))
    if rights:
        libc.prctl(47, 2, READ, 0, 0)  # PR_CAP_AMBIENT_RAISE


def unprivileged() -> dict[str, Any]:
    """How to start it as a user without rights. Whoever runs the tests is one, or root: then it is `nobody`, with the single right to read
    where the interpreter lies in root's own folder."""
    if os.geteuid() != 0:
        return {}
    try:
        reached = subprocess.run(
            [sys.executable, "-c", ""], user=NOBODY, group=NOBODY, extra_groups=[], cwd="/"
        )
        rights = 0 if reached.returncode == 0 else 1 << READ
    except PermissionError:
        rights = 1 << READ
    return {"user": NOBODY, "preexec_fn": lambda: as_nobody(rights)}


def test_another_user_than_root() -> None:
    with Warm(**unprivileged()) as own:
        me = own.user if own.user is not None else os.geteuid()
        for path, mode in (
            (own.folder, 0o700),
            (own.folder / "socket", 0o600),
            (own.folder / "python", 0o700),
        ):
            assert (path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) == (me, mode)
        (server,) = own.servers
        source = "import os, sys\nopen('made', 'w')\nprint(os.getresuid(), os.getresgid(), os.getppid(), 'openai' in sys.modules)"
        group = me if own.user is not None else os.getegid()
        assert own.run(source) == (0, f"{(me,) * 3} {(group,) * 3} {server} True\n", "")
        job = own.job("import os, time\nprint(os.getpid(), os.fork())\ntime.sleep(600)")
        assert job.process.stdout
        pids = [int(pid) for _ in range(2) for pid in job.process.stdout.readline().split()]
        job.process.kill()
        assert job.wait()[0] == -9
        until(lambda: not any(alive(pid) for pid in pids if pid))
        if (
            own.user is not None
        ):  # root may open the socket, and is not served: its job would run as somebody else
            code, out, err = own.run(source, user=None, preexec_fn=None)
            assert (code, out.split()[-1]) == (0, "False") and "belongs to another user" in err


def test_an_open_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    command = [sys.executable, "-m", "windmill.worker.warm", "--folder", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 1 and "closed to all others" in ran.stderr


def test_f_modules_are_not_preloaded(warm: Warm) -> None:
    assert (
        warm.run("import sys\nprint([m for m in sys.modules if m.split('.')[0] in ('f', 'u')])")[1] == "[]\n"
    )


def test_an_idle_server_has_no_process_left(warm: Warm) -> None:
    before = [children(pid) for pid in warm.servers]  # templates of other tests' scripts
    assert warm.run("")[0] == 0
    assert [children(pid) for pid in warm.servers] == before
