"""The stand-in's configuration: the setup from a JSON file, secrets from the environment."""

import json
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

STRICT = ConfigDict(extra="forbid", strict=True)


class ConfigError(Exception):
    """A mistake of the person who starts the program, in one sentence."""


@dataclass(frozen=True, config=STRICT)
class Number:
    """A business number: what a tenant's customers write to."""

    phone_number_id: str
    display_phone_number: str
    waba_id: str
    name: str
    about: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, config=STRICT)
class Template:
    """A message template of an account, as the Graph API lists it."""

    waba_id: str
    name: str
    language: str
    components: tuple[dict[str, Any], ...]
    category: str = "UTILITY"
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"
    rejected_reason: str = "NONE"


@dataclass(frozen=True, config=STRICT)
class CustomerConfig:
    """A person of the demo; since 2026 a person may have a user id and no visible phone, or the reverse."""

    name: str
    phone: str | None = None
    user_id: str | None = None
    username: str | None = None


@dataclass(frozen=True, config=STRICT)
class Portal:
    """The product behind the stand-in, as far as the page shows it: Windmill's runs, the portal, the model."""

    windmill_url: str
    workspace: str
    sign_in: bool = False  # the local runner's pages take its token with the link; a real server has logins
    page_url: str = ""  # where the business's staff work with its documents; empty: no link to it is shown
    model: str = ""  # the bot's model, for the page to name


@dataclass(config=STRICT)
class StatusPolicy:
    """How the statuses of a sent message reach the webhook. Seconds count from the accepted send."""

    sent_s: float = 0.05
    delivered_s: float = 0.3
    read_s: float = 1.2
    skip: tuple[str, ...] = ()
    double: tuple[str, ...] = ()
    reverse: bool = False
    hold: bool = False
    fail_code: int | None = None
    to: str | None = None


@dataclass(config=STRICT)
class Limits:
    """Meta's documented limits and delivery habits; tests make them small."""

    number_per_second: float = 80.0
    pair_every_s: float = 6.0
    pair_burst: float = 45.0
    window_s: float = 86400.0
    outside_window: str = "response"
    media_url_s: float = 300.0
    typing_s: float = 25.0
    retry_base_s: float = 2.0
    retry_factor: float = 2.0
    retry_max_s: float = 300.0
    give_up_s: float = 7 * 86400.0
    webhook_timeout_s: float = 20.0
    free_replies: int = 1000  # that a number may send in a month before Meta charges
    free_entry_s: float = 72 * 3600.0  # after somebody has come by an ad
    review_s: float = 0.0  # how long the review of a new template takes; 0: only POST /control/review decides


@dataclass(frozen=True, config=STRICT)
class Secrets:
    """Kept apart from the rest, so that nothing that prints a configuration prints them."""

    app_secret: str = field(repr=False)
    access_tokens: Mapping[str, str] = field(repr=False)
    runner_token: str = field(default="", repr=False)


@dataclass(frozen=True, config=STRICT)
class Config:
    """Everything that doesn't change while the process runs."""

    webhook_urls: tuple[str, ...]  # each delivery goes to the next one, as a load balancer sends it
    numbers: tuple[Number, ...]
    templates: tuple[Template, ...]
    customers: tuple[CustomerConfig, ...]
    portal: Portal | None
    statuses: StatusPolicy
    limits: Limits
    secrets: Secrets

    def number(self, phone_number_id: str) -> Number | None:
        return next((n for n in self.numbers if n.phone_number_id == phone_number_id), None)


T = TypeVar("T")


def build(kind: type[T], values: Any, what: str) -> T:
    """Makes a dataclass of JSON values; unknown, missing and badly typed ones are refused in words."""
    try:
        return TypeAdapter(kind).validate_json(json.dumps(values))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([what, *map(str, first["loc"])])
        raise ConfigError(f"{where}: {first['msg'][0].lower()}{first['msg'][1:]}.") from None


def read_config(path: Path, environment: Mapping[str, str]) -> Config:
    """Read the file and the environment."""
    try:
        raw = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"Can't read the configuration {path}: {error.strerror}.") from None
    except ValueError as error:
        raise ConfigError(f"The configuration {path} is not JSON: {error}.") from None
    if not isinstance(raw, dict):
        raise ConfigError(f"The configuration {path} must hold a JSON object.")
    known = {"webhook_urls", "numbers", "templates", "customers", "portal", "statuses", "limits"}
    if unknown := sorted(set(raw) - known):
        raise ConfigError(f"The configuration does not know {', '.join(unknown)}.")
    urls = build(tuple[str, ...], raw.get("webhook_urls", []), "webhook_urls")
    if not urls or not all(url.startswith(("http://", "https://")) for url in urls):
        raise ConfigError(
            "The configuration needs webhook_urls, the http(s) addresses of each ingress' /webhook."
        )
    return Config(
        webhook_urls=urls,
        numbers=tuple(build(Number, n, "numbers[]") for n in raw.get("numbers", [])),
        templates=tuple(build(Template, t, "templates[]") for t in raw.get("templates", [])),
        customers=tuple(build(CustomerConfig, c, "customers[]") for c in raw.get("customers", [])),
        portal=build(Portal, raw["portal"], "portal") if raw.get("portal") else None,
        statuses=build(StatusPolicy, raw.get("statuses", {}), "statuses"),
        limits=build(Limits, raw.get("limits", {}), "limits"),
        secrets=read_secrets(environment),
    )


def read_secrets(environment: Mapping[str, str]) -> Secrets:
    """Secrets come from the environment only."""
    app_secret = environment.get("META_APP_SECRET", "")
    if not app_secret:
        raise ConfigError("META_APP_SECRET is not set: webhooks can't be signed without it.")
    return Secrets(
        app_secret=app_secret,
        access_tokens=read_tokens(environment, "META_ACCESS_TOKENS", "phone_number_id"),
        runner_token=environment.get("META_RUNNER_TOKEN", ""),
    )


def read_tokens(environment: Mapping[str, str], name: str, key: str) -> dict[str, str]:
    """A JSON object of tokens from one variable; an unset one is an empty object."""
    try:
        tokens = json.loads(environment.get(name) or "{}")
    except ValueError:
        raise ConfigError(f"{name} must be a JSON object that maps each {key} to a token.") from None
    if not isinstance(tokens, dict) or not all(isinstance(token, str) and token for token in tokens.values()):
        raise ConfigError(f"{name} must be a JSON object that maps each {key} to a token.")
    return tokens
