"""An accent colour and what follows from it: ten shades, and whether black or white is read on it.

The contrast of WCAG depends on luminance alone. So each shade is the accent with the luminance of the product's own shade at its place: whatever
was readable in green is as readable in any colour, on the light page and on the dark one. Filled buttons have the very accent; of black and white
one always has 4.5 to 1 or more on it.
"""

from __future__ import annotations

import colorsys
import re
from typing import Any

HEX = re.compile(r"#[0-9a-f]{6}")
SHORT = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])")
# theme.ts, the colour green; the sign-in page has the same. Text has the shade 7 on the light page, and 4 on the dark one.
SHADES = ("#eaf7f2", "#dff1ea", "#b4dfcf", "#86ccb3", "#5dbb9b", "#3da984", "#147d62", "#0b6650", "#084f3e", "#084a3a")  # fmt: skip
LIGHT_PAGE, DARK_PAGE = "#f4f6f5", "#0d1412"
BLACK, WHITE = "#000000", "#ffffff"
STEPS = 24  # halvings of the lightness: finer than a colour's eight bits


def colour_of(typed: str) -> str | None:
    """The colour as #rrggbb, also of #rgb and of capitals; None where it is none."""
    words = typed.strip().lower()
    if short := SHORT.fullmatch(words):
        return "#" + "".join(digit * 2 for digit in short.groups())
    return words if HEX.fullmatch(words) else None


def palette_of(accent: str) -> dict[str, Any]:
    """{"on": black or white, "shades": ten, "hover": the accent where a pointer is}. `accent`: as #rrggbb."""
    shades = [with_luminance(accent, luminance(shade)) for shade in SHADES]
    bright = luminance(accent)
    on = BLACK if contrast(accent, BLACK) > contrast(accent, WHITE) else WHITE
    # Away from the words on it, so that they stay readable.
    hover = with_luminance(accent, bright * 0.8 if on == WHITE else bright + (1 - bright) * 0.25)
    return {"on": on, "shades": shades, "hover": hover}


def contrasts_of(accent: str) -> dict[str, float]:
    """How far the accent stands out, as WCAG counts it (1 to 21): its words, and itself on the two pages."""
    pairs = {"on": palette_of(accent)["on"], "light": LIGHT_PAGE, "dark": DARK_PAGE}
    return {name: int(contrast(accent, other) * 10) / 10 for name, other in pairs.items()}


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """As WCAG defines it, 0 to 1."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts_of(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def with_luminance(colour: str, wanted: float) -> str:
    """The colour as bright or dark as `wanted`, with its hue and its saturation."""
    hue, _, saturation = colorsys.rgb_to_hls(*parts_of(colour))
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if luminance(hex_of(hue, middle, saturation)) < wanted:
            low = middle
        else:
            high = middle
    return hex_of(hue, low, saturation)


def hex_of(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(
        f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation)
    )


def parts_of(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue
