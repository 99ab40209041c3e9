"""The ingress's page of sign-ins, which stands between somebody else's page and the portal."""

from __future__ import annotations

import html
import re

from starlette.testclient import TestClient

from ingress.sign_ins import PATH


def come_back(browser: TestClient, address: str) -> str:
    """The browser at the ingress, and the button there; what the page says then."""
    page = browser.get(address)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    assert fields, page.text
    done = browser.post(PATH, data={name: html.unescape(value) for name, value in fields.items()})
    return done.text
