"""Every setting of the ingress, from the environment only; all that is wrong is said at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ingress import checks


class BadSettings(Exception):
    """`sentences` says what is wrong, one setting each, without quoting a secret."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class DispatchSettings:
    """How hard Windmill is tried."""

    concurrency: int
    lease_s: float
    poll_s: float
    timeout_s: float
    retry_s: float
    longest_retry_s: float


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it, checked."""

    database_url: str
    app_secrets: tuple[str, ...]
    verify_token: str
    windmill_url: str
    workspace: str
    windmill_token: str
    job_id_key: str
    host: str
    port: int
    max_body: int
    body_timeout_s: float
    body_memory: int
    connections: int
    queue_events: int
    queue_bytes: int
    group_delay_s: float
    database_timeout_s: float
    log_level: str
    dispatch: DispatchSettings


@dataclass(frozen=True, slots=True)
class _Setting:
    name: str
    about: str
    check: Callable[[str], Any]
    default: str | None = None  # None: it must be set


_MB = 1 << 20
_SETTINGS = (
    _Setting("DATABASE_URL", "PostgreSQL, as the role chatbot_ingress", checks.database),
    _Setting("META_APP_SECRET", "the app secret that Meta signs webhooks with", checks.secret),
    _Setting(
        "META_APP_SECRET_PREVIOUS", "the secret before it, while one replaces the other", checks.optional, ""
    ),
    _Setting("META_VERIFY_TOKEN", "what you typed into Meta's webhook page as verify token", checks.secret),
    _Setting("WINDMILL_URL", "Windmill's base URL, such as http://windmill:8000", checks.url),
    _Setting("WINDMILL_WORKSPACE", "the workspace that holds the flow", checks.name),
    _Setting("WINDMILL_TOKEN", "a token that may run that flow", checks.secret),
    _Setting(
        "JOB_ID_KEY",
        "at least 16 random characters that job ids are derived with; the same in all replicas",
        checks.key,
    ),
    _Setting("INGRESS_HOST", "address to listen on", str, "127.0.0.1"),
    _Setting("INGRESS_PORT", "port to listen on", checks.number(int, 1, 65535), "8080"),
    _Setting(
        "INGRESS_MAX_BODY_BYTES",
        "larger webhooks are answered with 413",
        checks.number(int, 1024, 30 * _MB),
        "3276800",
    ),
    _Setting("INGRESS_BODY_TIMEOUT_S", "slower senders are cut off", checks.number(float, 0.1, 300), "10"),
    _Setting(
        "INGRESS_BODY_MEMORY_BYTES",
        "for bodies that are still coming in, together",
        checks.number(int, _MB, 2**40),
        f"{128 * _MB}",
    ),
    _Setting(
        "INGRESS_CONNECTIONS",
        "more open connections than this are answered with 503",
        checks.number(int, 1, 10**6),
        "1000",
    ),
    _Setting(
        "INGRESS_QUEUE_EVENTS",
        "more waiting events than this are answered with 503",
        checks.number(int, 1, 10**7),
        "20000",
    ),
    _Setting("INGRESS_QUEUE_BYTES", "the same for their size", checks.number(int, 1, 2**40), f"{64 * _MB}"),
    _Setting(
        "INGRESS_GROUP_DELAY_MS",
        "how long a write waits for others to join it",
        checks.number(float, 0, 100),
        "2",
    ),
    _Setting(
        "INGRESS_DATABASE_TIMEOUT_S",
        "a write that takes longer is answered with 503",
        checks.number(float, 0.1, 300),
        "10",
    ),
    _Setting("INGRESS_LOG_LEVEL", "debug, info, warning or error", checks.level, "info"),
    _Setting("DISPATCH_CONCURRENCY", "posts to Windmill at once", checks.number(int, 1, 1000), "16"),
    _Setting(
        "DISPATCH_LEASE_S",
        "how long a claimed message is left to this replica",
        checks.number(float, 1, 3600),
        "20",
    ),
    _Setting(
        "DISPATCH_POLL_S",
        "how often to look for messages that others left",
        checks.number(float, 0.05, 3600),
        "2",
    ),
    _Setting("DISPATCH_TIMEOUT_S", "for one post to Windmill", checks.number(float, 0.1, 300), "10"),
    _Setting(
        "DISPATCH_RETRY_S",
        "the first wait after a failure; it doubles from there",
        checks.number(float, 0.01, 3600),
        "0.5",
    ),
    _Setting(
        "DISPATCH_LONGEST_RETRY_S",
        "the longest wait between two tries",
        checks.number(float, 0.01, 3600),
        "20",
    ),
)


def load(environment: Mapping[str, str]) -> Settings:
    """The settings, or BadSettings with a sentence for each that is missing or wrong."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for setting in _SETTINGS:
        text = environment.get(setting.name) or setting.default
        if text is None:
            wrong.append(f"{setting.name} is missing: {setting.about}.")
            continue
        try:
            values[setting.name] = setting.check(text)
        except ValueError as error:
            wrong.append(f"{setting.name} {error}.")
    if not wrong and values["DISPATCH_LEASE_S"] < 2 * values["DISPATCH_TIMEOUT_S"]:
        wrong.append("DISPATCH_LEASE_S is less than twice DISPATCH_TIMEOUT_S: a message could go out twice.")
    if wrong:
        raise BadSettings(wrong)
    return _settings(values)


def _settings(values: Mapping[str, Any]) -> Settings:
    dispatch = ("CONCURRENCY", "LEASE_S", "POLL_S", "TIMEOUT_S", "RETRY_S", "LONGEST_RETRY_S")
    return Settings(
        database_url=values["DATABASE_URL"],
        app_secrets=tuple(s for s in (values["META_APP_SECRET"], values["META_APP_SECRET_PREVIOUS"]) if s),
        verify_token=values["META_VERIFY_TOKEN"],
        windmill_url=values["WINDMILL_URL"],
        workspace=values["WINDMILL_WORKSPACE"],
        windmill_token=values["WINDMILL_TOKEN"],
        job_id_key=values["JOB_ID_KEY"],
        host=values["INGRESS_HOST"],
        port=values["INGRESS_PORT"],
        max_body=values["INGRESS_MAX_BODY_BYTES"],
        body_timeout_s=values["INGRESS_BODY_TIMEOUT_S"],
        body_memory=values["INGRESS_BODY_MEMORY_BYTES"],
        connections=values["INGRESS_CONNECTIONS"],
        queue_events=values["INGRESS_QUEUE_EVENTS"],
        queue_bytes=values["INGRESS_QUEUE_BYTES"],
        group_delay_s=values["INGRESS_GROUP_DELAY_MS"] / 1000,
        database_timeout_s=values["INGRESS_DATABASE_TIMEOUT_S"],
        log_level=values["INGRESS_LOG_LEVEL"],
        dispatch=DispatchSettings(**{name.lower(): values[f"DISPATCH_{name}"] for name in dispatch}),
    )


def explain() -> str:
    """The settings as text for --help."""
    lines = []
    for setting in _SETTINGS:
        fallback = "" if setting.default is None else f" (default: {setting.default or 'none'})"
        lines.append(f"  {setting.name:<26} {setting.about}{fallback}")
    return "\n".join(lines)
