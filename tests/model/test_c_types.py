# SPDX-License-Identifier: MIT
"""C types: what a declaration comes to, and what a size or an alignment can't be."""

from __future__ import annotations

import pytest

from tests.model.test_builder import HEAD
from vmcoreinfo_codegen.check import check_files
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.c_type import Extent, extent_of


@pytest.mark.parametrize(
    ("text", "extent"),
    [
        ("u16", Extent(2, 2)),
        ("u64[2]", Extent(16, 8)),
        ("unsigned long", Extent(1, 0)),
        ("struct list_head", Extent(2, 0)),
        ("struct list_head[]", Extent(2, 0)),
        ("struct list_head[3]", Extent(6, 0)),
        ("struct nothing *", Extent(1, 0)),
        ("char *[4]", Extent(4, 0)),
        ("struct page", Extent(0, 0)),
        ("struct new_utsname", Extent(390, 1)),
        ("struct nothing", None),
        ("struct nothing[2]", None),
    ],
)
def test_a_type_has_a_least_size_and_an_alignment(
    schema: Schema, text: str, extent: Extent | None
) -> None:
    assert extent_of(text, schema.by_type) == extent


def test_members_by_their_types(schema: Schema) -> None:
    layouts = schema.layouts
    assert layouts.members["page.flags"] == Extent(1, 0), "both of its types have one word"
    assert layouts.members["printk_info.ts_nsec"] == Extent(8, 8)
    assert layouts.members["printk_log.ts_nsec"] == Extent(8, 4), "the structure may be packed"
    assert "page.compound_dtor" not in layouts.members
    assert "list_head.next" in layouts.first
    assert "list_head.prev" not in layouts.first


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('type "a" 0 bytes', "a size of 0"),
        ('type "a" 65537 words', "a size of 65537"),
        ('type "a" 0xffffffffffffffff words', "a size of 0xffffffffffffffff"),
        ('type "a" 390 bytes', "a needs 'aligned'"),
        ('type "a" 12 bytes aligned 3', "'3' is not an alignment in bytes"),
        ('type "a" 8 bytes aligned 0', "'0' is not an alignment in bytes"),
        (
            "arch x {\n\tsource x\n\tbits 32\n\talignment 0\n\tsince 6.6\n}",
            "'0' is not an alignment in bytes",
        ),
    ],
)
def test_sizes_and_alignments_that_can_not_be(line: str, message: str) -> None:
    _, problems = check_files([("x.vmci", f"{HEAD}{line}\n")])
    assert [one.message for one in problems if one.message.startswith(message)], problems


def test_a_second_clause_is_refused() -> None:
    entry = (
        "OFFSET(a.b) {\n\tfirst\n\tfirst\n\tequals 1\n\tequals 2\n\tvalue decimal\n\tsince 6.6\n}\n"
    )
    _, problems = check_files([("x.vmci", HEAD + entry)])
    said = [one.message for one in problems]
    assert "a second 'first' in one block" in said
    assert "a second 'equals' in one block" in said
