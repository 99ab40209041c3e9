"""Makes each script's .script.yaml: python windmill/deploy/metadata.py [--check] [PATH…]

Summary and description are the docstring's first sentence and the rest, the form is main's signature with the words of arguments.py; tool_forms.py
makes that of a tool.
The files are in the form that the server gives back, so a second push changes nothing. --check only says which are out of date.
"""

from __future__ import annotations

import argparse
import ast
import sys
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from deploy.arguments import ARGUMENTS, EXCEPTIONS, Argument
from deploy.tags import tag_of
from deploy.tool_forms import FOLDER, described, types_of

WINDMILL = Path(__file__).resolve().parents[1]
REQUIRED = object()


class MetadataError(Exception):
    """A sentence for the person who wrote the script."""


def signature(tree: ast.Module) -> dict[str, Any]:
    """main's arguments with their defaults; REQUIRED where there is none. Empty for a module without main."""
    main = next((n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "main"), None)
    if main is None:
        return {}
    names = [argument.arg for argument in main.args.args]
    defaults = [ast.literal_eval(value) for value in main.args.defaults]
    return dict(zip(names, [REQUIRED] * (len(names) - len(defaults)) + defaults, strict=True))


def is_tool(path: str) -> bool:
    """Whether chatbots may call the script: then a model reads its form."""
    return path.startswith(FOLDER)


def has_main(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body)


def form(path: str, arguments: dict[str, Any], own: dict[str, Argument] | None = None) -> dict[str, Any]:
    """The JSON schema of a script's arguments. `own`: those that the script itself describes."""
    properties = {}
    for name, default in arguments.items():
        known = (own or {}).get(name) or ARGUMENTS.get(name)
        if known is None:
            where = (
                f"a line `{name}: …` of the docstring" if is_tool(path) else "windmill/deploy/arguments.py"
            )
            raise MetadataError(f"{path}: describe the argument {name!r} of main in {where}")
        entry = {**known.schema, "description": EXCEPTIONS.get((path, name), known.description)}
        entry["default"] = known.default if default is REQUIRED else default
        if entry["type"] == "string" and "enum" not in entry:
            entry["originalType"] = "bytes" if "contentEncoding" in entry else "string"
        properties[name] = entry
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "order": list(properties),
        "properties": properties,
        "required": [name for name, default in arguments.items() if default is REQUIRED],
    }


def metadata(script: Path) -> str:
    """The text of the script's .script.yaml."""
    path = str(script.relative_to(WINDMILL).with_suffix(""))
    tree = ast.parse(script.read_text())
    docstring = ast.get_docstring(tree)
    if not docstring:
        raise MetadataError(f"{path}: the docstring is missing; it is the summary that operators see")
    own: dict[str, Argument] = {}
    if is_tool(path):
        docstring, words = described(docstring, set(signature(tree)))
        types = types_of(tree)
        own = {name: Argument(types[name], about) for name, about in words.items() if name in types}
    first, _, rest = docstring.partition("\n\n")
    content: dict[str, Any] = {
        "summary": " ".join(first.split()),
        "description": " ".join(rest.split()),
        "lock": f"!inline {path}.script.lock",
        "kind": "script",
        "schema": form(path, signature(tree), own),
    }
    if has_main(tree):  # a module never runs by itself
        content["tag"] = tag_of(path)
        if not content["tag"]:
            raise MetadataError(f"{path}: say in windmill/deploy/tags.py which workers take it")
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when a file is out of date"
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="such as f/chatbot/persist; without one: all scripts"
    )
    arguments = parser.parse_args()
    stale = 0
    try:
        for script in sorted(WINDMILL.glob("f/**/*.py")):
            path = str(script.relative_to(WINDMILL).with_suffix(""))
            if arguments.paths and path not in arguments.paths:
                continue
            file = script.with_suffix(".script.yaml")
            text = metadata(script)
            if not file.exists() or file.read_text() != text:
                stale += 1
                if not arguments.check:
                    file.write_text(text)
                print(
                    f"{path}.script.yaml {'is out of date: run `make bundle`' if arguments.check else 'written'}"
                )
    except MetadataError as error:
        print(error, file=sys.stderr)
        return 1
    return 1 if arguments.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
