# SPDX-License-Identifier: MIT
"""Whether an export is available in any kernel of a range."""

from __future__ import annotations

from ..core.release import Bounds
from ..model import Export
from ..model.timeline import meets


def is_available(export: Export, kernels: Bounds) -> bool:
    """Whether some kernel of the range exports it, including stable kernels with a backport."""
    return any(meets(span, kernels) for span in export.spans)
