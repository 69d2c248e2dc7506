# SPDX-License-Identifier: MIT
"""The stand-ins, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.stand_ins import make


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the programs, made as the README says."""
    return make(tmp_path_factory.mktemp("stand-ins"), "cc")
