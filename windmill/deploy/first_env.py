"""Makes the first .env from .env.example: make env [DOMAIN=example.com] [OPERATOR=you@example.com]

It makes up every secret that nobody else gives, writes the addresses that follow from a domain, and names what is left to fill in. It needs nothing
but Python, and leaves a .env that is there alone. `--check` makes nothing, and names what is not filled in yet.
"""

from __future__ import annotations

import argparse
import base64
import os
import re
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSWORDS = (
    *("POSTGRES_PASSWORD", "WINDMILL_DB_PASSWORD", "CHATBOT_APP_PASSWORD", "CHATBOT_INGRESS_PASSWORD"),
    *("CHATBOT_DOOR_PASSWORD", "WINDMILL_PASSWORD", "JOB_ID_KEY", "META_VERIFY_TOKEN"),
)
# What only Meta, a vendor or a person can give: without it no customer is answered.
GIVEN = ("META_APP_SECRET", "LLM_API_KEY", "EMBEDDINGS_API_KEY", "OPERATOR_EMAILS")
# A host name and nothing else: labels of letters, digits and hyphens, with a dot between them.
HOST = re.compile(
    r"(?=.{1,240}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)


def secret_values() -> dict[str, str]:
    """A new value for each secret that is ours to choose. Letters and digits, but the master key, which is 32 bytes in base64."""
    made = {name: secrets.token_hex(24) for name in PASSWORDS}
    database = f"postgresql://postgres:{made['POSTGRES_PASSWORD']}@localhost:5432/chatbot"
    return {
        **made,
        "MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "DATABASE_URL": database,
    }


def addresses(domain: str) -> dict[str, str]:
    """The names that windmill/README.md (On a server) gives the proxy, under a domain."""
    return {
        "WINDMILL_BASE_URL": f"https://ops.{domain}",
        "WEBHOOK_URL": f"https://bot.{domain}/webhook",
        "PORTAL_URL": f"https://portal.{domain}",
        "PORTAL_PROXIES": "1",
    }


def filled(example: str, values: dict[str, str]) -> str:
    """The example with these values in the lines of their names."""
    lines = []
    for line in example.splitlines():
        name, sign, _ = line.partition("=")
        lines.append(f"{name}={values[name]}" if sign and name in values else line)
    return "\n".join(lines) + "\n"


def lacking(text: str) -> list[str]:
    """What nobody has filled in yet of what only somebody else can give."""
    lines = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    filled_in = {name.strip() for name, _, value in lines if value.split(" #")[0].strip(" \"'")}
    return [name for name in GIVEN if name not in filled_in]


def check(file: Path) -> int:
    """Says what is left to fill in, and fails where something is."""
    if not file.exists():
        print(f"{file} is not there: make env DOMAIN=example.com OPERATOR=you@example.com", file=sys.stderr)
        return 1
    if left := lacking(file.read_text()):
        print(f"Fill in {', '.join(left)} in {file}: each line says where it comes from.", file=sys.stderr)
    return 1 if left else 0


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--domain", default="", help="such as example.com: for bot., ops. and portal. of it")
    parser.add_argument(
        "--operator", default="", help="the e-mail address of whoever may open the operator's page first"
    )
    parser.add_argument("--file", type=Path, default=ROOT / ".env", help="where to write it (default .env)")
    parser.add_argument("--check", action="store_true", help="only name what is not filled in yet")
    asked = parser.parse_args()
    if asked.check:
        return check(asked.file)
    if asked.domain and not HOST.fullmatch(asked.domain):
        print(
            f"DOMAIN must be a bare host name such as example.com, and is {asked.domain!r}. Nothing was made.",
            file=sys.stderr,
        )
        return 1
    values = {**secret_values(), **(addresses(asked.domain) if asked.domain else {})}
    if asked.operator:
        values["OPERATOR_EMAILS"] = asked.operator
    text = filled((ROOT / ".env.example").read_text(), values)
    try:
        # Nobody else on this machine may read it, from the beginning.
        file = os.open(asked.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(f"{asked.file} exists already and was left as it was: move it away first to make a new one.")
        return 0
    with os.fdopen(file, "w") as out:
        out.write(text)
    print(f"{asked.file} is made. Fill in {', '.join(lacking(text))}: each line says where it comes from.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
