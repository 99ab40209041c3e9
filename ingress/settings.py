"""Every setting of the ingress, from the environment only. `load` reports every missing or invalid setting at once."""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeVar
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

_MB = 1 << 20


class BadSettings(Exception):
    """One sentence for each setting that is missing or invalid. No sentence quotes a value: it may be a secret."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))


def _trimmed(value: str) -> str:
    if value != value.strip():
        raise ValueError("it begins or ends with white space")
    return value


def _conninfo(value: str) -> str:
    try:
        conninfo_to_dict(value)
    except psycopg.ProgrammingError:
        raise ValueError(
            "it should be a PostgreSQL URL such as postgresql://user:password@host:5432/database"
        ) from None
    return value


def _base_url(value: str) -> str:
    url = urlsplit(value)
    if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment or url.username:
        raise ValueError("it should be a plain http or https URL such as http://windmill:8000")
    return value.rstrip("/")


Secret = Annotated[str, Field(repr=False), AfterValidator(_trimmed)]
DatabaseUrl = Annotated[str, Field(repr=False), AfterValidator(_conninfo)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]


class Settings(BaseSettings):
    """A field's name in upper case is the name of its environment variable; an empty variable counts as missing."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, hide_input_in_errors=True)

    database_url: DatabaseUrl = Field(description="PostgreSQL, as the role chatbot_ingress")
    meta_app_secret: Secret = Field(description="the app secret that Meta signs webhooks with")
    meta_app_secret_previous: Secret = Field("", description="the app secret that META_APP_SECRET replaces")
    meta_verify_token: Secret = Field(description="what you typed into Meta's webhook page as verify token")
    windmill_url: BaseUrl = Field(description="Windmill's base URL, such as http://windmill:8000")
    windmill_workspace: str = Field(pattern=r"^[\w-]+$", description="the workspace that holds the flow")
    windmill_token: Secret = Field(description="a token that may run that flow")
    job_id_key: Secret = Field(
        min_length=16,
        description="at least 16 random characters, from which job ids are derived; the same in all replicas",
    )
    ingress_host: str = Field("127.0.0.1", description="address to listen on")
    ingress_port: int = Field(8080, ge=1, le=65535, description="port to listen on")
    ingress_admin_host: str = Field("127.0.0.1", description="address for /readyz and /metrics")
    ingress_admin_port: int = Field(8081, ge=1, le=65535, description="port for /readyz and /metrics")
    ingress_max_body_bytes: int = Field(
        3_276_800, ge=1024, le=30 * _MB, description="larger webhooks are answered with 413"
    )
    ingress_head_timeout_s: float = Field(
        5, ge=0.1, le=300, description="a client whose request's head takes longer is cut off"
    )
    ingress_body_timeout_s: float = Field(
        10, ge=0.1, le=300, description="a webhook whose body takes longer is answered with 408"
    )
    ingress_body_memory_bytes: int = Field(
        128 * _MB, ge=_MB, le=2**40, description="memory for all bodies that are arriving"
    )
    ingress_connections: int = Field(1000, ge=1, le=10**6, description="open connections at once")
    ingress_queue_events: int = Field(
        20_000,
        ge=1,
        le=10**7,
        description="with more events waiting to be stored, webhooks are answered with 503",
    )
    ingress_queue_bytes: int = Field(64 * _MB, ge=1, le=2**40, description="the same for the events' size")
    ingress_group_delay_ms: float = Field(
        2, ge=0, le=100, description="how long a write waits for more events to join it"
    )
    ingress_database_timeout_s: float = Field(
        10, ge=0.1, le=300, description="a write that takes longer is answered with 503"
    )
    ingress_log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="debug, info, warning or error"
    )
    dispatch_concurrency: int = Field(16, ge=1, le=1000, description="posts to Windmill at once")
    dispatch_lease_s: float = Field(
        20, ge=1, le=3600, description="how long a claimed message belongs to this replica"
    )
    dispatch_poll_s: float = Field(
        2, ge=0.05, le=3600, description="how often to look for messages that another process left behind"
    )
    dispatch_timeout_s: float = Field(10, ge=0.1, le=300, description="for one post to Windmill")
    dispatch_retry_s: float = Field(
        0.5, ge=0.01, le=3600, description="the first wait after a failure; each further one is twice as long"
    )
    dispatch_longest_retry_s: float = Field(
        20, ge=0.01, le=3600, description="the longest wait between two tries"
    )

    otel_exporter_otlp_endpoint: BaseUrl | Literal[""] = Field(
        "", description="a collector of OpenTelemetry's, such as http://collector:4318; empty: no traces"
    )
    otel_traces_sampler_arg: float = Field(
        1, ge=0, le=1, description="of how many messages there are traces, 0 to 1"
    )

    @model_validator(mode="after")
    def _lease_outlives_a_post(self) -> Self:
        if self.dispatch_lease_s < 2 * self.dispatch_timeout_s:
            raise ValueError(
                "DISPATCH_LEASE_S is less than twice DISPATCH_TIMEOUT_S: two replicas could post the same message"
            )
        return self

    @property
    def app_secrets(self) -> tuple[str, ...]:
        """The secrets that a signature may be made with."""
        return tuple(filter(None, (self.meta_app_secret, self.meta_app_secret_previous)))


Kind = TypeVar("Kind", bound=BaseSettings)


def load(kind: type[Kind]) -> Kind:
    """The settings of a service, or BadSettings."""
    try:
        return kind()
    except ValidationError as error:
        raise BadSettings([_sentence(kind, detail) for detail in error.errors()]) from None


def _sentence(kind: type[BaseSettings], detail: ErrorDetails) -> str:
    message = detail["msg"].removeprefix("Value error, ")
    if not detail["loc"]:
        return f"{message}."
    field = str(detail["loc"][0])
    if detail["type"] == "missing":
        return f"{field.upper()} is missing: {kind.model_fields[field].description}."
    return f"{field.upper()} is not valid: {message[0].lower()}{message[1:]}."


def explain(kind: type[BaseSettings]) -> str:
    """The settings as text for --help."""
    lines = []
    for name, field in kind.model_fields.items():
        default = "" if field.is_required() else f" (default: {field.default or 'none'})"
        lines.append(f"  {name.upper():<27} {field.description}{default}")
    return "\n".join(lines)
