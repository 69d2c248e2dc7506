# SPDX-License-Identifier: MIT
"""What a note gets out of little, and what is said of the entries that it lacks."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.debuginfo.facts import Sources
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.synth.synthesis import Kernel, Synthesis, moved, synthesise

STEXT = 0xFFFFFFFF81000000


class Types:
    """A list_head of 64 bits and a flag, and nothing else."""

    def load(self, names: object) -> None:
        pass

    def sizes(self, name: str) -> set[int]:
        return {"list_head": {16}, "page": {56, 64}}.get(name, set())

    def offsets(self, name: str, path: str) -> set[int]:
        return {8} if (name, path) == ("list_head", "prev") else set()

    def lengths(self, name: str, path: str) -> set[int]:
        return set()

    def enumerators(self, names: object) -> dict[str, int]:
        return {"PG_lru": 5}


def made(
    schema: Schema,
    sources: Sources,
    given: Mapping[str, str] | None = None,
    release: str = "6.12.1",
    arch: str = "x86_64",
) -> Synthesis:
    architecture = schema.architecture(arch)
    assert architecture is not None
    values = {"OSRELEASE": release, **(given or {})}
    return synthesise(Kernel(schema, Release.parse(release), architecture, sources, values))


def texts(of: Synthesis) -> dict[str, str]:
    return {entry.key: entry.text for entry in of.entries}


def origins(of: Synthesis) -> dict[str, str]:
    return {entry.key: entry.source for entry in of.entries}


def why(of: Synthesis) -> dict[str, str]:
    return {entry.key: entry.why for entry in of.left_out}


def test_order(schema: Schema) -> None:
    """What all kernels print first, then the schema's order, then what no kernel has."""
    given = {"XEN": "1", "SIZE(page)": "64", "BUILD-ID": "00ff", "SYMBOL(_stext)": "1"}
    note = made(schema, Sources(), given)
    keys = [entry.key for entry in note.entries]
    assert keys[:3] == ["OSRELEASE", "BUILD-ID", "PAGESIZE"]
    assert keys.index("SYMBOL(_stext)") < keys.index("SIZE(page)") < keys.index("XEN")
    assert keys[-1] == "XEN" and len(set(keys)) == len(keys)
    assert note.text.startswith(b"OSRELEASE=6.12.1\nBUILD-ID=00ff\nPAGESIZE=4096\n")
    assert note.text.endswith(b"\nXEN=1\n")


def test_what_is_given_counts_before_what_is_found(schema: Schema) -> None:
    note = made(schema, Sources(types=Types()), {"SIZE(list_head)": "99", "PAGESIZE": "8192"})
    assert (texts(note)["SIZE(list_head)"], texts(note)["PAGESIZE"]) == ("99", "8192")
    assert origins(note)["SIZE(list_head)"] == origins(note)["OSRELEASE"] == "given"


def test_types(schema: Schema) -> None:
    note = made(schema, Sources(types=Types()))
    found = texts(note)
    assert (found["SIZE(list_head)"], found["OFFSET(list_head.prev)"]) == ("16", "8")
    assert found["NUMBER(PG_lru)"] == "5"
    assert origins(note)["SIZE(list_head)"] == "size(list_head)"
    # Two sizes of one name are no answer.
    assert "SIZE(page)" not in found
    left = why(note)
    assert left["OFFSET(page.flags)"] == "not in --btf: offset(page.flags)"
    assert left["SYMBOL(_stext)"] == "--symbols would show: symbol(_stext)"
    # A number that the types do not know may be a macro: nothing is said of types.
    assert "--btf" not in left["NUMBER(PG_private)"]
    assert "Give it with --set 'NUMBER(PG_private)=…'" in left["NUMBER(PG_private)"]


