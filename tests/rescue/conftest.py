# SPDX-License-Identifier: MIT
"""Programs that are built once per session."""

from __future__ import annotations

import pytest

from tests.rescue.building import MACHINES, Built, Rescue, built, generated


@pytest.fixture(scope="session")
def rescue(tmp_path_factory: pytest.TempPathFactory) -> Built:
    made: dict[tuple[str, str], Rescue] = {}

    def of(arch: str, release: str) -> Rescue:
        if (arch, release) not in made:
            sources = generated(tmp_path_factory.mktemp(arch), release, "2.6.24..")
            made[arch, release] = built(sources, *MACHINES[arch][2:])
        return made[arch, release]

    return of
