# SPDX-License-Identifier: MIT
"""Which kernel is taken, by what is known of each, and what is said of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest

from vmcoreinfo_codegen.synth.choice import NoSuchKernel, SeveralKernels, chosen, elsewhere
from vmcoreinfo_codegen.synth.image import BANNER, Image
from vmcoreinfo_codegen.synth.own import OwnKernel
from vmcoreinfo_codegen.synth.standing import Standing

RUNS = Standing(has_started=True)
NEVER = Standing(has_started=False)
BY_CPU = Standing(has_started=True, cpus=(0, 1))
OTHERS = (0, 1)


@dataclass(frozen=True)
class Table:
    physical: int
    addresses: dict[str, int]


def kernel(standing: Standing, has_image: bool = True, all_symbols: bool = True) -> OwnKernel:
    image = cast("Image", object()) if has_image else None
    table = Table(0x1000, {BANNER: 0} if all_symbols else {})
    return OwnKernel(
        symbols=cast("Any", table),
        types=None,
        config=None,
        release="6.12.1",
        arch=None,
        image=image,
        standing=standing,
    )


def taken(*standings: Standing | OwnKernel) -> int | None:
    """The number of the one that is taken; None where it is asked for."""
    kernels = [kernel(one) if isinstance(one, Standing) else one for one in standings]
    try:
        one, remarks = chosen("dump", kernels, None)
    except SeveralKernels as error:
        assert str(error).startswith(
            f"dump: {len(kernels)} kernels found; select one with --number N\n  1  symbols"
        )
        return None
    assert one is not None
    number = next(place for place, other in enumerate(kernels, 1) if other is one)
    assert len(remarks) == (len(kernels) > 1)
    assert all(f"using number {number}" in remark for remark in remarks)
    return number


def test_one_alone_is_taken() -> None:
    assert chosen("dump", [], None) == (None, [])
    assert taken(RUNS) == taken(NEVER) == taken(Standing()) == 1


def test_the_only_one_that_has_run_is_taken() -> None:
    copy = kernel(Standing(), has_image=False)
    assert taken(NEVER, RUNS, copy) == 2
    assert taken(RUNS, RUNS) is None
    # It may be left of before, what reads a crash has another beside it, and a guest has a host.
    for left in (
        Standing(has_started=True, made_way=True),
        Standing(has_started=True, is_capture=True),
        Standing(has_started=True, thinks=0x1000),
        Standing(has_started=True, elsewhere=OTHERS),
    ):
        assert taken(NEVER, left) is None
    assert taken(NEVER, Standing(has_started=True, crashed=True)) == 2
    # Of functions alone nothing is known.
    assert taken(RUNS, kernel(Standing(), has_image=False, all_symbols=False)) is None


def test_the_one_that_all_cpus_ran_is_taken() -> None:
    before = Standing(has_started=True, made_way=True, elsewhere=OTHERS)
    guest = Standing(has_started=True, thinks=0x1000, elsewhere=OTHERS)
    assert taken(before, BY_CPU) == 2
    assert taken(BY_CPU, guest, Standing(has_started=True, elsewhere=OTHERS)) == 1
    # A kernel that boots is none that never ran.
    assert taken(before, Standing(has_started=False, cpus=(0,))) == 2


def test_none_is_taken_where_another_may_be_meant() -> None:
    crashed = Standing(has_started=True, crashed=True, elsewhere=OTHERS)
    assert taken(crashed, Standing(has_started=True, is_capture=True, cpus=(0, 1))) is None
    apart = [Standing(has_started=True, cpus=(one,), elsewhere=(1 - one,)) for one in (0, 1)]
    assert taken(*apart) is None
    noted = Standing(has_started=True, is_noted=True, elsewhere=OTHERS)
    assert taken(noted, BY_CPU) is None
    # A program counter alone may lie in a module of another.
    assert taken(RUNS, Standing(has_started=True, counters=(0,))) is None


def test_a_number_takes_any() -> None:
    kernels = [kernel(NEVER), kernel(RUNS)]
    assert chosen("dump", kernels, 1) == (kernels[0], [])
    for number in (0, 3, -1):
        with pytest.raises(NoSuchKernel, match="2 kernels found"):
            chosen("dump", kernels, number)


def test_what_is_said_of_each() -> None:
    kernels = [
        kernel(Standing(has_started=True, made_way=True)),
        kernel(Standing(), has_image=False),
        kernel(Standing(has_started=True, cpus=tuple(range(8)), crashed=True, is_noted=True)),
        kernel(Standing(has_started=False, cpus=(3,))),
        kernel(Standing(has_started=True, is_capture=True, counters=(1,))),
        kernel(Standing(has_started=True, thinks=0x4C00000)),
        kernel(Standing()),
    ]
    with pytest.raises(SeveralKernels) as raised:
        chosen("dump", kernels, None)
    front = "symbols at 0x1000, 6.12.1"
    assert str(raised.value).splitlines()[1:] == [
        f"  1  {front}: replaced by another with kexec",
        f"  2  {front}: a copy or part of an image, not a running kernel",
        f"  3  {front}: crashed, CPUs 0, 1, 2, 3, … ran it, the note in the dump belongs to it",
        f"  4  {front}: booting, CPU 3 ran it",
        f"  5  {front}: the capture kernel of another, CPU 1 at an address of its text",
        f"  6  {front}: assumes it is at 0x4c00000: a virtual machine's, or a copy",
        f"  7  {front}",
    ]


def test_cpus_that_ran_another_than_the_only_one_are_a_finding() -> None:
    (finding,) = elsewhere(Standing(has_started=True, elsewhere=OTHERS), "6.12.1")
    assert finding.startswith(
        "its CPUs ran a kernel other than 6.12.1, whose symbols are not in the dump"
    )
    for standing in (
        RUNS,
        BY_CPU,
        Standing(cpus=(0,), elsewhere=(1,)),
        Standing(counters=(0,), elsewhere=(1,)),
    ):
        assert elsewhere(standing, "6.12.1") == []
