# SPDX-License-Identifier: MIT
"""The kernel that a tree is: a kernel of a vendor's line if its tag or files have such a name."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.release import Release
from ..kernel.naming import names_of_tag, vendor_release
from ..model import Schema
from ..model.kernel import Kernel, kernel_named, mainline
from ..record import replace


def kernel_of_tag(schema: Schema, tag: str) -> Kernel | None:
    """The vendor's kernel that a tag names."""
    return _first(schema, names_of_tag(tag))


def tagged_kernel(schema: Schema, tag: str) -> Kernel | None:
    """The mainline release that a tag names (`v6.9`), or the vendor's kernel."""
    try:
        return mainline(schema, Release.parse(tag.removeprefix("v")))
    except ValueError:
        return kernel_of_tag(schema, tag)


def kernel_of_tree(
    schema: Schema, names: Iterable[str], release: Release | None, tag: str | None
) -> Kernel | None:
    """The vendor's kernel that a tree is, according to its tag, or else to names in its files.

    `release` is from the Makefile, which has the stable update for a line that follows them.
    """
    found = (kernel_of_tag(schema, tag) if tag else None) or _first(schema, names)
    if found is None or found.line is None or found.line.line.base is not None:
        return found
    if release is not None and release.mainline == found.release.mainline:
        return replace(found, release=release)
    return found


def release_of_vendor(kernel: Kernel, tag: str | None, names: Iterable[str]) -> str:
    """The vendor's own release, such as 9.5, from names of the tree that are of its line; "" if
    there is none."""
    line = kernel.line.line if kernel.line is not None else None
    for name in [kernel.name, *(names_of_tag(tag) if tag else ()), *names]:
        if line is not None and line.read(name) is not None and (release := vendor_release(name)):
            return release
    return ""


def _first(schema: Schema, names: Iterable[str]) -> Kernel | None:
    for name in names:
        try:
            kernel = kernel_named(schema, name)
        except ValueError:
            continue
        if kernel.line is not None and schema.is_declared(kernel.release):
            return kernel
    return None
