"""What of a page is the branding's: names, colours, pictures, the manifest. Every value is the database's, and is escaped where it is written."""

from __future__ import annotations

import hashlib
import html
import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.addresses import Addresses
from portal.store import Store

MANIFEST, STYLES, PICTURE = "/manifest.webmanifest", "/looks.css", "/looks/{hash}.png"
OWN_ICON, GREEN = "/static/icon.svg", "#0b6650"
# A browser keeps a file as long as it is the same and asks each time; one that is named by what is in it stays what it is.
ASKED, KEPT = "no-cache", "max-age=31536000, immutable"
HASH = re.compile(r"[0-9a-f]{64}")
GAP = re.compile(r"\{\{(\w+)\}\}")


class Looks:
    def __init__(self, store: Store, addresses: Addresses) -> None:
        self._store, self._addresses = store, addresses

    async def manifest(self, request: Request) -> Response:
        """What a telephone shows when somebody puts the portal on its first page."""
        branding = await self._addresses.branding(request)
        icon = {"src": icon_of(branding), "purpose": "any"}
        kind = (
            {"sizes": "256x256", "type": "image/png"}
            if branding["icon"]
            else {"sizes": "any", "type": "image/svg+xml"}
        )
        content = {
            "name": branding["name"],
            "short_name": branding["short_name"],
            "id": "/",
            "start_url": "/",
            "display": "standalone",
            "theme_color": branding["accent"] or GREEN,
            "background_color": "#f4f6f5",
            "icons": [icon | kind],
        }
        return kept(request, json.dumps(content, ensure_ascii=False).encode(), "application/manifest+json")

    async def styles(self, request: Request) -> Response:
        return kept(request, styles_of(await self._addresses.branding(request)).encode(), "text/css")

    async def picture(self, request: Request) -> Response:
        name = request.path_params["hash"]
        content = await self._store.picture(name) if HASH.fullmatch(name) else None
        if content is None:
            return Response(status_code=404)
        return Response(content, media_type="image/png", headers={"cache-control": KEPT})

    def routes(self) -> list[Route]:
        return [Route(MANIFEST, self.manifest), Route(STYLES, self.styles), Route(PICTURE, self.picture)]


def kept(request: Request, content: bytes, media_type: str) -> Response:
    """A browser keeps it, and asks each time whether it is the same still."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
    headers = {"cache-control": ASKED, "etag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def filled(page: str, branding: dict[str, Any]) -> str:
    """A page with the branding in its gaps; gaps of others stay."""
    values = gaps_of(branding)
    return GAP.sub(lambda gap: values.get(gap[1], gap[0]), page)


def gaps_of(branding: dict[str, Any]) -> dict[str, str]:
    name = html.escape(branding["name"])
    if branding["logo"]:
        brand = f'<img class="logo" src="/looks/{branding["logo"]}.png" alt="{name}">'
    elif branding["icon"]:
        brand = f'<img class="icon" src="/looks/{branding["icon"]}.png" alt="">{name}'
    else:
        brand = f'<span class="mark" aria-hidden="true"></span>{name}'
    return {
        "name": name,
        "brand": brand,
        "icon": icon_of(branding),
        "accent": branding["accent"] or GREEN,
        "branding": html.escape(json.dumps(branding)),
        "styles": f'<link rel="stylesheet" href="{STYLES}">' if branding["palette"] else "",
        "footer": footer_of(branding),
    }


def footer_of(branding: dict[str, Any]) -> str:
    """Where to ask, how data is handled, and the product's name where that is said; page.js puts in the words."""
    support, privacy, product = branding["support"], branding["privacy_url"], branding["product"]
    links = []
    if support:
        target = support if support.startswith("https://") else f"mailto:{support}"
        links.append(f'<a href="{html.escape(target)}" data-text="support"></a>')
    if privacy:
        links.append(f'<a href="{html.escape(privacy)}" data-text="privacy"></a>')
    if product and product != branding["name"]:
        links.append(f'<span data-powered="{html.escape(product)}"></span>')
    return f"<footer>{''.join(links)}</footer>" if links else ""


def icon_of(branding: dict[str, Any]) -> str:
    return f"/looks/{branding['icon']}.png" if branding["icon"] else OWN_ICON


def styles_of(branding: dict[str, Any]) -> str:
    """The colours of sign_in.css that follow from the accent; nothing without one."""
    palette = branding["palette"]
    if not palette:
        return ""
    fill = f"--fill: {branding['accent']}; --on-fill: {palette['on']}; --mark: {palette['hover']}, {branding['accent']};"
    light, dark = palette["shades"][7], palette["shades"][4]
    return (
        f":root {{ --green: {light}; {fill} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ --green: {dark}; {fill} }} }}\n"
    )
