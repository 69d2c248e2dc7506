# SPDX-License-Identifier: MIT
"""Root folders for the guests of a crash: Debian's tools, each with its own libraries, for
chroot.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.guest_boots import Missing


def install(program: Path, target: Path, root: Path, libraries: list[Path], *opened: str) -> None:
    """Install a program into a root, with its loader and libraries from the first folder that
    has them.

    `opened` are libraries that it loads at run time.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(program, target)
    target.chmod(0o755)
    loader, _ = _needs(program)
    found = {name: _in_first(name, libraries) for name in opened}
    _add_needed(program, libraries, found)
    for name, path in found.items():
        place = root / "lib" / name
        place.parent.mkdir(exist_ok=True)
        shutil.copy(path, place)
    if loader:
        place = root / loader.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_in_first(Path(loader).name, libraries), place)
        place.chmod(0o755)


def _add_needed(file: Path, libraries: list[Path], found: dict[str, Path]) -> None:
    for name in _needs(file)[1]:
        if name not in found:
            found[name] = _in_first(name, libraries)
            _add_needed(found[name], libraries, found)


def _needs(file: Path) -> tuple[str, list[str]]:
    """The loader and the libraries that a program names."""
    ran = subprocess.run(
        ["readelf", "-ldW", file], capture_output=True, text=True, env={"LC_ALL": "C"}, check=True
    )
    loader = re.search(r"program interpreter: (\S+)\]", ran.stdout)
    needed = re.findall(r"\(NEEDED\).*\[(\S+)\]", ran.stdout)
    return loader[1] if loader else "", needed


def _in_first(name: str, folders: list[Path]) -> Path:
    for folder in folders:
        for path in _named(name, folder):
            return path
    raise Missing(f"no {name} in {', '.join(map(str, folders))}")


def _named(name: str, folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob(name)):
        # Absolute links lead out of the folder.
        if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
            continue
        if path.is_file():
            yield path
