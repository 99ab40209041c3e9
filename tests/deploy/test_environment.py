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


def test_a_value_that_is_kept_stands_in_its_own_line_alone(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    environment.keep(file, "TOKEN", "first")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("TOKEN=first\n", 0o600)
    file.write_text("# what it is\nTOKEN=old\nOTHER=stays\nTOKEN=older")
    environment.keep(file, "TOKEN", "new")
    assert file.read_text() == "# what it is\nTOKEN=new\nOTHER=stays\n"
