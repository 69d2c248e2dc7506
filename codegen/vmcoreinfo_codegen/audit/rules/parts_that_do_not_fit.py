# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from ...core.expression import value_of
from ...core.key import Kind, argument_of
from ...model.vocabulary import Bound
from ..boot import Boot
from ..layout import Compiler, Known, Member, compiler_of, member_of
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    compiler = compiler_of(subject.archs)
    if compiler is not None:
        yield from _structures(subject, compiler)
        yield from _sums(subject, compiler)
        yield from _padding(subject)
        yield from _nodes(subject, compiler)
        yield from _overlaps(subject, compiler)
    yield from _zones(subject)
    yield from _orders(subject)
    yield from _sections(subject)


def _found(subject: Subject, key: str, message: str) -> Found:
    line = subject.info.line(key)
    return Found(key, message, line.line if line is not None else None)


def _structures(subject: Subject, compiler: Compiler) -> Iterator[Found]:
    """The first members of structures, and sizes of structures."""
    layouts = subject.schema.layouts
    for line, entry in subject.entries():
        value = line.value
        if not isinstance(value, int):
            continue
        name = argument_of(line.key)
        if entry.kind is Kind.OFFSET and name in layouts.first and value:
            message = f"{value}, but it is the first member, at 0"
            yield Found(line.key, message, line.line)
        elif entry.kind is Kind.SIZE and name in layouts.structs:
            struct = layouts.structs[name]
            size = compiler.size(struct)
            if struct.bound is Bound.EXACT and value != size:
                message = f"{value}, but its members have {size} bytes"
                yield Found(line.key, message, line.line)
            elif struct.bound is Bound.MOST and value > size:
                message = f"{value}, but it can have at most {size} bytes"
                yield Found(line.key, message, line.line)


def _sums(subject: Subject, compiler: Compiler) -> Iterator[Found]:
    """Values that follow from others: those that have `equals` in the schema."""
    known = Known(subject, compiler)
    for key, expression in subject.schema.layouts.equals.items():
        found = subject.number(key)
        value = value_of(expression, known) if found is not None else None
        if value is not None and found != value:
            yield _found(subject, key, f"{found}, but its members add up to {value}")


def _padding(subject: Subject) -> Iterator[Found]:
    """Behind the last member of a record's header there is only padding."""
    number = subject.number
    end = [number("OFFSET(printk_info.dev_info)"), number("SIZE(dev_printk_info)")]
    size = number("SIZE(printk_info)")
    if size is not None and end[0] is not None and end[1] is not None:
        behind = size - end[0] - end[1]
        if not 0 <= behind < 8:
            message = f"{size}, but its last member ends at {end[0] + end[1]}"
            yield _found(subject, "SIZE(printk_info)", message)


