"""The file of secrets, as the commands of windmill/deploy read it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from deploy import environment


def test_the_file_adds_what_the_environment_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "# a comment\n\nPLAIN=one\nQUOTED='two words'\nEMPTY=\nURL=https://a.example/?b=c#d\nNOTED=three # not this\n"
        "DOLLAR=$PLAIN\nGIVEN=of the file\nnonsense\n"
    )
    names = ("PLAIN", "QUOTED", "EMPTY", "URL", "NOTED", "DOLLAR")
    for name in names:
        monkeypatch.setenv(name, "")  # so that it is as before afterwards
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIVEN", "of the environment")
    environment.load(file)
    values = ["one", "two words", "", "https://a.example/?b=c#d", "three", "$PLAIN"]
    assert [os.environ[name] for name in names] == values
    assert os.environ["GIVEN"] == "of the environment"


def test_without_the_file_the_environment_stays_as_it_is(tmp_path: Path) -> None:
    before = dict(os.environ)
    environment.load(tmp_path / "none")
    assert dict(os.environ) == before
