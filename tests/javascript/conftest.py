# SPDX-License-Identifier: MIT
"""The scripts in Node.js."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.at_hand import program
from tests.conftest import ROOT
from tests.emit.driver import Driver

SCRIPTS = ROOT / "generated" / "javascript"


@pytest.fixture(scope="session")
def node() -> str:
    return program("node", "nodejs")


@pytest.fixture(scope="session")
def javascript(node: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    program = tmp_path_factory.mktemp("javascript") / "driver.js"
    program.write_bytes(Path(__file__).with_name("driver.js").read_bytes())
    driver = Driver(program, node, arguments=(str(SCRIPTS),))
    yield driver
    driver.close()
