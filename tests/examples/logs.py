# SPDX-License-Identifier: MIT
"""Small dumps with a kernel log in each historical format, in the 64-bit layout."""

from __future__ import annotations

import struct
from collections.abc import Callable

BASE = 0xFFFFFFFF81000000
PHYSICAL = 0x1000000


def dump(entries: dict[str, int | str], memory: bytes) -> bytes:
    """An ELF core with one segment, at BASE, and a note."""
    lines = [
        f"{key}={value:x}\n"
        if isinstance(value, int) and key.startswith("SYMBOL")
        else f"{key}={value}\n"
        for key, value in entries.items()
    ]
    text = "".join(lines).encode()
    note = struct.pack("<III12s", 11, len(text), 0, b"VMCOREINFO\0") + text + bytes(-len(text) % 4)
    at = 64 + 2 * 56
    ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header = ident + struct.pack("<HHIQQQIHHHHHH", 4, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    headers = struct.pack("<IIQQQQQQ", 4, 0, at, 0, 0, len(note), len(note), 0)
    place = at + len(note)
    headers += struct.pack("<IIQQQQQQ", 1, 7, place, BASE, PHYSICAL, len(memory), len(memory), 0)
    return header + headers + note + memory


def characters() -> bytes:
    """Until 3.4: the end of the log is before its start in the ring, and the oldest line is
    truncated.
    """
    ring = bytearray(64)
    text = (
        b"lost\n"
        + b"<6>a line\n<4>with \x01\x80 bytes\n<3>and the last of them, much later than those\n"
    )
    assert len(text) > 64
    for at, byte in enumerate(text):
        ring[at % 64] = byte
    head = struct.pack("<QIIII", BASE + 64, 64, len(text), len(text) + 7, 0).ljust(64, b"\0")
    entries: dict[str, int | str] = {
        "OSRELEASE": "3.4.0",
        "PAGESIZE": "4096",
        **{"SYMBOL(log_buf)": BASE, "SYMBOL(log_buf_len)": BASE + 8},
        **{"SYMBOL(log_end)": BASE + 12, "SYMBOL(logged_chars)": BASE + 16},
    }
    return dump(entries, head + ring)


def records(name: str, release: str) -> bytes:
    """3.5 to 5.9: the first record is near the end of the ring, and the next at its start."""

    def record(nanoseconds: int, text: bytes) -> bytes:
        length = (16 + len(text) + 7) // 8 * 8
        return struct.pack("<QHHHBB", nanoseconds, length, len(text), 0, 0, 6).ljust(
            16
        ) + text.ljust(length - 16, b"\0")

    late = record(1_000_001_000, b"before the end")
    early = record(2_500_000_999, b"") + record(
        99_999_999_999_999, b"two\nlines \xff, and a tab\t."
    )
    ring = bytearray(256)
    ring[: len(early)] = early
    first = 256 - len(late) - 16
    ring[first : first + len(late)] = late  # and a header of zeros
    head = struct.pack("<QIII", BASE + 64, 256, first, len(early)).ljust(64, b"\0")
    entries: dict[str, int | str] = {
        "OSRELEASE": release,
        "PAGESIZE": "4096",
        **{"SYMBOL(log_buf)": BASE, "SYMBOL(log_buf_len)": BASE + 8},
        **{"SYMBOL(log_first_idx)": BASE + 12, "SYMBOL(log_next_idx)": BASE + 16},
        **{f"SIZE({name})": "16", f"OFFSET({name}.ts_nsec)": "0"},
        **{f"OFFSET({name}.len)": "8", f"OFFSET({name}.text_len)": "10"},
    }
    return dump(entries, head + ring)


RESERVED = b"reserved"
"""The text of a record that was never committed."""
LOST = b"lost"
"""The text of a committed record for whose text there was no room."""
CUT = b"cut"
"""The text of a record whose stated length is too large."""
RING_MEMORY = 0x600 + 128
"""Bytes of memory in such a dump, at its end."""


def ringbuffer(release: str, texts: list[bytes]) -> bytes:
    """Since 5.10: records of these texts, the first in the last 40 bytes of the ring of 128."""
    count_bits, size_bits = 3, 7
    size = 1 << size_bits
    descs, infos, data = 0x100, 0x200, 0x600
    memory = bytearray(RING_MEMORY)
    ids = list(range(13, 13 + len(texts)))
    lpos = 5 * size + 88
    for at, (ident, text) in enumerate(zip(ids, texts, strict=True)):
        kind = 0 if text == RESERVED else 1 if ident == ids[-1] else 2
        begin = next_ = 1 if text == LOST else 3
        if text and text != LOST:
            need = 8 + (len(text) + 7) // 8 * 8
            begin, next_ = lpos, lpos + need
            start = begin % size
            if begin // size != (next_ - 1) // size:
                next_ = next_ // size * size + need
                start = 0
            memory[data + start : data + start + 8] = struct.pack("<Q", ident)
            memory[data + start + 8 : data + start + 8 + len(text)] = text
            lpos = next_
        slot = ident % (1 << count_bits)
        struct.pack_into("<QQQ", memory, descs + slot * 24, kind << 62 | ident, begin, next_)
        length = 200 if text == CUT else len(text)
        info = infos + slot * 88
        struct.pack_into("<QQHBBI", memory, info, at, at * 1_234_567_891, length, 0, 6, 1 << 31 | 1)
    struct.pack_into("<Q", memory, 0, BASE + 8)
    ring = (count_bits, BASE + descs, BASE + infos, ids[-1], ids[0], 0)
    struct.pack_into("<QQQQQQ", memory, 8, *ring)
    struct.pack_into("<QQQQ", memory, 8 + 48, size_bits, BASE + data, lpos, 0)
    entries: dict[str, int | str] = {
        "OSRELEASE": release,
        "PAGESIZE": "4096",
        "SYMBOL(prb)": BASE,
        **{"SIZE(printk_ringbuffer)": "88", "SIZE(prb_desc)": "24", "SIZE(printk_info)": "88"},
        "OFFSET(printk_ringbuffer.desc_ring)": "0",
        "OFFSET(printk_ringbuffer.text_data_ring)": "48",
        **{"OFFSET(prb_desc_ring.count_bits)": "0", "OFFSET(prb_desc_ring.descs)": "8"},
        **{"OFFSET(prb_desc_ring.infos)": "16", "OFFSET(prb_desc_ring.head_id)": "24"},
        **{"OFFSET(prb_desc_ring.tail_id)": "32", "OFFSET(prb_desc.state_var)": "0"},
        **{"OFFSET(prb_desc.text_blk_lpos)": "8", "OFFSET(prb_data_blk_lpos.begin)": "0"},
        **{"OFFSET(prb_data_blk_lpos.next)": "8", "OFFSET(printk_info.seq)": "0"},
        **{"OFFSET(printk_info.ts_nsec)": "8", "OFFSET(printk_info.text_len)": "16"},
        **{"OFFSET(printk_info.caller_id)": "20", "OFFSET(prb_data_ring.size_bits)": "0"},
        **{"OFFSET(prb_data_ring.data)": "8", "OFFSET(atomic_long_t.counter)": "0"},
    }
    return dump(entries, bytes(memory))


LOGS: dict[str, Callable[[], bytes]] = {
    "characters": characters,
    "log": lambda: records("log", "3.10.0"),
    "printk_log": lambda: records("printk_log", "4.19.0"),
    "ringbuffer": lambda: ringbuffer(
        "5.10.0", [b"oldest", b"", RESERVED, b"wraps to the start", b"a\nb \x02", CUT]
    ),
}

# A block ends exactly at the end of the ring, which never happened before 6.19.
ENDS_WITH_THE_RING = [b"to the last byte of the ring, 32", b"", LOST, b"at its start", RESERVED]
