"""What is slow the first time, done once before any job: an SDK's schemas and type hints, OpenSSL's ciphers, JSON Schema's own schemas. It costs each
job 36 ms otherwise.

Nothing is connected to, and nothing of it stays but these caches: the request is answered inside this process, the database's socket is
in a folder without one, and the key and the password are words.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
MESSAGE = {"role": "assistant", "content": "", "tool_calls": [CALL]}
ANSWER = {
    "id": "a",
    "object": "chat.completion",
    "created": 0,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "tool_calls", "message": MESSAGE}],
    "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
}


def heat(folder: Path) -> None:
    """`folder`: any without a socket of PostgreSQL's."""
    ask_a_model()
    connect_to_nothing(folder)
    check_a_schema()
    open_a_secret()


def ask_a_model() -> None:
    import ssl

    import httpx2
    import openai

    httpx2.Client(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)).close()
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json=ANSWER))
    with openai.OpenAI(
        api_key="none", base_url="http://none", http_client=httpx2.Client(transport=transport)
    ) as client:
        answer = client.chat.completions.create(
            model="m",
            messages=[{"role": "user", "content": "q"}, MESSAGE],  # type: ignore[list-item]
            tools=[{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        )
        answer.choices[0].message.model_dump(exclude_none=True)


def connect_to_nothing(folder: Path) -> None:
    import psycopg

    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(host=str(folder), user="none")
    never = psycopg.pq.PGconn.connect_start(f"host={folder} user=none".encode())
    never.encrypt_password(b"none", b"none", b"scram-sha-256")  # as each job's login will
    never.finish()


def check_a_schema() -> None:
    from jsonschema import Draft202012Validator

    tool = {"type": "object", "properties": {"p": {"type": "string"}}, "required": ["p"]}
    Draft202012Validator.check_schema(tool)
    Draft202012Validator(tool).is_valid({"p": ""})


def open_a_secret() -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher, nonce = AESGCM(b"none" * 8), b"none" * 3
    cipher.decrypt(nonce, cipher.encrypt(nonce, b"", b""), b"")
