# SPDX-License-Identifier: MIT
"""drgn: a Python with it, or a folder with its package."""

from __future__ import annotations

from pathlib import Path

from . import running
from .build import build_of, release_of
from .outcome import Run
from .reading import KALLSYMS, OPEN, Probe, ReadingTool, this_python
from .running import Limits, Patience
from .wanted import Wanted

COMMANDS = (OPEN, KALLSYMS)

_VERSION = "import drgn; print(drgn.__version__)"
_HAS_KALLSYMS = "import drgn.helpers.linux.kallsyms"
_ASKING = Limits(Patience(60), 1 << 20)


def tool(wanted: Wanted, folder: Path) -> ReadingTool:
    """The tool that the user named. Raises ProveError."""
    probe = _probe(wanted.binary)
    own = release_of([probe.python, "-c", _VERSION], folder, probe.environment)
    has_kallsyms = not running.run(
        [probe.python, "-c", _HAS_KALLSYMS], folder, _ASKING, probe.environment
    ).ending
    names = [name for name in COMMANDS if name == OPEN or has_kallsyms]
    return ReadingTool(
        "drgn",
        wanted.named(own),
        wanted.build or build_of(_module(wanted.binary)),
        tuple(Run(name) for name in wanted.chosen(names)),
        probe,
        _probe(wanted.reference) if wanted.reference else None,
        wanted.patience,
    )


def _probe(path: Path) -> Probe:
    if path.is_dir():
        return Probe("by_drgn.py", this_python(), {"PYTHONPATH": str(path)}, {})
    return Probe("by_drgn.py", path, {}, {})


def _module(path: Path) -> Path:
    """A file of drgn's package."""
    return path / "drgn" / "__init__.py" if path.is_dir() else path
