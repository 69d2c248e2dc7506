# SPDX-License-Identifier: MIT
"""Rules that are one a file: to add a file is to add a rule."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def rules_in(package: ModuleType) -> list[Any]:
    """`RULE` of every module in a package, in order of id."""
    found = [
        importlib.import_module(f"{package.__name__}.{module.name}").RULE
        for module in pkgutil.iter_modules(package.__path__)
    ]
    return sorted(found, key=lambda rule: str(rule.id))
