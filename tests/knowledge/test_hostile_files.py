"""Small files that were made to hold up a worker, and damaged ones: each is read, or refused with a sentence, at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from f.ingest.extraction import media_type

SOON_S = 3.0  # of the processor's time: without a bound each of these files takes several times as long


@contextmanager
def soon() -> Iterator[None]:
    """What is done within ends soon, however busy the machine is."""
    began = time.process_time()
    yield
    assert time.process_time() - began < SOON_S


def test_comments_at_a_files_start_are_passed_over_at_once() -> None:
    with soon():
        assert media_type(b"<!-- c -->" * 26 + b"<div>a fragment</div>", "a.html") == "text/plain"
        assert media_type(b"<!-- c --> \n" * 26 + b"<html>", "a.txt") == "text/html"
