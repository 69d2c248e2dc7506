# SPDX-License-Identifier: MIT
"""The name, as in `uname -r`, of the kernel in a vendor's tree, from its tag and its files.

A tag or a file gives several candidates; the lines of a schema tell which one is a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

MAKEFILE = "Makefile"
RHELVER = "Makefile.rhelver"
CHANGELOGS = ("debian.master/changelog", "debian/changelog")
CONSTANTS = ("build.config.constants", "build.config.common")
NAMING = frozenset((RHELVER, *CHANGELOGS, *CONSTANTS))
"""Files at the top of a tree that tell its name, besides its Makefile."""

_VARIABLE = re.compile(r"^(\w++)[ \t]*+[:?]?=[ \t]*+(\S*+)", re.MULTILINE)
_NUMBER = re.compile(r"[0-9]{1,9}")
_BUILD = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,8}")
# `linux-aws (5.15.0-1004.6) jammy; urgency=medium`
_CHANGELOG = re.compile(r"linux(?:-([a-z0-9.-]+))? \(([0-9.]+-[0-9]+)\.[0-9]+[^)\s]*\) ")
# `Ubuntu-aws-5.15.0-1004.6`, `Ubuntu-hwe-5.15-5.15.0-33.34_20.04.1`
_UBUNTU = re.compile(r"Ubuntu(?:-([a-z][a-z0-9.-]*?))?-([0-9]+\.[0-9]+\.[0-9]+-[0-9]+)\.[0-9]+")
# `linux-msft-wsl-5.15.90.1`
_WSL = re.compile(r"linux-msft-wsl-([0-9.]+)")
# Fedora's own tree (ARK) has a RHEL minor number above all others.
_OF_ARK = "99"
_ANDROID = re.compile(r"android[0-9]+")
_START = re.compile(r"(?<![0-9.])[0-9]")
_MOST_TAG = 300
# `el9_5`: the vendor's release, for a line built from Red Hat's sources.
_MINOR = re.compile(r"\.el([0-9]+)_([0-9]+)(?![0-9])")


def _variables(makefile: bytes) -> dict[str, str]:
    """The variables of a Makefile or a shell file; the first assignment counts."""
    found: dict[str, str] = {}
    for match in _VARIABLE.finditer(makefile.decode("utf-8", "replace")):
        found.setdefault(match[1], match[2])
    return found


def names_of_files(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The possible names of the kernel, from the tree's files, including its Makefile."""
    return tuple(dict.fromkeys(_of_files(files)))


def _of_files(files: Mapping[str, bytes]) -> Iterator[str]:
    said = _variables(files.get(MAKEFILE, b""))
    numbers = [said.get(name, "") for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL")]
    if not all(map(_NUMBER.fullmatch, numbers)):
        return
    version = ".".join(numbers)
    # Red Hat's variables; in RHEL 6 and 7 they are in the Makefile itself.
    own = said | _variables(files.get(RHELVER, b""))
    major, minor, build = (own.get(f"RHEL_{name}", "") for name in ("MAJOR", "MINOR", "RELEASE"))
    if _NUMBER.fullmatch(major) and minor != _OF_ARK and (match := _BUILD.match(build)):
        yield f"{version}-{match[0]}.el{major}" + (f"_{minor}" if _NUMBER.fullmatch(minor) else "")
    for name in CHANGELOGS:
        text = files.get(name, b"").decode("utf-8", "replace")
        if match := _CHANGELOG.match(text.lstrip()):
            yield from _ubuntu(match[1], match[2])
    for name in CONSTANTS:
        branch = _variables(files.get(name, b"")).get("BRANCH", "")
        if match := _ANDROID.match(branch):
            yield f"{version}-{match[0]}"


def names_of_tag(tag: str) -> tuple[str, ...]:
    """The names that a tag may mean: its rest from each number on, and the forms of vendors."""
    tag = tag[:_MOST_TAG]
    found = [tag[match.start() :] for match in _START.finditer(tag)]
    for match in _UBUNTU.finditer(tag):
        found += _ubuntu(match[1], match[2])
    found += [f"{match[1]}-microsoft-standard-WSL2" for match in _WSL.finditer(tag)]
    return tuple(dict.fromkeys(found))


def _ubuntu(flavour: str | None, version: str) -> Iterator[str]:
    """Names of an Ubuntu kernel: with its flavour (`linux-aws`), or generic, as of HWE kernels."""
    for name in [flavour, "generic"] if flavour else ["generic"]:
        yield f"{version}-{name}"


def vendor_release(name: str) -> str:
    """The vendor's release in a name, such as 9.5; empty if there is none."""
    match = _MINOR.search(name)
    return f"{match[1]}.{match[2]}" if match else ""
