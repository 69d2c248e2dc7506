# SPDX-License-Identifier: MIT
"""The .config of kernels in memory: found whole, told from all that begins alike, at bounded cost."""

from __future__ import annotations

import gzip
import time

import pytest

from tests.debuginfo.memory import CONFIG, find_config, ikconfig, image, memory, search_config
from tests.dump.make import elf_of
from tests.dump.real import CACHE, prepared
from vmcoreinfo_codegen.debuginfo.problem import DebugInfoError
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.source import Memory

# So that packed it has several pages.
LONG = CONFIG + b"".join(
    b"CONFIG_%s=y\n" % (number * 0x9E3779B97F4A7C15 % (1 << 64)).to_bytes(8, "big").hex().encode()
    for number in range(3000)
)


def why(data: bytes) -> str:
    search = search_config(memory(data))
    assert not search.found
    (cut,) = search.cut
    return cut.why


@pytest.mark.parametrize("text", [CONFIG, LONG])
@pytest.mark.parametrize("place", [0, 4096 - 8, 10001, (1 << 20) - 9])
def test_found_whole(text: bytes, place: int) -> None:
    packed = ikconfig(text)
    (found,) = find_config(memory(image(2 << 20, {place: packed}), 0x40000000))
    assert (found.physical, found.size) == (0x40000000 + place, len(packed))
    assert (found.text, found.text_size) == (text, len(text))
    assert found.title == "Linux/x86 6.12.117 Kernel Configuration"
    assert found.options == text.count(b"=")


def test_title_of_older_kernels() -> None:
    text = b"#\n# Linux kernel version: 2.6.32\n# Thu Jan 1\nCONFIG_X=y\r\n"
    (found,) = find_config(memory(image(1 << 20, {0: ikconfig(text)})))
    assert found.title == "Linux kernel version: 2.6.32"
    (found,) = find_config(memory(image(1 << 20, {0: ikconfig(b"CONFIG_X=y\n")})))
    assert found.title is None


def test_two_kernels() -> None:
    data = image(1 << 20, {0x9000: ikconfig(), 0x30000: ikconfig(LONG)})
    assert [one.text for one in find_config(memory(data))] == [CONFIG, LONG]


def test_marks_without_what_is_packed() -> None:
    data = image(1 << 16, {0: b"IKCFG_ST", 0x100: b"IKCFG_ST%d\0", 0x200: b"IKCFG_STIKCFG_ED"})
    search = search_config(memory(data))
    assert (search.found, search.cut) == ([], [])


def test_what_is_no_config() -> None:
    assert "not a .config" in why(image(1 << 16, {0: ikconfig(b"# nothing\n")}))
    assert "not a .config" in why(image(1 << 16, {0: ikconfig(b"CONFIG_X=y\nsomething else\n")}))
    assert "no IKCFG_ED" in why(image(1 << 16, {0: ikconfig()[:-1]}))
    assert "more than 4194304 bytes" in why(image(1 << 16, {0: ikconfig(b"#" * (64 << 20))}))


def test_what_is_missing_is_told() -> None:
    packed = ikconfig(LONG)
    data = image(1 << 16, {0x1100: packed})
    assert len(packed) > 0x4000
    zeros = data[:0x3000] + bytes(4096) + data[0x4000:]
    assert why(zeros) == "4096 bytes from 0x3000 on are not in the dump, or zeros"
    dump = elf_of({0: data[:0x3000], 0x4000: data[0x4000:]})
    (cut,) = search_config(PhysicalMemory(Memory("dump", dump))).cut
    assert (cut.physical, cut.why) == (0x1100, "not in the dump from 0x3000 on")
    apart = data[:0x3000] + data[0x4000:0x5000] + data[0x3000:0x4000] + data[0x5000:]
    assert "is on separate pages" in why(apart)


def test_cost_is_bounded() -> None:
    packed = b"IKCFG_ST" + gzip.compress(b"#" * (4 << 20), mtime=0)
    began = time.perf_counter()
    with pytest.raises(DebugInfoError, match="passed the limit of"):
        find_config(memory(packed * 2000))
    with pytest.raises(DebugInfoError, match="passed the limit of"):
        find_config(memory(b"IKCFG_ST\x1f\x8b\x08" * (1 << 17)))
    assert time.perf_counter() - began < 10


def test_a_thousand_that_only_begin() -> None:
    data = b"IKCFG_ST\x1f\x8b\x08".ljust(64, b"\xff") * 1000
    search = search_config(memory(data + ikconfig()))
    assert (len(search.found), len(search.cut)) == (1, 1000)


@pytest.mark.long
def test_of_a_kernel_that_has_it() -> None:
    """Debian's user-mode Linux: its build made the section, and its package has the file beside."""
    folder = CACHE / "ikconfig"
    prepared("ikconfig", folder)
    data = (folder / "configs.ko").read_bytes()
    (found,) = find_config(memory(image(1 << 20, {0x1000: data})))
    assert found.text == gzip.decompress((folder / "config.gz").read_bytes())
    assert found.title is not None and found.title.startswith("Linux/um 6.")
