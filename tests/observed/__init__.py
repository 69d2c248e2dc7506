# SPDX-License-Identifier: MIT
"""Real tools on real dumps, recorded in `schema/observed`, and what the schema says of the same runs.

        python -m tests.observed record TOOLS DUMPS [--jobs N] [--tool NAME]...
        python -m tests.observed report

TOOLS has a folder or a file for each build, `makedumpfile-1.7.9/makedumpfile`; DUMPS a folder for each
dump, as tests/guest-dumps makes them: `vmcore.elf`, `vmcore.kdump`, and `facts.json` with what the guest knew
of itself.
"""

from __future__ import annotations

import hashlib

from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model.store.observed import Observation

KEPT_ASIDE = 5
"""One of so many pairs of release and kernel is kept aside: the data are not corrected by it."""


def is_aside(one: Observation, branch: Release) -> bool:
    """Whether a run is of a pair that was chosen, before anything was run, to be kept aside."""
    text = f"{one.tool} {one.release} {branch}"
    return hashlib.sha256(text.encode()).digest()[0] % KEPT_ASIDE == 0
