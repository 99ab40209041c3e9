"""Tokens are counted without a network, whatever lies in tiktoken's folder."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path

import pytest
import tiktoken_ext.openai_public  # type: ignore[import-untyped]

from f.common import tokens
from f.common.tokens import count_tokens


def fresh_count(text: str) -> int:
    tokens._counter.cache_clear()
    try:
        return count_tokens(text)
    finally:
        tokens._counter.cache_clear()


def test_without_a_vocabulary_bytes_bound_the_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert fresh_count("a" * 28) == 10
    assert fresh_count("送") == 2
    assert fresh_count("") == 0


def test_a_wrong_vocabulary_is_left_alone_and_nothing_is_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("tiktoken.load.read_file", lambda _: pytest.fail("tiktoken tried to download"))
    wrong = tokens.vocabulary_file()
    wrong.write_bytes(b"not a vocabulary")
    assert fresh_count("a" * 28) == 10
    assert wrong.read_bytes() == b"not a vocabulary"


def test_the_vocabulary_is_the_one_that_tiktoken_wants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = inspect.getsource(tiktoken_ext.openai_public.o200k_base)
    assert tokens.VOCABULARY_URL in source and tokens.VOCABULARY_SHA256 in source
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert tokens.vocabulary_file() == tmp_path / hashlib.sha1(tokens.VOCABULARY_URL.encode()).hexdigest()
