# SPDX-License-Identifier: MIT
"""Writes the current output of commands into the sessions of the documentation.

        python -m tests.docs.renew

If shown output leaves parts out (`...`, `…`), each of its lines becomes the most similar new line.
Output that this does not fix is listed, as only a person knows which parts matter.
"""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import ROOT
from tests.docs.pages import Fence, fences, is_shown, steps
from tests.docs.test_docs import OF_DUMPS, PAGES


def _printed(line: str, folder: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    return ran.stdout


def _alike(said: str, shown: str) -> str:
    """The shown output with lines of the current output."""
    if not re.search(r"^\.\.\.$|…", shown, re.MULTILINE):
        return said
    lines, place, new = said.splitlines(), 0, []
    for line in shown.splitlines():
        if line == "...":
            new.append(line)
            continue
        near = difflib.get_close_matches(line, lines[place:], 1, 0.5)
        if not near:
            return shown
        place = lines.index(near[0], place) + 1
        new.append(line if is_shown(f"{near[0]}\n", line) else near[0])
    return "\n".join(new) + "\n"


def _renewed(fence: Fence) -> tuple[str, list[str]]:
    """The block with the current output, and the commands whose output a person has to check."""
    whole, left = [], []
    with tempfile.TemporaryDirectory() as empty:
        commands = list(steps(fence))
        # As in the tests, a single command is run at the top of the project.
        folder = empty if len(commands) > 1 else str(ROOT)
        for line, shown in commands:
            said = _printed(line, folder)
            if not is_shown(said, shown):
                new = _alike(said, shown)
                if is_shown(said, new):
                    shown = new
                else:
                    left.append(f"$ {line}\n{said}")
            whole.append(f"$ {line}\n{shown}")
    return "".join(whole), left


def main() -> int:
    left_over = 0
    for page in [ROOT / "README.md", *PAGES]:
        if page.name in OF_DUMPS:
            continue
        text = page.read_text()
        for fence in fences(page):
            if not fence.content.startswith("$ "):
                continue
            new, left = _renewed(fence)
            text = text.replace(fence.content, new)
            left_over += len(left)
            for one in left:
                print(f"{page.name}: look at {one}")
        if text != page.read_text():
            page.write_text(text)
            print(f"wrote {page.relative_to(ROOT)}")
    return 1 if left_over else 0


if __name__ == "__main__":
    sys.exit(main())
