# SPDX-License-Identifier: MIT
"""Makes BTF type by type, as in include/uapi/linux/btf.h; also BTF that no compiler makes."""

from __future__ import annotations

import struct
from collections.abc import Sequence

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF = 1, 2, 3, 4, 5, 6, 7, 8
VOLATILE, CONST, RESTRICT, FUNC, FUNC_PROTO, VAR, DATASEC = 9, 10, 11, 12, 13, 14, 15
FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = 16, 17, 18, 19

HEADER_BYTES = 24
WORD = 0xFFFFFFFF

Members = Sequence[tuple[str, int, int]]
"""Name, number of the type, and offset in bits of each member."""


class Blob:
    """Types are numbered from 1 on, in the order in which they are added; 0 is void."""

    def __init__(self, order: str = "<") -> None:
        self.order = order
        self.types: list[bytes] = []
        self._strings = bytearray(1)
        self._places = {"": 0}

    @property
    def next(self) -> int:
        """The number of the type that is added next."""
        return len(self.types) + 1

    def string(self, text: str) -> int:
        """The offset of a string; each is stored once."""
        if text not in self._places:
            self._places[text] = len(self._strings)
            self._strings += text.encode() + b"\0"
        return self._places[text]

    def add(
        self,
        kind: int,
        name: str = "",
        last: int = 0,
        words: Sequence[int] = (),
        vlen: int = 0,
        flag: bool = False,
    ) -> int:
        """Add a type of any kind: `last` is its size or the type it refers to, `words` the rest."""
        fields = (self.string(name), flag << 31 | kind << 24 | vlen, last, *words)
        self.types.append(struct.pack(f"{self.order}{len(fields)}I", *(f & WORD for f in fields)))
        return len(self.types)

    def int_(self, name: str, size: int) -> int:
        return self.add(INT, name, size, [size * 8])

    def pointer(self, to: int = 0) -> int:
        return self.add(PTR, last=to)

    def array(self, of: int, number: int, index: int = 0) -> int:
        return self.add(ARRAY, words=[of, index, number])

    def struct(
        self, name: str, size: int, members: Members, *, kind: int = STRUCT, flag: bool = False
    ) -> int:
        words = [word for n, type_, bits in members for word in (self.string(n), type_, bits)]
        return self.add(kind, name, size, words, len(members), flag)

    def union(self, name: str, size: int, members: Members) -> int:
        return self.struct(name, size, members, kind=UNION)

    def enum(self, name: str, values: dict[str, int], *, signed: bool = False) -> int:
        words = [word for n, value in values.items() for word in (self.string(n), value)]
        return self.add(ENUM, name, 4, words, len(values), signed)

    def enum64(self, name: str, values: dict[str, int], *, signed: bool = False) -> int:
        words = [w for n, v in values.items() for w in (self.string(n), v & WORD, v >> 32)]
        return self.add(ENUM64, name, 8, words, len(values), signed)

    def typedef(self, name: str, of: int) -> int:
        return self.add(TYPEDEF, name, of)

    def list_head(self, pointer_bytes: int = 8) -> int:
        """Add list_head, which tells the size of pointers."""
        pointer = self.pointer()
        members = [("next", pointer, 0), ("prev", pointer, 8 * pointer_bytes)]
        return self.struct("list_head", 2 * pointer_bytes, members)

    def blob(self, *, version: int = 1, header: int = HEADER_BYTES, **lies: int) -> bytes:
        """The complete blob; `lies` replace `types_at`, `types_bytes`, `strings_at`,
        `strings_bytes`.
        """
        types = b"".join(self.types)
        true = {
            "types_at": 0,
            "types_bytes": len(types),
            "strings_at": len(types),
            "strings_bytes": len(self._strings),
        }
        places = (true | lies).values()
        head = struct.pack(self.order + "HBBIIIII", 0xEB9F, version, 0, header, *places)
        return head + types + bytes(self._strings)


def bits(offset: int, width: int = 0) -> int:
    """The offset of a member in a struct with bit-fields; `width` is 0 if it is none."""
    return width << 24 | offset


def everything(order: str = "<") -> bytes:
    """One type of every kind, with names and numbers that tests use."""
    b = Blob(order)
    long, int_, char = b.int_("unsigned long", 8), b.int_("int", 4), b.int_("char", 1)
    list_head = b.list_head()
    atomic = b.typedef("atomic_t", b.struct("", 4, [("counter", int_, 0)]))
    chain = long
    for name in ("", "", "pgoff_t", "", "deep_t"):
        chain = b.typedef(name, chain) if name else b.add(CONST, last=b.add(VOLATILE, last=chain))
    tagged = b.pointer(b.add(TYPE_TAG, "rcu", b.add(RESTRICT, last=b.pointer(char))))
    # struct page { long flags; union { struct { list_head lru; union { long index; long share; };
    # }; deep_t private; }; atomic_t _refcount; rcu *tag; }
    inner = b.union("", 8, [("index", long, 0), ("share", chain, 0)])
    first = b.struct("", 24, [("lru", list_head, 0), ("", inner, 128)])
    outer = b.union("", 24, [("", first, 0), ("private", chain, 0)])
    members = [
        ("flags", long, 0),
        ("", outer, 64),
        ("_refcount", atomic, 256),
        ("tag", tagged, 288),
    ]
    b.struct("page", 48, members)
    matrix = b.array(b.array(list_head, 3, int_), 11, int_)
    b.struct("zone", 540, [("free_area", matrix, 64), ("name", b.pointer(char), 0)])
    fields = [
        ("low", int_, bits(0, 3)),
        ("byte", int_, bits(8, 8)),
        ("word", int_, bits(32)),
        ("none", b.array(char, 0, int_), bits(64)),
    ]
    b.struct("packed", 8, fields, flag=True)
    b.struct("twice", 16, [("here", long, 0), ("both", long, 64)])
    b.struct("twice", 24, [("here", long, 64), ("both", long, 64)])
    b.enum("zone_stat_item", {"NR_FREE_PAGES": 0, "NR_LAST": 0x80000000})
    b.enum("", {"MINUS_ONE": -1, "LEAST": -(1 << 31), "MOST": (1 << 31) - 1}, signed=True)
    b.enum64("", {"BIG": 0xFFFFFFFF_00000001})
    b.enum64("wide", {"BIG_MINUS": -(1 << 40)}, signed=True)
    b.enum("again", {"NR_FREE_PAGES": 77})
    b.add(FWD, "absent")
    b.add(FLOAT, "double", 8)
    proto = b.add(FUNC_PROTO, last=int_, words=[b.string("argument"), long, 0, 0], vlen=2)
    b.add(FUNC, "page_fault", proto, vlen=1)
    variable = b.add(VAR, "mem_section", long, [1])
    b.add(DATASEC, ".data..percpu", 8, [variable, 0, 8], 1)
    b.add(DECL_TAG, "kfunc", variable, [-1])
    b.typedef("nothing_t", 0)
    return b.blob()
