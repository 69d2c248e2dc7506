# SPDX-License-Identifier: MIT
"""Choosing among several kernels in a dump.

A kernel is chosen automatically only if it is known to be the right one. Either it alone has ever
run, or the page tables of every CPU map it and the note in the dump belongs to no other. A capture
kernel is not chosen.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..debuginfo.problem import DebugInfoError
from .image import BANNER
from .own import OwnKernel
from .standing import Standing


class SeveralKernels(DebugInfoError):
    """The dump has several kernels, and nothing tells which one is meant."""


class NoSuchKernel(LookupError):
    """The dump has no kernel with the requested number."""


def chosen(
    name: str, kernels: Sequence[OwnKernel], number: int | None
) -> tuple[OwnKernel | None, list[str]]:
    """The chosen kernel, None if the dump has none, and remarks on the choice.

    Raises SeveralKernels, NoSuchKernel.
    """
    if number is not None:
        if not 0 < number <= len(kernels):
            raise NoSuchKernel(
                f"{name}: {_counted(kernels)} found, but number {number} was requested"
            )
        return kernels[number - 1], []
    if len(kernels) < 2:
        return (kernels[0] if kernels else None), []
    for one, why in (
        (_alone(kernels), "the only one that has run"),
        (_ran(kernels), "the CPUs ran it"),
    ):
        if one is not None:
            place = kernels.index(one) + 1
            how = (
                f"{_counted(kernels)} found; using number {place}, {why}; select another with "
                "--number"
            )
            return one, [f"{how}\n{_listed(kernels)}"]
    raise SeveralKernels(
        f"{name}: {len(kernels)} kernels found; select one with --number N\n{_listed(kernels)}"
    )


def elsewhere(standing: Standing, release: str | None) -> list[str]:
    """A finding if the CPUs ran a kernel other than the only one in the dump."""
    if not standing.elsewhere or standing.cpus or standing.counters:
        return []
    return [
        f"its CPUs ran a kernel other than {release or 'this one'}, whose symbols are not "
        "in the dump: this may be an earlier kernel, or a guest's"
    ]


def _alone(kernels: Sequence[OwnKernel]) -> OwnKernel | None:
    """The only kernel that ever ran, if it still runs and the others are known never to have
    run.
    """
    others = [one for one in kernels if not _never_ran(one)]
    if len(others) != 1:
        return None
    (one,) = others
    standing = one.standing
    known = standing.has_started and not (
        standing.made_way or standing.is_capture or standing.is_of_guest
    )
    return one if known and not (standing.elsewhere and not standing.cpus) else None


def _never_ran(kernel: OwnKernel) -> bool:
    """Whether a kernel never started, or its image is nowhere where it could run."""
    if kernel.standing.has_started is None:
        return kernel.image is None and BANNER in kernel.addresses
    return not kernel.standing.has_started and not kernel.standing.cpus


def _ran(kernels: Sequence[OwnKernel]) -> OwnKernel | None:
    """The kernel in the page tables of every CPU, if the note in the dump belongs to no other."""
    ran = [one for one in kernels if one.standing.cpus]
    if len(ran) != 1:
        return None
    (one,) = ran
    standing = one.standing
    if standing.elsewhere or standing.is_capture or standing.is_of_guest:
        return None
    is_of_other = any(other.standing.is_noted for other in kernels if other is not one)
    return None if is_of_other else one


def _counted(kernels: Sequence[OwnKernel]) -> str:
    return f"{len(kernels)} kernel" + ("" if len(kernels) == 1 else "s")


def _listed(kernels: Sequence[OwnKernel]) -> str:
    """A line for each kernel: its number, its address, its release, what is known of it."""
    lines = []
    for number, one in enumerate(kernels, 1):
        said = one.standing.words
        if one.image is None and BANNER in one.addresses:
            said = "a copy or part of an image, not a running kernel"
        release = one.release or "unknown release"
        lines.append(
            f"  {number}  symbols at {one.symbols.physical:#x}, {release}{said and f': {said}'}"
        )
    return "\n".join(lines)
