# requirements: embeddings
"""How many tokens a text has, without a network.

tiktoken counts where its vocabulary is on the disk; elsewhere the text's bytes give an upper bound.
"""

from __future__ import annotations

import functools
import hashlib
import math
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

ENCODING = "o200k_base"
VOCABULARY_URL = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
VOCABULARY_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
# Measured over passages in six languages: no tokenizer in use made more tokens than this of a text's UTF-8
# bytes.
BYTES_PER_TOKEN = 2.8


def count_tokens(text: str) -> int:
    """The text's tokens; never fewer than the model will count."""
    return _counter()(text)


def vocabulary_file() -> Path:
    """Where tiktoken would look for its vocabulary before it downloads it."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR") or os.environ.get("DATA_GYM_CACHE_DIR")
    name = hashlib.sha1(VOCABULARY_URL.encode(), usedforsecurity=False).hexdigest()
    return Path(folder or Path(tempfile.gettempdir()) / "data-gym-cache") / name


@functools.cache
def _counter() -> Callable[[str], int]:
    """Decided once a process, so that all chunks of a document are measured alike."""
    try:
        # A file with another content makes tiktoken delete it and download, so its hash is checked first.
        whole = hashlib.sha256(vocabulary_file().read_bytes()).hexdigest() == VOCABULARY_SHA256
    except OSError:
        return _upper_bound
    if not whole:
        return _upper_bound
    import tiktoken

    encoding = tiktoken.get_encoding(ENCODING)
    return lambda text: len(encoding.encode_ordinary(text))


def _upper_bound(text: str) -> int:
    return math.ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN)