def _nodes(subject: Subject, compiler: Compiler) -> Iterator[Found]:
    """A map of nodes has a bit for each of them."""
    nodes, mask = subject.number("LENGTH(node_data)"), subject.number("SIZE(nodemask_t)")
    if nodes is not None and mask is not None and mask != max(compiler.word, nodes // 8):
        message = f"{nodes} nodes, but SIZE(nodemask_t) has {mask * 8} bits"
        yield _found(subject, "LENGTH(node_data)", message)


def _overlaps(subject: Subject, compiler: Compiler) -> Iterator[Found]:
    """Members of a structure don't share bytes, except in unions."""
    members: dict[str, list[Member]] = defaultdict(list)
    for line, entry in subject.entries():
        if entry.kind is Kind.OFFSET and isinstance(line.value, int):
            member = member_of(subject.schema, line.key, line.value, compiler)
            if member is not None and not _is_union(subject, member.owner):
                members[member.owner].append(member)
    for found in members.values():
        # Rule VMCA004 reports duplicate lines.
        apart = {member.name: member for member in found}
        ordered = sorted(apart.values(), key=lambda member: member.offset)
        for one, other in pairwise(ordered):
            end = one.offset + one.layout.size
            if other.offset < end:
                key = f"OFFSET({other.owner}.{other.name})"
                message = f"{other.offset} is inside {one.owner}.{one.name}, which ends at {end}"
                yield _found(subject, key, message)


def _is_union(subject: Subject, name: str) -> bool:
    struct = subject.schema.layouts.structs.get(name)
    return struct is not None and struct.union


def _zones(subject: Subject) -> Iterator[Found]:
    """Arrays fit in the structure that contains them."""
    for outer, member, count, inner in (
        ("SIZE(zone)", "OFFSET(zone.free_area)", "LENGTH(zone.free_area)", "SIZE(free_area)"),
        ("SIZE(pglist_data)", "OFFSET(pglist_data.node_zones)", "", "SIZE(zone)"),
    ):
        size, offset, each = map(subject.number, (outer, member, inner))
        number = subject.number(count) if count else 1
        if size is None or offset is None or each is None or number is None:
            continue
        end = offset + number * each
        if end > size:
            what = f"{number} times {inner}" if count else f"one {inner}"
            message = f"{what} end at {end}, but {outer} is {size}"
            yield _found(subject, count or member, message)


def _orders(subject: Subject) -> Iterator[Found]:
    """The largest block of free pages fits in a section of sparse memory, and in the address
    space."""
    key, limit = "LENGTH(zone.free_area)", "NUMBER(SECTION_SIZE_BITS)"
    length, page = subject.number(key), _bits(subject.number("PAGESIZE"))
    if length is None or page is None:
        return
    bits = length - 1 + page
    most = subject.number(limit)
    words = max((arch.bits for arch in subject.archs), default=64)
    if most is not None and bits > most:
        yield _found(
            subject, key, f"blocks of free pages have up to {bits} bits, but {limit} is {most}"
        )
    elif bits >= words:
        yield _found(
            subject, key, f"blocks of free pages of {bits} bits, but addresses have {words}"
        )


def _sections(subject: Subject) -> Iterator[Found]:
    """Sections are larger than a page, and smaller than the largest memory."""
    section, memory = "NUMBER(SECTION_SIZE_BITS)", "NUMBER(MAX_PHYSMEM_BITS)"
    bits, most = subject.number(section), subject.number(memory)
    page = _bits(subject.number("PAGESIZE"))
    if bits is not None and page is not None and bits <= page:
        yield _found(subject, section, f"{bits}, but a page has {page} bits")
    if bits is not None and most is not None and bits >= most:
        yield _found(subject, section, f"{bits}, but {memory} is {most}")
    roots, size = map(subject.number, ("LENGTH(mem_section)", "SIZE(mem_section)"))
    if roots is None or size is None or bits is None or most is None or page is None:
        return
    # Implausible widths and sizes have findings of their own.
    if not 0 < bits < most <= _MOST_BITS or not 0 < size <= 1 << page:
        return
    # With CONFIG_SPARSEMEM_EXTREME each root has a page of sections.
    sections = 1 << most - bits
    possible = {sections, -(-sections // ((1 << page) // size))}
    if roots not in possible:
        message = f"{roots}, but {most - bits} bits of sections make it {_either(possible)}"
        yield _found(subject, "LENGTH(mem_section)", message)


_MOST_BITS = 64


def _either(numbers: set[int]) -> str:
    return " or ".join(map(str, sorted(numbers)))


def _areas(subject: Subject, boot: Boot) -> Iterator[Found]:
    """An area of memory starts before its end; the KASLR offset is smaller than the image's
    room."""
    offset, image = (
        boot.value(subject, "KERNELOFFSET"),
        boot.value(subject, "NUMBER(KERNEL_IMAGE_SIZE)"),
    )
    if offset is not None and image is not None and not 0 <= offset < image:
        message = f"{offset:x}, but NUMBER(KERNEL_IMAGE_SIZE) is {image:x}"
        yield _found(subject, "KERNELOFFSET", message)
    for first, last in (
        ("NUMBER(VMALLOC_START)", "NUMBER(VMALLOC_END)"),
        ("NUMBER(MODULES_VADDR)", "NUMBER(MODULES_END)"),
        ("NUMBER(VMEMMAP_START)", "NUMBER(VMEMMAP_END)"),
    ):
        start, end = boot.value(subject, first), boot.value(subject, last)
        if start is not None and end is not None and start & _MASK > end & _MASK:
            message = f"{end & _MASK:#x}, but {first} is {start & _MASK:#x}"
            yield _found(subject, last, message)


_MASK = 0xFFFFFFFFFFFFFFFF


def _bits(size: int | None) -> int | None:
    """The base-2 logarithm of a power of two, None for other numbers."""
    return size.bit_length() - 1 if size is not None and size > 0 and not size & size - 1 else None


RULE = Rule(
    id="VMCA026",
    name="parts-that-do-not-fit",
    doc="Related values are consistent: members do not overlap, structures are as large as their "
    "members, arrays fit in what contains them, blocks of free pages fit in memory sections, an "
    "area starts before its end.",
    severity=Severity.ERROR,
    is_of_values=True,
    remedy="one of the values is wrong: compare with the kernel's types using --btf, or extract "
    "the note again",
    example="""
OSRELEASE=6.12.0
PAGESIZE=4096
SIZE(list_head)=24 ### 24, but its members have 16 bytes
OFFSET(pglist_data.nr_zones)=4952
OFFSET(pglist_data.node_start_pfn)=4952 ### 4952 is inside pglist_data.nr_zones, which ends at 4956
LENGTH(zone.free_area)=20 ### blocks of free pages have up to 31 bits, but NUMBER(SECTION_SIZE_BITS) is 27
NUMBER(SECTION_SIZE_BITS)=27
""",
    check=_check,
    check_boot=_areas,
)
