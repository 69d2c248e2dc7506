# SPDX-License-Identifier: MIT
"""Runs of real tools on real dumps, recorded in `schema/observed`, and the schema's predictions
for them.

        python -m tests.observed record TOOLS DUMPS [--jobs N] [--tool NAME]...
        python -m tests.observed report

TOOLS has a folder or a file for each build, `makedumpfile-1.7.9/makedumpfile`; DUMPS a folder for
each dump, as made by tests/guest-dumps: `vmcore.elf`, `vmcore.kdump`, and `facts.json` with facts
from the guest.
"""

from __future__ import annotations

import hashlib

from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model.store.observed import Observation

KEPT_ASIDE = 5
"""One in this many pairs of release and kernel is held out: the data are not corrected by it."""


def is_aside(one: Observation, branch: Release) -> bool:
    """Whether a run is of a pair that was chosen to be held out before anything was run."""
    text = f"{one.tool} {one.release} {branch}"
    return hashlib.sha256(text.encode()).digest()[0] % KEPT_ASIDE == 0
