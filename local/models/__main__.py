"""`python -m local.models`: start the local embedding and chat models on one port."""

import argparse
import os

from local.ports import port_number
from local.serving import listen, serve


def main() -> None:
    """Read the flags, load the embedding model and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m local.models",
        description="Serve local models behind OpenAI-compatible URLs on 127.0.0.1: /v1/embeddings "
        "(multilingual-e5-small) and /v1/chat/completions (offline-rule-based: rules, not a language model).",
        epilog="Set LOCAL_MODELS_KEY to ask callers for that bearer key.",
    )
    parser.add_argument(
        "--port",
        type=port_number,
        default=os.environ.get("LOCAL_MODELS_PORT", "8702"),
        help="port to listen on; 0 takes a free one (default: LOCAL_MODELS_PORT or 8702)",
    )
    args = parser.parse_args()
    sock = listen(args.port)
    # Imported late: a busy port or --help must not wait for the embedding model.
    from local.models.app import build_app
    from local.models.encoder import Encoder

    serve(build_app(Encoder(), os.environ.get("LOCAL_MODELS_KEY", "")), sock, "Local models", "/v1")


if __name__ == "__main__":
    main()
