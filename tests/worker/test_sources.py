"""What a job's own files are compiled to is kept for the script's next job, by what they say."""

from __future__ import annotations

from tests.worker.support import Warm

SHOWS = (
    "import os, sys\nimport script\nprint(script.said(), os.path.relpath(script.said.__code__.co_filename),"
    " os.path.relpath(sys._getframe().f_code.co_filename), os.path.exists('__pycache__'))"
)
SCRIPT = "def said():\n    return 'one'\n"


def run(
    warm: Warm, name: str, script: str = SCRIPT, source: str = SHOWS, version: str = "1"
) -> tuple[int, str, str]:
    """As Windmill does: a wrapper, and the script in a file beside it."""
    env = {"WM_JOB_PATH": name, "WM_WORKSPACE": "w", "BASE_INTERNAL_URL": "s", "WM_RUNNABLE_ID": version}
    return warm.run(source, env, files={"script.py": script})


def test_the_second_job_of_a_script_does_not_compile_it_again(warm: Warm) -> None:
    assert run(warm, "compiled") == (0, "one script.py wrapper.py True\n", "")
    assert run(warm, "compiled") == (0, "one script.py wrapper.py False\n", "")


def test_what_a_file_says_counts(warm: Warm) -> None:
    run(warm, "edited")
    assert run(warm, "edited", SCRIPT.replace("one", "two")) == (0, "two script.py wrapper.py True\n", "")
    assert run(warm, "edited") == (0, "one script.py wrapper.py False\n", "")


def test_what_is_only_tried_is_not_kept(warm: Warm) -> None:
    """A preview has its script's path and no version: a dozen of them would take the places of the deployed script's files."""
    for number in range(13):
        tried = SCRIPT + f"# {number}\n"
        assert run(warm, "tried", tried, version="") == (0, "one script.py wrapper.py True\n", "")
    assert run(warm, "tried") == (0, "one script.py wrapper.py True\n", "")
    assert run(warm, "tried") == (0, "one script.py wrapper.py False\n", "")


def test_what_one_script_compiled_is_not_run_for_another(warm: Warm) -> None:
    run(warm, "its own")
    assert run(warm, "another's") == (0, "one script.py wrapper.py True\n", "")


def test_an_error_shows_its_line_and_nothing_of_this(warm: Warm) -> None:
    broken = SCRIPT + "def broken(:\n"
    first, later = run(warm, "broken", broken), run(warm, "broken", broken)
    assert first == later
    assert "def broken(:" in first[2] and "sources" not in first[2] and "importlib" not in first[2]
    raises = SCRIPT.replace("return", "raise")
    for _ in range(2):
        assert "    raise 'one'\n" in run(warm, "raises", raises)[2]


def test_a_script_whose_files_always_differ_is_left_alone(warm: Warm) -> None:
    for number in range(13):
        last = SCRIPT + f"# {number}\n"
        assert run(warm, "differs", last) == (0, "one script.py wrapper.py True\n", "")
    assert run(warm, "differs", last) == (0, "one script.py wrapper.py True\n", "")