def test_nothing_is_known(schema: Schema) -> None:
    left = why(made(schema, Sources()))
    assert left["SIZE(page)"] == "--btf would show: size(page)"
    assert left["SYMBOL(_stext)"] == "--symbols would show: symbol(_stext)"
    asked = "whether it has the line: CONFIG_SPARSEMEM"
    assert left["LENGTH(mem_section)"] == f"--config or --symbols would show {asked}"


def test_what_nothing_tells_can_be_given(schema: Schema) -> None:
    """After what to do without it, where the schema says that."""
    left = why(made(schema, Sources(types=Types())))
    key = "NUMBER(NR_FREE_PAGES)"
    assert left[key] == f"unknown. Give it with --set '{key}=…'"
    without = schema.by_key["BUILD-ID"].exports[0].absent
    assert without and left["BUILD-ID"] == f"{without} Give it with --set 'BUILD-ID=…'"


def test_the_line_that_a_configuration_brings(schema: Schema) -> None:
    left = why(made(schema, Sources(types=Types())))
    conditional = [text for text in left.values() if "(it has the line if " in text]
    assert conditional and all(text.startswith("not in ") for text in conditional)


def test_a_configuration_that_leaves_it_out(schema: Schema) -> None:
    off = dict.fromkeys(schema.config_names(), False)
    without = made(schema, Sources(types=Types(), config=off))
    assert "LENGTH(mem_section)" not in why(without).keys() | texts(without).keys()
    on = made(schema, Sources(types=Types(), config={**off, "CONFIG_SPARSEMEM": True}))
    assert "LENGTH(mem_section)" in why(on).keys() | texts(on).keys()


def test_symbols(schema: Schema) -> None:
    symbols = {"_stext": STEXT, "init_uts_ns": 0x1000, "swapper_pg_dir": 0xFF00000000000000}
    note = made(schema, Sources(symbols=symbols))
    assert texts(note)["SYMBOL(_stext)"] == "ffffffff81000000"
    # No kernel of x86_64 is in the lower half; its half begins here.
    assert "SYMBOL(init_uts_ns)" not in texts(note)
    assert texts(note)["SYMBOL(swapper_pg_dir)"] == "ff00000000000000"
    condition = " (it has the line if CONFIG_PRINTK && CONFIG_VMCORE_INFO)"
    assert why(note)["SYMBOL(prb)"] == f"not in --symbols: symbol(prb){condition}"


def test_addresses_of_32_bits(schema: Schema) -> None:
    """Symbols of 32 bits may come sign-extended."""
    note = made(schema, Sources(symbols={"_stext": 0xFFFFFFFFC0008000}), arch="arm")
    assert texts(note)["SYMBOL(_stext)"] == "c0008000"


def test_what_follows_from_other_entries(schema: Schema) -> None:
    note = made(schema, Sources(), {}, release="4.10", arch="x86_64")
    key = "NUMBER(SECTION_SIZE_BITS)"
    later = made(schema, Sources())
    assert texts(later)[key] == "27"
    assert origins(later)[key] == "section_size_bits, recipe constant"
    # 4.10 does not print it, so that it is neither made nor left out.
    assert key not in texts(note) and key not in why(note)


def test_a_page_size_of_several_is_not_guessed(schema: Schema) -> None:
    note = made(schema, Sources(), arch="arm64")
    assert "PAGESIZE" not in texts(note) and "PAGESIZE" in why(note)
    assert origins(made(schema, Sources()))["PAGESIZE"] == "the only page size of x86_64"


class Memory:
    """Memory in which nothing is, which may be known to begin somewhere."""

    def __init__(self, is_placed: bool) -> None:
        self.is_placed = is_placed

    def physical(self, symbol: str) -> int | None:
        return None

    def read(self, width: int, address: int) -> int | None:
        return None


