# SPDX-License-Identifier: MIT
"""Exported symbols out of memory: every layout since 4.19, and tables that are none."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping

import pytest

from tests.debuginfo.kallsyms_tables import PHYSICAL, Layout
from tests.debuginfo.ksymtab_tables import DATA, KSYMTAB, STRINGS, Exports, functions, image
from tests.debuginfo.memory import find_kallsyms, memory
from tests.dump.test_work import within
from vmcoreinfo_codegen.debuginfo.ksymtab import Ksymtab, find_ksymtab
from vmcoreinfo_codegen.debuginfo.problem import DebugInfoError

VARIABLES: Mapping[str, int] = {"init_uts_ns": DATA + 0x40, "node_states": DATA + 0x100}
MOVE = 0x7600000
BIG = Layout(order=">")
LAYOUTS = {
    "5.4 x86, arm64": Exports(),
    "4.19 x86, arm64": Exports(namespaces=False),
    "5.4 i386": Exports(kallsyms=Layout(bits=32)),
    "5.4 riscv, ppc64le": Exports(relative=False),
    "5.3 riscv, ppc64le": Exports(relative=False, namespaces=False),
    "5.4 s390x": Exports(relative=False, order=">", kallsyms=BIG),
    "5.4 arm": Exports(relative=False, kallsyms=Layout(bits=32)),
    "7.0 x86, arm64": Exports(kallsyms=Layout("place", alignment=4)),
    "7.0 riscv, ppc64le": Exports(relative=False, kallsyms=Layout("place", alignment=4)),
}


def found_in(data: bytes | bytearray, start: int | None = 0) -> Ksymtab | None:
    held = memory(bytes(data), start)
    (kallsyms,) = find_kallsyms(held)
    return find_ksymtab(held, kallsyms)


def with_lists(data: bytearray, layout: Layout, move: int, count: int = 40) -> bytearray:
    """Empty lists among the variables."""
    for number in range(count):
        place = DATA + 0x48 + 16 * number
        head = 2 * struct.pack(layout.word, layout.linked + move + place)
        data[PHYSICAL + place : PHYSICAL + place + len(head)] = head
    return data


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(name: str) -> None:
    exports = LAYOUTS[name]
    layout = exports.kallsyms
    more = {**VARIABLES, "last_variable": DATA + 0x1000}
    found = found_in(with_lists(image(exports, more, MOVE), layout, MOVE))
    assert found is not None
    mask = (1 << layout.bits) - 1
    start = layout.linked + MOVE
    assert found.physical == PHYSICAL + KSYMTAB
    assert found.move == start - PHYSICAL & mask
    assert found.layout.endswith(", with namespaces") == exports.namespaces
    assert {n: found.addresses[n] - start for n in more} == more
    run = {n: at + MOVE for at, kind, n in functions(layout) if kind in "TW" and n[0] != "_"}
    assert {n: found.addresses[n] for n in run} == run
    assert (found.shared, len(found.addresses)) == (len(run), len(run) + len(more))


def test_memory_that_begins_nobody_knows_where() -> None:
    found = found_in(image(Exports(), VARIABLES), None)
    assert found is not None and found.physical == PHYSICAL + KSYMTAB


@pytest.mark.parametrize("relative", [True, False])
def test_one_function_elsewhere(relative: bool) -> None:
    """All that both tables have must agree."""
    exports = Exports(relative=relative)
    data = image(exports, VARIABLES)
    assert found_in(data) is not None
    place = PHYSICAL + KSYMTAB + (12 if relative else 24) * 20
    data[place] ^= 0x10
    assert found_in(data) is None


@pytest.mark.parametrize("relative", [True, False])
def test_functions_exported_twice(relative: bool) -> None:
    """arm64 5.10 has a second memcpy for KVM, which kallsyms leaves out; its own is what counts."""
    again = {"function_1": 0x9800, "function_5": 0x9900, "zlib_inflate": 0x9A00}
    once, twice = Exports(relative), Exports(relative, again=again)
    found, right = found_in(image(twice, VARIABLES)), found_in(image(once, VARIABLES))
    assert found is not None and right is not None and found == right
    data = image(Exports(relative, again={"function_1": 0x9800}), VARIABLES)
    start = PHYSICAL + KSYMTAB
    # kallsyms has neither of two: the table is of another kernel.
    names = sorted([*right.addresses, "function_1"])
    own = start + (12 if relative else 24) * (names.index("function_1") + 1)
    data[own] ^= 0x10
    assert found_in(data) is None


def test_a_variable_exported_twice() -> None:
    """Nothing tells which is meant, unless both are the same."""
    variables = {**VARIABLES, "other": DATA + 0x200}
    again = {"node_states": DATA + 0x180, "other": DATA + 0x200}
    found, right = (
        found_in(image(Exports(again=again), variables)),
        found_in(image(Exports(), variables)),
    )
    assert found is not None and right is not None
    assert {*right.addresses.items()} - {*found.addresses.items()} == {
        ("node_states", right.addresses["node_states"])
    }
    assert found.addresses.keys() <= right.addresses.keys()


def test_what_ran_nowhere_that_anything_tells() -> None:
    """kallsyms of 7.0 has physical addresses, and without lists nothing has others."""
    exports = Exports(kallsyms=Layout("place", alignment=4))
    assert found_in(image(exports, VARIABLES)) is None


def test_too_few_functions_in_common() -> None:
    data = image(Exports(), VARIABLES)
    # An entry whose name is nowhere ends a table; kthread_stop is behind the last of these.
    for entry in range(0, 200, 30):
        place = PHYSICAL + KSYMTAB + 12 * entry + 4
        data[place : place + 4] = bytes(4)
    assert found_in(data) is None


def test_no_table() -> None:
    data = image(Exports(), VARIABLES)
    start = PHYSICAL + KSYMTAB
    data[start : PHYSICAL + STRINGS] = bytes(STRINGS - KSYMTAB)
    assert found_in(data) is None


def test_pages_that_the_dump_does_not_have() -> None:
    """Names of the last entries are gone: the table ends before, and what is there counts."""
    data = image(Exports(), VARIABLES)
    found = found_in(data)
    assert found is not None
    cut = PHYSICAL + STRINGS + 0xF00
    data[cut : PHYSICAL + DATA] = bytes(PHYSICAL + DATA - cut)
    left = found_in(data)
    assert left is None or left.addresses.items() <= found.addresses.items()


def test_thousands_of_names() -> None:
    """Of text that is full of the name that is looked for not all is looked at."""
    data = image(Exports(), VARIABLES)
    data[PHYSICAL + KSYMTAB : PHYSICAL + STRINGS] = bytes(STRINGS - KSYMTAB)
    name = b"\0kthread_stop"
    for number in range(1000):
        place = PHYSICAL + DATA + number * len(name)
        data[place : place + len(name)] = name
    with within(6):
        assert found_in(data) is None


def test_thousands_of_entries() -> None:
    """Numbers that all lead to that name."""
    data = image(Exports(), VARIABLES)
    data[PHYSICAL + KSYMTAB : PHYSICAL + DATA] = bytes(DATA - KSYMTAB)
    start, size = len(data), 3 << 20
    target = start + size + 1
    numbers = b"".join(struct.pack("<i", target - place) for place in range(start, start + size, 4))
    with pytest.raises(DebugInfoError, match="entries like exported symbols"):
        found_in(data + numbers + b"\0kthread_stop\0")


def test_any_byte_changed() -> None:
    """What is found says the same, or nothing is."""
    data = image(Exports(), VARIABLES)
    right = found_in(data)
    assert right is not None
    start = PHYSICAL + KSYMTAB
    for place, bit in itertools.product(range(start, start + 24 * 12, 37), (0, 6)):
        data[place] ^= 1 << bit
        found = found_in(data)
        if found is not None:
            shared = found.addresses.keys() & right.addresses.keys()
            wrong = [n for n in shared if found.addresses[n] != right.addresses[n]]
            # Of a variable nothing but its entry tells; functions are held to kallsyms.
            assert set(wrong) <= VARIABLES.keys() and found.move == right.move
        data[place] ^= 1 << bit


def test_memory_that_is_displaced() -> None:
    """As in an ELF dump of QEMU whose CPUs have vectors of several lengths: its notes are shorter than it says."""
    data = bytes(image(Exports(), VARIABLES))
    assert found_in(data) is not None
    assert found_in(data[0x660:]) is None
