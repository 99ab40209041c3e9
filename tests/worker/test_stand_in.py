"""The client in Python, which stands in where there is no C compiler, does what the compiled one does: the same tests with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from worker.warm.__main__ import install

from tests.worker.support import Warm
from tests.worker.test_ends import (  # noqa: F401
    test_a_signal_for_the_client_reaches_the_job,
    test_killing_the_client_kills_all_of_the_job,
    test_peak_memory_shows_in_the_client,
)
from tests.worker.test_fallback import test_missing_hung_or_overloaded  # noqa: F401
from tests.worker.test_like_plain import (  # noqa: F401
    test_other_arguments_go_to_the_plain_interpreter,
    test_the_same_as_the_plain_interpreter,
    test_umask_and_group_are_the_client_s,
)


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm(compiler=None) as running:
        assert Path(running.python).read_bytes().startswith(b"#!")
        yield running


@pytest.mark.parametrize("compiler", [None, "/bin/false"])
def test_written_where_none_can_be_compiled(tmp_path: Path, compiler: str | None) -> None:
    tmp_path.chmod(0o700)
    install(tmp_path, compiler=compiler)
    assert (tmp_path / "python").read_bytes().startswith(b"#!") and os.access(tmp_path / "python", os.X_OK)
