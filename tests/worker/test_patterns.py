"""Regular expressions: compiled once for the jobs of a script, and for no other script's."""

from __future__ import annotations

import pytest
from worker.warm.patterns import MOST

from tests.worker.support import Warm

SCRIPT = {"BASE_INTERNAL_URL": "http://server", "WM_WORKSPACE": "w", "WM_JOB_PATH": "f/a/script"}
CAN_NOT = "import re\nre._compiler.compile = lambda *_: print('compiles') or 1\n"
SHOWS = """
for p in PATTERNS:
    p = re.compile(*p)
    print(p.pattern, p.flags, p.groups, p.groupindex, list(p.search(TEXT).span()))
"""
PATTERNS = r"""
PATTERNS = [
    (r'(?P<year>\d{4})-(?P<month>\d\d)|(x)', 0), ('(?i)ÜBER|straße', 0), ('mañana|morgen|завтра|明日', re.IGNORECASE),
    (r'(?<![^\W_])(?:mon|tue)(?![^\W_])', re.I | re.M), (r'[^\W\d_]{2,}?\b', re.ASCII), (r'(a)(?(1)b|c)', 0), ('', 0), (r'(?s:.)\Z', re.X),
]
TEXT = 'ab 2026-11 morgen über mon x'
"""
CODE = "import re\n" + PATTERNS + SHOWS


def test_compiled_once_for_a_script(warm: Warm) -> None:
    env = SCRIPT | {"WM_JOB_PATH": "f/a/once"}
    first = warm.run(CODE, env)
    assert first[0] == 0 and first[2] == "" and "year" in first[1]
    assert warm.run(CAN_NOT + CODE, env) == first, "the same expressions, and nothing was compiled for them"


@pytest.mark.parametrize("other", [{"WM_JOB_PATH": "f/a/other"}, {"WM_WORKSPACE": "v"}, {"WM_JOB_PATH": ""}])
def test_for_no_other_script(warm: Warm, other: dict[str, str]) -> None:
    env = SCRIPT | {"WM_JOB_PATH": "f/a/mine"}
    code = "import re\nprint(re.compile('a tenant.s word'))"
    assert warm.run(code, env)[0] == 0
    assert warm.run(CAN_NOT + code, env)[1] == "re.compile('a tenant.s word')\n"
    assert "compiles" in warm.run(CAN_NOT + code, env | other)[1]


def test_what_a_later_job_compiles_is_kept_beside_the_rest(warm: Warm) -> None:
    env = SCRIPT | {"WM_JOB_PATH": "f/a/later"}
    for word in ("one", "two"):
        assert warm.run(f"import re\nre.compile('{word}')", env)[0] == 0
    assert warm.run(CAN_NOT + "re.compile('one'), re.compile('two')", env) == (0, "", "")


def test_of_a_script_that_makes_new_ones_each_time_the_first_are_kept(warm: Warm) -> None:
    env = SCRIPT | {"WM_JOB_PATH": "f/a/many"}
    for job in range(2):
        makes = f"import re\nfor n in range({MOST + 99}):\n    re.compile(f'word {{n}} {job}')"
        assert warm.run(makes, env) == (0, "", "")
    kept = f"for n in range({MOST - 9}):\n    re.compile(f'word {{n}} 0')"
    assert warm.run(CAN_NOT + kept, env) == (0, "", "")
    for later in (f"word {MOST + 98} 0", "word 0 1"):
        assert "compiles" in warm.run(CAN_NOT + f"re.compile({later!r})", env)[1]


def test_what_was_kept_is_private(warm: Warm) -> None:
    assert warm.run("import re\nre.compile('private')", SCRIPT | {"WM_JOB_PATH": "f/a/private"})[0] == 0
    files = list(warm.folder.glob("modules-*/patterns-*"))
    assert files and not [file for file in files if file.stat().st_mode & 0o077]


def test_a_file_that_is_cut_off_costs_a_job_nothing_but_a_line(warm: Warm) -> None:
    env = SCRIPT | {"WM_JOB_PATH": "f/a/cut"}
    code = "import re\nprint(re.compile('cut'))"
    before = {*warm.folder.glob("modules-*/patterns-*")}
    warm.run(code, env)
    (file,) = {*warm.folder.glob("modules-*/patterns-*")} - before
    file.write_bytes(file.read_bytes()[:20])
    code_of_exit, out, err = warm.run(code, env)
    assert (code_of_exit, out) == (0, "re.compile('cut')\n") and "can't be kept" in err
