"""How the build is cut into files: what a first page needs in a few, the rest apart. It changes a copy of the sources, never the sources.

esbuild puts into one file what is needed by the same parts. Left alone it would put all of Mantine into what every part needs, because each part
imports it by one name, and what two pages share into a file for each pair of them.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

# Packages that are imported by one name: the module that names all of theirs, and how it names one.
PACKAGES = {
    "@mantine/core": ("esm/index.mjs", r'^import \{ ([^}]+) \} from "([^"]+)"'),
    "@mantine/hooks": ("esm/index.mjs", r'^import \{ ([^}]+) \} from "([^"]+)"'),
    "@mantine/notifications": ("esm/index.mjs", r'^import \{ ([^}]+) \} from "([^"]+)"'),
    "@tabler/icons-react": (
        "dist/esm/tabler-icons-react.mjs",
        r"^export \{ (default as \w+) \} from '([^']+)'",
    ),
}
WANTED = re.compile(rf"^import \{{([^}}]+)\}} from ['\"]({'|'.join(PACKAGES)})['\"]", re.M)
# Packages of an older form, and the file of each: as modules of today's form their names are found once, and not by each of 400 modules.
OLDER = {
    "react": "react/cjs/react.production.js",
    "react/jsx-runtime": "react/cjs/react-jsx-runtime.production.js",
}
MAIN, LAST = "Main", "Rest"
# What somebody may see first. A browser compiles all of such a file beside the page's own thread, which would else do it function by function.
FIRST = (f"{MAIN}.tsx", "Insights.tsx", "Platform.tsx")
AT_ONCE = "//# allFunctionsCalledOnLoad\n"


def prepare(work: Path) -> list[str]:
    """Changes the copy of the sources; returns what esbuild has to be told."""
    separate(work)
    share(work)
    return [f"--alias:{package}=./{modern(work, package)}" for package in OLDER]


def separate(work: Path) -> None:
    """Lets each component be imported from its own module."""
    places: dict[tuple[str, str], tuple[str, Path | str]] = {}
    for package, (index, line) in PACKAGES.items():
        path = work / "node_modules" / package / index
        for names, file in re.findall(line, path.read_text(), re.M):
            module = (path.parent / file).resolve() if file.startswith(".") else file
            for name in names.split(", "):
                there, _, here = name.rpartition(" as ")
                places[package, here] = (there or here, module)

    def apart(found: re.Match[str]) -> str:
        lines = []
        for one in filter(None, map(str.strip, found[1].split(","))):
            name, _, here = one.partition(" as ")
            there, module = places.get((found[2], name), (name, found[2]))  # a type has no module
            lines.append(f'import {{ {there} as {here or name} }} from "{module}"')
        return "; ".join(lines)

    for path in [*work.glob("*.ts*"), *work.glob("node_modules/@mantine/*/esm/**/*.mjs")]:
        text = path.read_text()
        if (changed := WANTED.sub(apart, text)) != text:
            path.write_text(changed)


def share(work: Path) -> None:
    """Each part needs what every visit has read anyway, and the last one all others: so what they share makes few files."""
    parts = sorted(set(re.findall(r"import\('\./(\w+)'\)", (work / "parts.ts").read_text())))
    for part in parts:
        needed = [MAIN, *(other for other in parts if part == LAST and other != part)]
        with (work / f"{part}.tsx").open("a") as file:
            file.writelines(f"import './{name}'\n" for name in needed)


def modern(work: Path, package: str) -> str:
    """A module that gives the names of a package of the older form; returns its name."""
    file = OLDER[package]
    command = ["node", "-p", f"Object.keys(require('./node_modules/{file}')).join(', ')"]
    names = subprocess.run(command, cwd=work, check=True, capture_output=True, text=True).stdout.strip()
    module = f"{package.replace('/', '-')}.modern.js"
    (work / module).write_text(
        f"import it from './node_modules/{file}'\nexport default it\nexport const {{ {names} }} = it\n"
    )
    return module


def needed(outputs: dict[str, Any], *sources: str) -> set[str]:
    """The files that a browser reads for these sources, of what esbuild says about its own."""
    left = [name for name, part in outputs.items() if part.get("entryPoint") in sources]
    found: set[str] = set()
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            imports = outputs[name]["imports"]
            left += [one["path"] for one in imports if one["kind"] == "import-statement"]
    return found
