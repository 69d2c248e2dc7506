# SPDX-License-Identifier: MIT
"""System programs that tests run."""

from __future__ import annotations

import shutil

import pytest


def program(*names: str) -> str:
    """The path of the first of these programs that is installed.

    `tests/setup` installs them if the system's packages are available. Otherwise the test is
    skipped with the program's name; under CI=true `tests/skips.py` turns that into a failure.
    """
    for name in names:
        found = shutil.which(name)
        if found is not None:
            return found
    pytest.skip(f"{names[0]} is not here; tests/setup installs it")
