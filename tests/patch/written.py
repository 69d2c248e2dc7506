# SPDX-License-Identifier: MIT
"""Patches written by hand: hunks of a file, with the right counts."""

from __future__ import annotations

import re


def diff(path: str, *hunks: str, old: str | None = None) -> str:
    """A diff of one file; each hunk is a text of its lines, the first being the text after `@@`."""
    head = f"--- a/{old or path}\n+++ b/{path}\n"
    return head + "".join(_hunk(place, hunk) for place, hunk in enumerate(hunks))


def gone(path: str, text: str) -> str:
    lines = "".join(f"-{line}\n" for line in text.splitlines())
    count = text.count("\n")
    return (
        f"diff --git a/{path} b/{path}\ndeleted file mode 100644\n"
        f"--- a/{path}\n+++ /dev/null\n@@ -1,{count} +0,0 @@\n{lines}"
    )


def new(path: str, text: str) -> str:
    lines = "".join(f"+{line}\n" for line in text.splitlines())
    count = text.count("\n")
    return (
        f"diff --git a/{path} b/{path}\nnew file mode 100644\n"
        f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{count} @@\n{lines}"
    )


def _hunk(place: int, text: str) -> str:
    section, *lines = text.rstrip("\n").split("\n")
    old = sum(line[:1] != "+" for line in lines)
    new = sum(line[:1] != "-" for line in lines)
    at = 100 * (place + 1)
    assert all(re.match(r"[ +-]|$", line) for line in lines)
    return f"@@ -{at},{old} +{at},{new} @@ {section}\n" + "".join(f"{n or ' '}\n" for n in lines)
