# SPDX-License-Identifier: MIT
"""Rules, one per file: adding a file adds a rule."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from types import ModuleType
from typing import Any


class SameId(Exception):
    """Two rules have the same id; the message says which id is free."""


def rules_in(package: ModuleType) -> list[Any]:
    """The `RULE` of every module in a package, in order of id. Raises SameId."""
    found: dict[str, Any] = {}
    for module in pkgutil.iter_modules(package.__path__):
        rule = importlib.import_module(f"{package.__name__}.{module.name}").RULE
        other = found.setdefault(str(rule.id), rule)
        if other is not rule:
            message = f"rules {other.name} and {rule.name} both have the ID {rule.id}"
            raise SameId(f"{message}; {_next(found)} is free")
    return [found[id_] for id_ in sorted(found)]


def _next(ids: Iterable[str]) -> str:
    """The id after the last one."""
    last = max(ids)
    letters = last.rstrip("0123456789")
    return f"{letters}{int(last.removeprefix(letters)) + 1:0{len(last) - len(letters)}}"
