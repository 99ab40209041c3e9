"""What the rules can see: whether a picture is mostly red, green, dark …; and the words that a demo picture carries in its tag Description.

A stand-in as for voice notes: the way of a picture through the product is the real one, and only the looking is played.
"""

import base64
import io
from typing import Any

from PIL import Image

from local.models.errors import ApiError

TAG = "Description"
MOST_PIXELS = 50_000_000
COLOURS: dict[str, tuple[int, int, int]] = {
    "black": (20, 20, 20), "grey": (128, 128, 128), "white": (240, 240, 240), "red": (200, 40, 40), "orange": (235, 140, 40),
    "yellow": (235, 215, 60), "green": (50, 150, 70), "blue": (50, 90, 190), "purple": (130, 60, 160), "brown": (120, 80, 50),
}  # fmt: skip
# black, grey, white, red, orange, yellow, green, blue, purple, brown
NAMES = {
    "en": "black grey white red orange yellow green blue purple brown",
    "es": "negro gris blanco rojo naranja amarillo verde azul morado marrón",
    "de": "Schwarz Grau Weiß Rot Orange Gelb Grün Blau Lila Braun",
    "fr": "noir gris blanc rouge orange jaune vert bleu violet marron",
    "pt": "preto cinza branco vermelho laranja amarelo verde azul roxo castanho",
    "it": "nero grigio bianco rosso arancione giallo verde blu viola marrone",
}
SENTENCES = {
    "en": ("I see a picture that is mostly {colour}.", "In the picture I see {words}."),
    "es": ("Veo una imagen en la que domina el {colour}.", "En la imagen veo {words}."),
    "de": ("Ich sehe ein Bild, vor allem in {colour}.", "Auf dem Bild sehe ich {words}."),
    "fr": ("Je vois une image où domine le {colour}.", "Sur l'image, je vois {words}."),
    "pt": ("Vejo uma imagem em que domina o {colour}.", "Na imagem vejo {words}."),
    "it": ("Vedo un'immagine in cui domina il {colour}.", "Nell'immagine vedo {words}."),
}


def pictures(messages: list[dict[str, Any]]) -> list[bytes]:
    """The pictures of the newest user message, in OpenAI's form: data URLs. Other addresses are not fetched."""
    newest: dict[str, Any] = next((m for m in reversed(messages) if m["role"] == "user"), {})
    content = newest.get("content")
    parts = content if isinstance(content, list) else []
    found = []
    for part in parts:
        if isinstance(part, dict) and part.get("type") == "image_url":
            url = part["image_url"].get("url") if isinstance(part.get("image_url"), dict) else None
            head, _, data = str(url).partition(";base64,")
            if not head.startswith("data:image/") or not data:
                raise ApiError(
                    "Invalid 'image_url': only data URLs of images in base64 are taken here.", "messages"
                )
            found.append(base64.b64decode(data))
    return found


def opened(picture: bytes) -> Image.Image:
    """The picture; what is none gets the answer that OpenAI gives."""
    try:
        image = Image.open(io.BytesIO(picture))
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("too large")
        image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        wanted = "png, jpeg, gif and webp"
        raise ApiError(
            f"You uploaded an unsupported image. Please make sure it is one of {wanted}.",
            "messages",
            code="invalid_image_format",
        ) from None
    return image


def words_in(picture: bytes) -> str:
    """The words of the tag Description; nothing for a picture without it."""
    return str(opened(picture).info.get(TAG) or "").strip()


def seen(picture: bytes, language: str) -> str:
    """One sentence on a picture."""
    plain, with_words = SENTENCES[language]
    words = words_in(picture)
    if words:
        return with_words.format(words=words.rstrip("."))
    return plain.format(colour=_colour(opened(picture), language))


def _colour(image: Image.Image, language: str) -> str:
    """The name of the colour that is nearest to the picture's mean."""
    red, green, blue = image.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))  # type: ignore[misc]
    near = sorted(
        COLOURS,
        key=lambda name: sum((a - b) ** 2 for a, b in zip(COLOURS[name], (red, green, blue), strict=True)),
    )
    return NAMES[language].split()[list(COLOURS).index(near[0])]
