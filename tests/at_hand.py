# SPDX-License-Identifier: MIT
"""Programs of the system that tests run."""

from __future__ import annotations

import shutil

import pytest


def program(*names: str) -> str:
    """The first of the names that is here.

    `tests/setup` installs them where the system's packages can be had. Elsewhere the test is skipped by
    name; under CI=true `tests/skips.py` makes a failure of that.
    """
    for name in names:
        found = shutil.which(name)
        if found is not None:
            return found
    pytest.skip(f"{names[0]} is not here; tests/setup installs it")
