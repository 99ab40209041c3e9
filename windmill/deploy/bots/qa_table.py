"""Questions and answers from a table that some program has saved as text: any separator and encoding, with or without names of its columns."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter

from deploy.bots.file import BotFileError
from deploy.bots.taken_over import TakenOver

from f.documents.plain_text import decode

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# What columns are called in the portal's languages and their neighbours, without accents.
QUESTIONS = {
    "question", "questions", "query", "prompt", "q", "pregunta", "preguntas", "consulta", "frage", "fragen", "pergunta", "perguntas", "domanda",
    "domande", "vraag", "intitule",
}  # fmt: skip
ANSWERS = {
    "answer", "answers", "response", "responses", "reply", "a", "respuesta", "respuestas", "contestacion", "antwort", "antworten", "reponse",
    "reponses", "resposta", "respostas", "risposta", "risposte", "antwoord", "solution",
}  # fmt: skip
ASKS = re.compile(
    "[?\uff1f\u061f;\u037e]\\s*$|^\\s*\u00bf"
)  # also as Chinese, Arabic, Greek and Spanish write it
SHOWN, MOST_SHOWN = 3, 60
csv.field_size_limit(10_000_000)


def read_table(content: bytes, name: str) -> TakenOver:
    """The pairs of a table, with what was recognised and which rows were left out. Raises BotFileError."""
    text = decode(content)
    if text is None or not text.strip():
        raise BotFileError([f"{name} is no text. Save the table as CSV, best as “CSV UTF-8”."])
    separator, rows = _rows(text.removeprefix("\ufeff"))
    widths = Counter(len(row) for _, row in rows)
    if not rows or max(widths) < 2:
        raise BotFileError(
            [
                f"{name} has one column only: a table of questions and answers has two, parted by commas, semicolons, tabs or bars."
            ]
        )
    columns = _named(rows[0][1])
    header = rows[0][1] if columns else None
    question, answer = columns or _guessed([row for _, row in rows])
    made = TakenOver()
    body = rows[1:] if header else rows
    for line, row in body:
        cells = [row[place].strip() if place < len(row) else "" for place in (question, answer)]
        if all(cells):
            made.add_pair(cells[0], cells[1], f"line {line}")
        elif any(cell.strip() for cell in row):
            made.missing.append(f"line {line}: the {'answer' if cells[0] else 'question'} is empty")
    if not made.pairs:
        raise BotFileError([f"{name} has no row with a question and an answer."])
    made.recognised = _preview(made, separator, header, (question, answer), max(widths))
    return made


def _preview(
    made: TakenOver, separator: str, header: list[str] | None, places: tuple[int, int], width: int
) -> list[str]:
    titles = [f"column {place + 1}" + (f" (“{header[place].strip()}”)" if header else "") for place in places]
    rest = [
        header[n].strip() if header and n < len(header) else f"column {n + 1}"
        for n in range(width)
        if n not in places
    ]
    lines = [
        f"The cells are parted by {SEPARATORS[separator]}. Questions: {titles[0]}. Answers: {titles[1]}."
    ]
    if not header:
        lines.append("The first row names no columns, so it counts as a pair.")
    if rest:
        lines.append(f"Left out: {', '.join(rest)}.")
    lines.append(f"{len(made.pairs)} pairs, such as:")
    for question, answer in list(made.pairs.values())[:SHOWN]:
        lines += [f"  {_short(question)} → {_short(answer)}"]
    return lines


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= MOST_SHOWN else words[: MOST_SHOWN - 2] + " …"


def _rows(text: str) -> tuple[str, list[tuple[int, list[str]]]]:
    """The separator, and the rows that are not empty, each with the line in which it begins."""
    first, _, rest = text.partition("\n")
    if told := re.fullmatch(r'"?sep=(.)"?', first.strip()):  # as Excel writes it
        found = _parsed(rest, told[1])
        return told[1] if told[1] in SEPARATORS else ",", [(line + 1, row) for line, row in found]
    tried = {separator: _parsed(text, separator) for separator in SEPARATORS}
    return max(tried.items(), key=lambda item: _regularity(item[1]))


def _parsed(text: str, separator: str) -> list[tuple[int, list[str]]]:
    table = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    rows = []
    begin = 1
    for row in table:
        if any(cell.strip() for cell in row):
            rows.append((begin, row))
        begin = table.line_num + 1
    return rows


def _regularity(rows: list[tuple[int, list[str]]]) -> tuple[float, int]:
    """How much like a table the rows are: the share that has as many cells as most, if that is more than one."""
    widths = Counter(len(row) for _, row in rows)
    if not widths:
        return 0.0, 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return (count / len(rows), width) if width > 1 else (0.0, 0)


def _plain(cell: str) -> list[str]:
    """A cell's words in small letters without accents."""
    letters = unicodedata.normalize("NFKD", cell.casefold())
    return re.findall(
        r"[a-z0-9]+", "".join(letter for letter in letters if not unicodedata.combining(letter))
    )


def _named(row: list[str]) -> tuple[int, int] | None:
    """The columns of questions and answers, if the first row names both."""
    words = [
        _plain(cell) if len(cell) <= 40 and not cell.strip().endswith(("?", ".")) else [] for cell in row
    ]
    places = []
    for names in (QUESTIONS, ANSWERS):
        fitting = [n for n, cell in enumerate(words) if set(cell) & names and n not in places]
        if not fitting:
            return None
        places.append(min(fitting, key=lambda n: (len(words[n]), n)))
    return places[0], places[1]


def _guessed(rows: list[list[str]]) -> tuple[int, int]:
    """Questions are what ends in a question mark most often; answers are the longest other texts."""
    width = max(len(row) for row in rows)
    columns = [[row[n] for row in rows if n < len(row)] for n in range(width)]
    asks = [sum(bool(ASKS.search(cell)) for cell in column) / len(rows) for column in columns]
    lengths = [sum(len(cell) for cell in column) for column in columns]
    question = max(range(width), key=lambda n: (asks[n], -n)) if max(asks) > 0.3 else 0
    answer = max((n for n in range(width) if n != question), key=lambda n: (lengths[n], -n))
    if max(asks) <= 0.3 and width > 2:  # no marks at all: the two longest, in their order
        question, answer = sorted(sorted(range(width), key=lambda n: -lengths[n])[:2])
    return question, answer
