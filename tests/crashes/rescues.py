# SPDX-License-Identifier: MIT
"""The rescues of a crash: made by `vmcoreinfo generate rescue`, and compiled for its machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.crashes.kinds import Crash
from tests.guest_boots import Missing
from tests.guest_kinds import KINDS

RESCUE = "vmcoreinfo-rescue"
OTHER = f"{RESCUE}-other"
"A rescue for other kernels."
COMPILERS = {"x86_64": "cc", "arm64": "aarch64-linux-gnu-gcc"}


def build(folder: Path, crash: Crash) -> None:
    """Build the rescues for all releases of a crash in a folder. Raises Missing."""
    for release in crash.tools:
        for kernels, other in ((crash.kernels, False), (crash.others, True)):
            path = folder / _name(crash, release, other)
            path.parent.mkdir(parents=True, exist_ok=True)
            _build(path, release, kernels, COMPILERS[KINDS[crash.guest].machine])


def _build(path: Path, release: str, kernels: str, compiler: str) -> None:
    if not shutil.which(compiler):
        raise Missing(f"needs {compiler}, which is not here")
    source = path.with_name(f"{path.name}.source")
    shutil.rmtree(source, ignore_errors=True)
    command = [
        sys.executable,
        "-m",
        "vmcoreinfo_codegen",
        "generate",
        "rescue",
        "--out",
        str(source),
    ]
    command += ["--for", f"makedumpfile@{release}", "--kernel", kernels]
    for words in (command, ["make", "-C", str(source), f"CC={compiler}"]):
        ran = subprocess.run(words, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise RuntimeError(f"no rescue for {release} on {kernels}: {ran.stderr.strip()}")
    shutil.copy(source / RESCUE, path)


def rescues_of(crash: Crash, release: str, folder: Path | None) -> dict[str, Path]:
    """The rescues in a folder for a release of makedumpfile, by their names in the guest."""
    if folder is None:
        return {}
    found = {
        RESCUE: folder / _name(crash, release, False),
        OTHER: folder / _name(crash, release, True),
    }
    return {name: path for name, path in found.items() if path.is_file()}


def _name(crash: Crash, release: str, other: bool) -> str:
    """The file name: rescue-1.7.8; for an architecture other than x86_64, rescue-1.7.8-arm64."""
    machine = KINDS[crash.guest].machine
    return (
        f"rescue-{release}{'' if machine == 'x86_64' else f'-{machine}'}{'~other' if other else ''}"
    )
