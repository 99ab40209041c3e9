"""The stand-in for Meta as most tests of it want it: one process for a module, as new for each test, and a webhook that records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.local.meta_support import Meta, Recorder, configuration


@pytest.fixture(scope="module")
def webhook() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.stop()


@pytest.fixture(scope="module")
def process(webhook: Recorder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meta]:
    with Meta(tmp_path_factory.mktemp("meta"), configuration(webhook.url + "/webhook")) as running:
        yield running


@pytest.fixture
def meta(process: Meta, webhook: Recorder) -> Meta:
    process.control("reset")
    webhook.requests.clear()
    process.deliver()
    return process