def test_memory_that_does_not_tell(schema: Schema) -> None:
    """The first clause of NUMBER(phys_base) reads a variable, the second asks where the image is."""
    key, variable = "NUMBER(phys_base)", "u64[symbol(phys_base)]"
    assert why(made(schema, Sources()))[key] == f"--dump and --symbols would show: {variable}"
    placed = made(schema, Sources(symbols={}, memory=Memory(True)))
    assert why(placed)[key] == f"not in --dump and --symbols: {variable}"
    unplaced = made(schema, Sources(symbols={}, memory=Memory(False)))
    assert why(unplaced)[key].startswith("--memory-start would show: physical(linux_banner) - ")


@pytest.mark.parametrize("by", [0, 0x1000000, -0x1000000])
def test_moved(by: int) -> None:
    assert moved({"a": 0xFFFFFFFF80000000, "b": 0xFFFFFFFFFFFFFFFF}, by) == {
        "a": 0xFFFFFFFF80000000 + by,
        "b": (0xFFFFFFFFFFFFFFFF + by) & 0xFFFFFFFFFFFFFFFF,
    }


def test_options_show_in_symbols(schema: Schema) -> None:
    """Of a table that has variables, what it lacks tells too."""
    symbols = {"linux_banner": 1, "mem_section": 0xFFFFFFFF82000000}
    given = {"NUMBER(MAX_PHYSMEM_BITS)": "46", "NUMBER(SECTION_SIZE_BITS)": "27"}
    types = Types()
    note = made(schema, Sources(types, symbols), given, arch="x86_64")
    assert "LENGTH(mem_section)" in why(note)
    assert texts(note)["NUMBER(sme_mask)"] == "0"
    without = made(schema, Sources(types, {"linux_banner": 1}), given, arch="x86_64")
    assert "LENGTH(mem_section)" not in why(without)
    # Functions alone: nobody knows what it has of variables.
    functions = made(schema, Sources(types, {"_stext": 1}), given, arch="x86_64")
    assert "whether it has the line" in why(functions)["LENGTH(mem_section)"]
    assert "NUMBER(sme_mask)" in why(functions)


def test_an_option_whose_lack_tells_nothing(schema: Schema) -> None:
    key = "NUMBER(KERNEL_IMAGE_SIZE)"
    lacking = made(schema, Sources(symbols={"linux_banner": 1}))
    assert key in why(lacking)
    symbols = {"linux_banner": 1, "kaslr_get_random_long": 0xFFFFFFFF81000000}
    assert texts(made(schema, Sources(symbols=symbols)))[key] == str(1 << 30)
    off = dict.fromkeys(schema.config_names(), False)
    assert texts(made(schema, Sources(symbols=symbols, config=off)))[key] == str(1 << 29)


def test_what_is_exported(schema: Schema) -> None:
    """The whole table is known, so what it lacks tells too; without it nothing does."""
    symbols = {"_stext": STEXT}
    for exported, level in (({"pgdir_shift"}, None), ({"mem_section"}, "0"), (None, None)):
        sources = Sources(symbols=symbols, exported=exported)
        note = made(schema, sources, release="5.10.46")
        assert texts(note).get("NUMBER(pgtable_l5_enabled)") == level


def test_a_value_tells_where_its_symbols_are_from(schema: Schema) -> None:
    """And which expression gave it, if that is not the first."""
    symbols = {"node_states": STEXT + 0x1000, "prb": STEXT + 0x2000}
    sources = Sources(Types(), symbols, origins={"prb": "the one pointer"}, symbols_name="the dump")
    note = made(schema, sources)
    assert origins(note)["SYMBOL(prb)"] == "symbol(prb); prb: the one pointer"
    assert why(note)["SYMBOL(clear_seq)"].startswith("not in the dump: symbol(clear_seq)")
    sources = Sources(OfNodes(), symbols)
    assert origins(made(schema, sources))["SYMBOL(node_online_map)"] == (
        "symbol(node_states) + size(nodemask_t)"
    )


class OfNodes(Types):
    def sizes(self, name: str) -> set[int]:
        return {128} if name == "nodemask_t" else set()
