"""What a refusal is recognised by: its code and values, never its wording."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from f.common.problems import Problem


@contextmanager
def raises_problem(*codes: str, **values: Any) -> Iterator[None]:
    """Expects a problem with one of the codes, and with these values among its own. Its sentence must be short and whole."""
    with pytest.raises(Problem) as caught:
        yield
    problem = caught.value
    assert problem.code in codes, str(problem)
    assert values.items() <= problem.message["values"].items(), str(problem)
    assert str(problem).endswith(".") and "{" not in str(problem) and len(str(problem)) < 250
