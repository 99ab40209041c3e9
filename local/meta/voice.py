"""Voice notes without a microphone: a real Ogg Opus file of silence whose tag TRANSCRIPT holds the words.

Making or understanding speech needs a large model. The stand-in for transcription (local/models/media.py)
reads the tag, so a voice note takes its real way through the product; only the listening is simulated.
"""

import struct

SILENCE = b"\xf8\xff\xfe"  # 20 ms of Opus
TAG = b"TRANSCRIPT="


def ogg(words: str) -> bytes:
    """A voice note that says these words."""
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, 0, 48000, 0, 0)
    comment = TAG + words.encode()[:30_000]
    vendor = b"stand-in"
    tags = (
        b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<II", 1, len(comment)) + comment
    )
    frames = max(50, len(words) * 3)  # some 60 ms a letter, as people speak
    pages = [_page(head, 0, 0, 2), _page(tags, 0, 1, 0)]
    for number, start in enumerate(range(0, frames, 50)):
        count = min(50, frames - start)
        last = 4 if start + count >= frames else 0
        pages.append(_page(SILENCE, (start + count) * 960, number + 2, last, count))
    return b"".join(pages)


def _page(packet: bytes, position: int, number: int, flags: int, copies: int = 1) -> bytes:
    """A page of one packet, or of several equal short ones."""
    lacing = bytes([255] * (len(packet) // 255) + [len(packet) % 255]) * copies
    header = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, position, 1, number, 0, len(lacing)) + lacing
    body = header + packet * copies
    return body[:22] + struct.pack("<I", _checksum(body)) + body[26:]


def _checksum(data: bytes) -> int:
    """Ogg's CRC-32: not reflected, no final inversion."""
    value = 0
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x104C11DB7 if value & 0x80000000 else 0)
    return value & 0xFFFFFFFF
