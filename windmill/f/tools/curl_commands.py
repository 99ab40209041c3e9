"""A curl command, as documentation and browsers give it, read as a request. Nothing is run."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from base64 import b64encode
from collections.abc import Iterator
from io import StringIO
from typing import Any, NoReturn
from urllib.parse import parse_qsl, unquote, urlsplit

from f.tools.action_drafts import Draft, ImportProblem, draft_of

LONGEST = 50_000  # characters
# Options that take a value and say nothing about the request.
IGNORED = (
    "-o --output -m --max-time --connect-timeout --retry --retry-delay --retry-max-time -c --cookie-jar -w --write-out --cacert -x --proxy"
    " -r --range --limit-rate -D --dump-header --resolve"
)
SWITCHES = (
    "-k --insecure -s --silent -S --show-error -L --location --location-trusted -v --verbose -i --include --compressed -f --fail --fail-with-body"
    " -g --globoff -N --no-buffer --http1.1 --http2 --http1.0 --http3 -0 -4 --ipv4 -6 --ipv6 -O --remote-name --no-progress-meter"
    " --tlsv1.2 --tlsv1.3 -#"
)
SHELL = re.compile(
    r"\|[|&]?|&&?|;|\d?>>?.*|&>.*"
)  # what the shell would do with the answer begins with such a word
DOLLAR_QUOTED = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ImportProblem("curl_unreadable", problem=message[:200])


def read_curl(text: str) -> Draft:
    """The action that a command asks for. Raises ImportProblem."""
    if len(text) > LONGEST:
        raise ImportProblem("text_too_long", field="curl", most=LONGEST)
    words = _words(text)
    if not words or words[0].rpartition("/")[2] not in ("curl", "curl.exe"):
        raise ImportProblem("curl_missing")
    given = _parser().parse_args(words[1:])
    urls = [*(given.url or []), *given.address]
    if len(urls) != 1:
        raise ImportProblem("curl_one_address")
    if given.form or given.upload_file:
        raise ImportProblem("curl_files")
    url = urls[0] if "://" in urls[0] else f"https://{urls[0]}"
    headers = dict(_header(line) for line in given.header or [] if ":" in line)
    if given.cookie:
        headers["Cookie"] = given.cookie
    try:
        parts = urlsplit(url)
        _ = parts.port  # read here, so that one which is none is refused
    except ValueError:
        raise ImportProblem("import_address") from None
    if parts.username:
        given.user = given.user or f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    if given.user:
        headers["Authorization"] = f"Basic {b64encode(given.user.encode()).decode()}"
    if given.oauth2_bearer:
        headers["Authorization"] = f"Bearer {given.oauth2_bearer}"
    pieces = [*(given.data or []), *(given.json or []), *(given.data_urlencode or [])]
    if any(piece.startswith("@") for piece in pieces):
        raise ImportProblem("curl_files")
    if given.get and pieces:
        url += ("&" if "?" in url else "?") + "&".join(pieces)
        pieces = []
    body, kind = _body(pieces, bool(given.json))
    method = (given.request or ("POST" if pieces else "GET")).upper()
    if given.head or method not in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        raise ImportProblem("action_method")
    try:
        return draft_of(method, url, headers, body, kind)
    except RecursionError:
        raise ImportProblem("curl_json") from None


def _words(text: str) -> list[str]:
    """The command's words as a shell makes them of it, from bash or from Windows, as far as the command goes."""
    text = re.sub(r"(\\|\^|`)\r?\n", " ", text.strip())
    if '^"' in text:  # as browsers copy it for Windows
        text = re.sub(r"\^(.)", r"\1", text)
    text = DOLLAR_QUOTED.sub(lambda match: shlex.quote(_unescaped(match[1])), text)
    try:
        return list(_before_operator(text.removeprefix("$ ")))
    except ValueError as error:
        raise ImportProblem("curl_unreadable", problem=str(error)) from None


def _before_operator(text: str) -> Iterator[str]:
    """The words up to the first that is the shell's own: as it was written, since "|" in quotes is a value."""
    source = StringIO(text)
    lexer = shlex.shlex(source, posix=True, punctuation_chars="")
    lexer.whitespace_split, lexer.commenters = True, ""
    start = 0
    for word in lexer:
        if SHELL.fullmatch(text[start : source.tell()].strip()):
            return
        yield word
        start = source.tell()


def _unescaped(text: str) -> str:
    """What stands in bash's $'…'."""
    known = {"n": "\n", "t": "\t", "r": "\r"}

    def one(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if code[0] in "ux" and len(code) > 1 else known.get(code, code)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", one, text, flags=re.DOTALL)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("address", nargs="*")
    parser.add_argument("--url", action="append")
    parser.add_argument("-X", "--request")
    parser.add_argument("-H", "--header", action="append")
    parser.add_argument(
        "-d", "--data", "--data-raw", "--data-binary", "--data-ascii", action="append", dest="data"
    )
    parser.add_argument("--data-urlencode", action="append")
    parser.add_argument("--json", action="append")
    parser.add_argument("-F", "--form", "--form-string", action="append")
    parser.add_argument("-T", "--upload-file")
    parser.add_argument("-u", "--user")
    parser.add_argument("--oauth2-bearer")
    parser.add_argument("-b", "--cookie")
    parser.add_argument("-A", "--user-agent")
    parser.add_argument("-e", "--referer")
    parser.add_argument("-G", "--get", action="store_true")
    parser.add_argument("-I", "--head", action="store_true")
    for number, option in enumerate(IGNORED.split()):
        parser.add_argument(option, dest=f"ignored_{number}")
    for number, option in enumerate(SWITCHES.split()):
        parser.add_argument(option, dest=f"switch_{number}", action="store_true")
    return parser


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


def _body(pieces: list[str], is_json: bool) -> tuple[Any, str]:
    if not pieces:
        return None, "none"
    text = ("" if is_json else "&").join(pieces)
    try:
        body = json.loads(text)
        json.dumps(body, allow_nan=False)  # a number beyond all bounds is none in JSON
        return body, "json"
    except (ValueError, RecursionError):
        if is_json or text.lstrip()[:1] in ("{", "["):
            raise ImportProblem("curl_json") from None
    pairs = parse_qsl(text, keep_blank_values=True)
    if not pairs:
        raise ImportProblem("action_method")
    return dict(pairs), "form"
