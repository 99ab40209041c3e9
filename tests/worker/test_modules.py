"""The f.* modules: fetched once for a version of a script, as Windmill's server itself keeps them, and never out of date."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.worker.support import Job, Warm, until

# What Windmill puts into a job's folder, as far as it matters here.
LOADER = """
import os, sys, urllib.request
from importlib.machinery import ModuleSpec, SourceFileLoader
TEMP_SCRIPT_REFS = %s
class Folder:
    def create_module(self, spec): return None
    def exec_module(self, module): module.__path__ = "f"
class Finder:
    @classmethod
    def find_spec(cls, name, path, target=None):
        if name.split(".")[0] != "f": return None
        if name.count(".") < 2: return ModuleSpec(name, Folder())
        place = os.getcwd() + "/tmp/" + name.replace(".", "/") + ".py"
        if not os.path.exists(place):
            with urllib.request.urlopen(os.environ["BASE_INTERNAL_URL"] + "/" + name) as answer:
                os.makedirs(os.path.dirname(place), exist_ok=True)
                open(place, "wb").write(answer.read())
        return ModuleSpec(name, SourceFileLoader(name, place))
sys.meta_path.append(Finder)
"""
SOURCE = "def who():\n    return 'version {}'\ndef bad():\n    raise ValueError('here')\n"
SHOWS = "import loader\nfrom f.common.thing import who\nimport f.common.thing as m\nprint(who(), who.__code__.co_filename)"


class Server:
    """Answers with a module's source, and remembers what was asked."""

    def __init__(self) -> None:
        self.version, self.asked = 1, list[str]()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(SOURCE.format(outer.version).encode())

            def log_message(self, format: str, *args: object) -> None:
                """Its requests are of no interest."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    def run(
        self, warm: Warm, source: str, version: str, refs: str = "{}", **env: str
    ) -> tuple[int, str, str]:
        url = f"http://127.0.0.1:{self.http.server_port}"
        job = Job(warm.python, source, {"BASE_INTERNAL_URL": url, "WM_WORKSPACE": "w", "WM_RUNNABLE_ID": version, **env},
                  files={"loader.py": LOADER % refs})  # fmt: skip
        code, out, err = job.wait()
        # A job that a template was made for shows them relative to its folder.
        return code, out.replace("FOLDER/tmp/", "tmp/"), err.replace("FOLDER/tmp/", "tmp/")


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.http.shutdown()


def test_fetched_once_for_a_version_of_a_script(warm: Warm, server: Server) -> None:
    said = "version 1 tmp/f/common/thing.py\n"
    assert [server.run(warm, SHOWS, "a") for _ in range(3)] == [(0, said, "")] * 3
    assert server.asked == ["/f.common.thing"]
    server.version = 2
    assert server.run(warm, SHOWS, "b") == (0, said.replace("1", "2"), "")
    assert server.run(warm, SHOWS, "a", WM_WORKSPACE="another")[1].startswith("version 2")
    assert (
        server.run(warm, SHOWS, "a")[1] == said
    )  # what Windmill's server would answer for that version, too
    assert len(server.asked) == 3


def test_a_traceback_shows_the_module_s_lines(warm: Warm, server: Server) -> None:
    source = "import loader\nfrom f.common.thing import bad\nbad()"
    first, second = (server.run(warm, source, "t") for _ in range(2))
    assert first == second and first[0] == 1
    assert 'File "tmp/f/common/thing.py", line 4, in bad\n    raise ValueError' in second[2]
    assert len(server.asked) == 1


@pytest.mark.parametrize(("version", "refs"), [("", "{}"), ("p", "{'f/common/thing': 'a hash'}")])
def test_a_preview_fetches_each_time(warm: Warm, server: Server, version: str, refs: str) -> None:
    for number in (1, 2):
        server.version = number
        assert server.run(warm, SHOWS, version, refs)[1].startswith(f"version {number} ")


def test_a_job_that_changes_what_it_fetched_changes_nothing_for_others(warm: Warm, server: Server) -> None:
    assert server.run(warm, SHOWS, "m")[0] == 0
    changes = "\nimport os; os.makedirs('tmp/f/common', exist_ok=True); open('tmp/f/common/thing.py', 'w').write('who = None')"
    assert server.run(warm, SHOWS + changes, "m")[0] == 0
    assert server.run(warm, SHOWS, "m")[1].startswith("version 1 ")
    assert len(server.asked) == 1


def test_what_is_imported_later_is_kept_beside_the_rest(warm: Warm, server: Server) -> None:
    more = SHOWS + "\nfrom f.common.other import who as other\nprint(other())"
    for source in (SHOWS, more, SHOWS, more):
        code, out, err = server.run(warm, source, "l")
        assert (code, err) == (0, "") and out.splitlines()[1:] == ["version 1"] * (source == more)
    assert server.asked == ["/f.common.thing", "/f.common.other"]


def test_a_kept_module_looks_like_a_fetched_one(warm: Warm, server: Server) -> None:
    source = SHOWS + (
        "\nimport inspect\nprint(hasattr(m, '__file__'), m.__name__, m.__package__, m.__spec__.origin, m.__loader__.path)"
        "\nprint(inspect.getsource(m.bad))"
        "\nimport traceback\ntry:\n    m.bad()\nexcept ValueError:\n    print(traceback.format_exc())"
    )
    first, second = (server.run(warm, source, "k") for _ in range(2))
    assert first == second and first[0] == 0 and "raise ValueError('here')" in first[1]
    assert len(server.asked) == 1


def test_what_was_kept_is_private_and_goes_with_its_server(server: Server) -> None:
    with Warm("--jobs", "3") as own:
        assert server.run(own, SHOWS, "a")[0] == 0
        (kept,) = own.folder.glob("modules-*")
        (code,), (imports,) = kept.glob("code-*"), kept.glob("imports-*")
        assert b"def who()" in code.read_bytes() and imports.read_text() == "f.common.thing"
        assert not [place for place in (kept, code, imports) if place.stat().st_mode & 0o077]
        until(lambda: own.run("print(1)")[0] == 0 and not kept.exists())


def test_a_job_of_a_template_finds_its_own_script_and_other_rooms(warm: Warm, server: Server) -> None:
    source = (
        "import loader, os\nos.makedirs('f/chatbot')\nopen('f/chatbot/step.py', 'w').write('WORD = 1')\n"
        "from f.chatbot import step\nimport f.company.own as own\nfrom f.common.thing import who\n"
        "print(step.WORD, own.who(), who())\nprint(os.getppid())"
    )

    def parent() -> int:
        code, out, err = server.run(warm, source, "rooms")
        said, pid = out.splitlines()
        assert (code, said, err) == (0, "1 version 1 version 1", "")
        return int(pid)

    until(lambda: parent() not in warm.servers)
    assert sorted(server.asked) == ["/f.common.thing", "/f.company.own"]
