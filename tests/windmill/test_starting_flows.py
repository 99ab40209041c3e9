"""How a step starts a flow: what Windmill is sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from f.common.windmill import start_flow
from tests.ingress.support import FakeWindmill


@pytest.fixture
def windmill(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWindmill]:
    fake = FakeWindmill()
    for name, value in {"BASE_INTERNAL_URL": fake.url, "WM_WORKSPACE": "w", "WM_TOKEN": "t"}.items():
        monkeypatch.setenv(name, value)
    fake.up()
    yield fake
    fake.down()


@pytest.mark.parametrize(("delay", "sent"), [(0, None), (0.2, "1"), (2.0, "2"), (29.4, "30")])
def test_a_delay_is_whole_seconds(windmill: FakeWindmill, delay: float, sent: str | None) -> None:
    """Windmill refuses `2.0` with 400."""
    start_flow("f/x/y", {}, delay_s=delay)
    assert windmill.posts[0].get("scheduled_in_secs") == sent
