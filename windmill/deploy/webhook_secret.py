"""Prints the secret that the webhooks of a business are signed with: .venv/bin/python windmill/deploy/webhook_secret.py PHONE_NUMBER_ID

Give it to the people who receive them; docs/webhooks.md says what they do with it. With --operator: the secret of the operator's own alerts.
Needs MASTER_KEY, and DATABASE_URL for a business. What the environment lacks is taken from .env.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from deploy.environment import add_env_file, load, missing

from f.common.secrets import SecretError
from f.common.webhook_signature import OPERATOR, shown_secret, webhook_secrets


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("phone_number_id", nargs="?", help="Meta's id of a number of the business")
    whose.add_argument("--operator", action="store_true", help="the secret of the operator's own alerts")
    add_env_file(parser)
    arguments = parser.parse_args()
    load(arguments.env_file)
    needed = ("MASTER_KEY",) if arguments.operator else ("MASTER_KEY", "DATABASE_URL")
    if problem := missing(needed, arguments.env_file):
        print(problem, file=sys.stderr)
        return 2
    try:
        owner = OPERATOR if arguments.operator else tenant_of(arguments.phone_number_id)
        print(*map(shown_secret, webhook_secrets(os.environ["MASTER_KEY"], owner)))
    except (psycopg.Error, LookupError, SecretError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def tenant_of(phone_number_id: str) -> str:
    with psycopg.connect(os.environ["DATABASE_URL"]) as conn:
        found = conn.execute(
            "select tenant_id::text from chatbots where phone_number_id = %s", [phone_number_id]
        ).fetchone()
    if found is None:
        raise LookupError(f"no business has the number {phone_number_id}")
    return str(found[0])


if __name__ == "__main__":
    sys.exit(main())
