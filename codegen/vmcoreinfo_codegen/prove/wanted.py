# SPDX-License-Identifier: MIT
"""What the user wants to prove: the tool's files, and the commands to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.tool import ToolRelease
from .outcome import ProveError
from .running import Patience


@dataclass(frozen=True)
class Wanted:
    """`release`, `build`, `reference` and `commands` are None or empty if the user gave none."""

    consumer: str
    release: ToolRelease | None
    version_option: str
    binary: Path
    build: str | None
    reference: Path | None
    commands: tuple[str, ...]
    levels: tuple[int, ...]
    patience: Patience
    vmlinux: Path | None = None

    def named(self, own: ToolRelease | None) -> ToolRelease:
        """The release, from the tool and the user. Raises ProveError if those differ."""
        if self.release is None:
            if own is None:
                raise ProveError(
                    f"{self.binary}: it does not print its release; give it, e.g. --consumer "
                    f"{self.consumer}@1.0"
                )
            return own
        if own is not None and own != self.release and not self.release.is_next:
            raise ProveError(f"{self.binary}: it is {own}, not {self.release}")
        return self.release

    def chosen(self, commands: Sequence[str], usual: Sequence[str] | None = None) -> Sequence[str]:
        """The commands to run: those that the user named, else the `usual` ones, or all.

        Raises ProveError if the tool does not have one of them.
        """
        for name in self.commands:
            if name not in commands:
                raise ProveError(
                    f"{self.consumer} of {self.binary} has no command {name} that can be run; it "
                    f"has {', '.join(commands)}"
                )
        return self.commands or usual or commands
