"""What leaves a script when it fails: a sentence and a code.

Windmill puts an exception's attributes into the job's result, where everybody reads them who knows the job's id, and the page that asked.
psycopg's hold the connection's password, an SDK's the request with its headers. So every `main` is decorated with `contain_errors`
(windmill/deploy/check.py looks), and no connection is made but by f/common/database.py.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from functools import wraps
from typing import Any, ParamSpec, TextIO, TypeVar

from f.common.problems import Problem
from f.common.redaction import redact_known, remember_secret

LONGEST_SENTENCE = 2000
SECRET_NAME = re.compile(r"(^|_)(password|token|secret|key)$")

P = ParamSpec("P")
R = TypeVar("R")


def contain_errors(main: Callable[P, R]) -> Callable[P, R]:
    """Decorates a script's `main`: none of its secrets stands in its result, its log, or its error, which is a bare one.

    Its secrets are those that it is given (by the names of its parameters and of its resources' fields), and those that it opens.
    """
    names = getattr(main, "__wrapped__", main).__code__.co_varnames

    @wraps(main)
    def contained(*args: P.args, **kwargs: P.kwargs) -> R:
        _remember_secrets({**dict(zip(names, args, strict=False)), **kwargs})
        with redirect_stdout(_Redacted(sys.stdout)), redirect_stderr(_Redacted(sys.stderr)):
            try:
                result: R = redact_known(main(*args, **kwargs))
                return result
            except Exception as error:
                failure = bare(error).with_traceback(error.__traceback__)
        raise failure  # here, where the first one is no longer its context

    return contained


def bare(error: Exception, sentence: str | None = None, code: str | None = None) -> Exception:
    """The error without anything that hangs on it: of the same class where that can be, of one with its name otherwise.

    The flows' `retry_if` and the failure handlers know errors by these names.
    """
    kind = type(error)
    sentence = redact_known(sentence or _sentence(error))[:LONGEST_SENTENCE]
    code = code or getattr(error, "sqlstate", None)
    plain: Exception
    try:
        plain = kind.__new__(kind, sentence)
        plain.args = (sentence,)
        if isinstance(error, Problem):
            vars(plain)["message"] = redact_known(error.message)
        elif str(plain) != sentence:
            raise TypeError
    except Exception:  # a class whose words come from elsewhere
        plain = type(kind.__name__, (Exception,), {})(sentence)
    if code:
        vars(plain)["code"] = code
    return plain


def _sentence(error: Exception) -> str:
    """An error's words. Of PostgreSQL's the first line: the others quote values of rows, and the query."""
    if hasattr(error, "sqlstate"):
        primary = error.diag.message_primary if hasattr(error, "diag") and "_info" in vars(error) else None
        return str(primary or error).strip().split("\n")[0]
    return str(error)


def _remember_secrets(arguments: dict[str, Any]) -> None:
    for name, value in arguments.items():
        for field, inner in {name: value, **(value if isinstance(value, dict) else {})}.items():
            if isinstance(inner, str) and SECRET_NAME.search(str(field)):
                for secret in {inner, *(inner.split() if field == "master_key" else ())}:
                    remember_secret(secret)


class _Redacted(io.TextIOBase):
    """A stream without the secrets that are known by then."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(redact_known(text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()
