"""Every setting of the door, from the environment only."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingress.settings import BaseUrl, DatabaseUrl, Secret

ROOT = Path(__file__).resolve().parents[1]


class Provider(BaseModel):
    """A company's own sign-in (OpenID Connect). It may say who somebody is only of addresses in the domains that the operator has bound to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    name: str = Field(min_length=1, max_length=100)
    issuer: BaseUrl
    client_id: str = Field(min_length=1)
    client_secret: str = Field(min_length=1, repr=False)
    domains: frozenset[str] = Field(min_length=1)

    @field_validator("issuer")
    @classmethod
    def _is_private(cls, value: str) -> str:
        url = urlsplit(value)
        if url.scheme != "https" and url.hostname not in ("127.0.0.1", "localhost"):
            raise ValueError("a provider's issuer begins with https://")
        return value

    @field_validator("domains")
    @classmethod
    def _are_lower(cls, value: frozenset[str]) -> frozenset[str]:
        if any(domain != domain.strip().lower().lstrip("@") or "." not in domain for domain in value):
            raise ValueError("a provider's domains are such as example.com")
        return value


class Settings(BaseSettings):
    """A field's name in upper case is the name of its environment variable; an empty variable counts as missing."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, hide_input_in_errors=True)

    database_url: DatabaseUrl = Field(description="PostgreSQL, as the role chatbot_door")
    windmill_url: BaseUrl = Field(description="Windmill's base URL, such as http://windmill:8000")
    windmill_workspace: str = Field(pattern=r"^[\w-]+$", description="the workspace that holds the scripts")
    windmill_token: Secret = Field(description="a token that may run the scripts behind the portal")
    portal_url: BaseUrl = Field(
        description="the door's address in a browser, such as https://portal.example.com"
    )
    portal_host: str = Field("127.0.0.1", description="address to listen on")
    portal_port: int = Field(8090, ge=1, le=65535, description="port to listen on")
    portal_proxies: int = Field(
        0, ge=0, le=5, description="proxies in front of it, which say in X-Forwarded-For who asks"
    )
    portal_connections: int = Field(2000, ge=1, le=10**6, description="open connections at once")
    portal_head_timeout_s: float = Field(
        5, ge=0.1, le=300, description="a client whose request's head takes longer is cut off"
    )
    portal_most_bytes: int = Field(
        72 << 20, ge=1024, le=1 << 30, description="larger requests are answered with 413"
    )
    portal_script_timeout_s: float = Field(
        60, ge=1, le=600, description="a script that takes longer is given up"
    )
    portal_providers: tuple[Provider, ...] = Field(
        (),
        repr=False,
        description="companies' own sign-ins, as JSON: [{id, name, issuer, client_id, client_secret, domains}]",
    )
    portal_log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="debug, info, warning or error"
    )
    portal_pages: Path = Field(
        ROOT / "local/portal/static", description="the folder of the portal's pages, as they are built"
    )
    portal_scripts: Path = Field(
        ROOT / "windmill/f/portal/documents__raw_app/backend",
        description="the folder that names the scripts behind the portal",
    )

    @property
    def is_https(self) -> bool:
        return self.portal_url.startswith("https://")

    @property
    def host(self) -> str:
        """Name and port, as a browser's Host header has them."""
        return urlsplit(self.portal_url).netloc.lower()

    @property
    def origin(self) -> str:
        """As a browser's Origin header has it."""
        return f"{urlsplit(self.portal_url).scheme}://{self.host}"
