# SPDX-License-Identifier: MIT
"""The kernel log of a dump or of the running kernel, without debug information.

    drgn -q --no-default-symbols -c DUMP dmesg.py

drgn's own get_dmesg() wants the types of printk. What it needs of them stands in the note, so here
they come from there; drgn reads the memory, which it translates by the note alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from drgn import PlatformFlags, Program, get_default_prog

import vmcoreinfo
from vmcoreinfo import derive

# kernel/printk/printk_ringbuffer.h: the state is two bits above the id, 1 and 2 for committed and
# finalized; with bit 0 set in begin and end a record has no block in the ring. Its text was lost,
# and both are 1, or it is an empty line, and both are 3.
_WITH_TEXT = (1, 2)
_DATALESS = 1
_EMPTY_LINE = 3


class Struct:
    """A struct in memory; a field is found by the offset that the note has for it."""

    def __init__(self, prog: Program, info: vmcoreinfo.VmcoreInfo, type_: str, address: int):
        self._prog, self._info, self._type, self.address = prog, info, type_, address

    def at(self, field: str) -> int:
        """The address of a field. Raises KeyError where the note has no such offset."""
        offset = self._info[f"OFFSET({self._type}.{field})"]
        assert isinstance(offset, int)
        return self.address + offset

    def field(self, field: str, type_: str) -> Struct:
        return Struct(self._prog, self._info, type_, self.at(field))

    def word(self, field: str) -> int:
        return int(self._prog.read_word(self.at(field)))

    def u32(self, field: str) -> int:
        return int(self._prog.read_u32(self.at(field)))

    def u16(self, field: str) -> int:
        return int(self._prog.read_u16(self.at(field)))

    def u64(self, field: str) -> int:
        return int(self._prog.read_u64(self.at(field)))

    def element(self, field: str, type_: str, index: int) -> Struct:
        """One of an array that a field points to."""
        size = self._info[f"SIZE({type_})"]
        assert isinstance(size, int)
        return Struct(self._prog, self._info, type_, self.word(field) + index * size)


def records(prog: Program, info: vmcoreinfo.VmcoreInfo) -> Iterator[tuple[int, str]]:
    """Each record from the oldest on: nanoseconds since boot, text."""
    log = derive.log_buffer(info)
    if log is None or log.recipe != "prb":
        raise ValueError(f"the log is kept as {log.recipe if log else 'nothing known'}, not as prb")
    word = 8 if prog.platform and PlatformFlags.IS_64_BIT in prog.platform.flags else 4
    id_bits = 8 * word - 2
    id_mask = (1 << id_bits) - 1

    ring = Struct(prog, info, "printk_ringbuffer", prog.read_word(log.value))
    descriptors = ring.field("desc_ring", "prb_desc_ring")
    texts = ring.field("text_data_ring", "prb_data_ring")
    count = 1 << descriptors.u32("count_bits")
    size, data = 1 << texts.u32("size_bits"), texts.word("data")

    number, head = descriptors.word("tail_id"), descriptors.word("head_id")
    while True:
        descriptor = descriptors.element("descs", "prb_desc", number % count)
        state = descriptor.word("state_var")
        block = descriptor.field("text_blk_lpos", "prb_data_blk_lpos")
        begin, end = block.word("begin"), block.word("next")
        is_there = state & id_mask == number and state >> id_bits in _WITH_TEXT
        is_lost = begin & end & _DATALESS and not begin == end == _EMPTY_LINE
        if is_there and not is_lost:
            record = descriptors.element("infos", "printk_info", number % count)
            text = b""
            if not begin & end & _DATALESS:
                # A block that would reach over the end of the ring stands at its start. Since 6.19
                # one may end exactly there (67e1b0052f6b), and then it does not.
                wraps = begin // size != (end - 1) // size
                place, room = (0, end % size) if wraps else (begin % size, end - begin)
                # In front of the text is the id of the record.
                text = prog.read(data + place + word, min(record.u16("text_len"), room - word))
            yield record.u64("ts_nsec"), text.decode(errors="replace")
        if number == head:
            return
        number = (number + 1) & id_mask


def main(prog: Program) -> None:
    info = vmcoreinfo.parse(prog["VMCOREINFO"].string_())
    try:
        for nanoseconds, text in records(prog, info):
            seconds, rest = divmod(nanoseconds, 10**9)
            print(f"[{seconds:5}.{rest // 1000:06}] {text}")
    except (KeyError, ValueError) as error:
        sys.exit(f"dmesg.py: {error}")


if __name__ == "__main__":
    main(get_default_prog())
