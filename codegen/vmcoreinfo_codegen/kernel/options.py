# SPDX-License-Identifier: MIT
"""The options of a Kconfig file, without their help texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

_OPTION = re.compile(r"\s*(?:menu)?config\s+(\w+)\s*$")
_SAID = re.compile(
    r"\s+((?:bool|tristate|int|hex|string|prompt|default|def_bool|def_tristate|depends|select|imply"
    r"|range|visible)\b.*)"
)
_OTHER = re.compile(r"(?:menu|endmenu|if|endif|source|choice|endchoice|comment)\b")


def is_kconfig(path: str) -> bool:
    return path.rpartition("/")[2].startswith("Kconfig")


def options(text: str, section: str) -> Iterator[tuple[str, str, int]]:
    """Each option, its attributes, and its line from 0; `section` is an option that began
    before.
    """
    open_ = _OPTION.match(section)
    name, start = (open_[1], 0) if open_ else ("", 0)
    said: list[str] = []
    for place, line in enumerate(text.split("\n")):
        option = _OPTION.match(line)
        if option or _OTHER.match(line):
            if name:
                yield f"CONFIG_{name}", "; ".join(said), start
            name, said, start = (option[1] if option else ""), [], place
        elif name and (attribute := _SAID.match(line)):
            said.append(" ".join(attribute[1].split()))
    if name:
        yield f"CONFIG_{name}", "; ".join(said), start
