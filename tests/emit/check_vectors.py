# SPDX-License-Identifier: MIT
"""Compares the installed package `vmcoreinfo` with the golden vectors: python check_vectors.py
VECTORS.JSON

Imports only that package and the standard library, and runs on Python 3.8. Prints what was
compared as JSON; if vectors disagree, it names them on standard error, and exits with 1.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Callable, Dict, List, Optional, Tuple

import vmcoreinfo
from vmcoreinfo import derive

Answer = List[Tuple[Any, ...]]


def number(value: object) -> Optional[str]:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def reader(chunks: List[Dict[str, str]]) -> Callable[[int, int], bytes]:
    memory = [(int(chunk["address"], 16), bytes.fromhex(chunk["bytes"])) for chunk in chunks]

    def read(address: int, size: int) -> bytes:
        for start, data in memory:
            if start <= address and address + size <= start + len(data):
                return data[address - start : address - start + size]
        raise OSError("no memory there")

    return read


def derived(info: vmcoreinfo.VmcoreInfo, dump: Dict[str, Any]) -> Answer:
    read = None if dump["memory"] is None else reader(dump["memory"])
    known = derive.Dump(dump["arch"], read, dump["big_endian"])
    answer: Answer = []
    for name, function in derive.DERIVATIONS.items():
        try:
            found = function(info, known)
        except derive.ReadError:
            answer.append((name, "read-failed", None, None))
            continue
        if found is not None:
            answer.append((name, "ok", str(found.value), found.recipe))
    return answer


def said(vector: Dict[str, Any]) -> Answer:
    """The answer of the package for a vector."""
    data = vector["data"].encode("latin-1")
    text = vmcoreinfo.note_text(data)
    info = vmcoreinfo.parse(data)
    answer: Answer = [("text", len(text))]
    for key in vmcoreinfo.ENTRIES:
        line = info.line(key)
        if line is not None:
            raw = line.value.hex() if isinstance(line.value, bytes) else None
            answer.append((key, info.status(key), number(line.value), line.text, raw))
    for unknown in vector["unknown"]:
        line = info.line(unknown["key"])
        told = None if line is None else (line.line, line.text, number(line.number))
        answer.append((unknown["key"], told))
    answer += [(d.id, d.severity, d.line, d.offset, d.key, d.message) for d in info.diagnostics]
    for dump in vector["dumps"]:
        answer += sorted(derived(info, dump))
    return answer


def facts(rows: List[Dict[str, Any]], *fields: str) -> Answer:
    return [tuple(row[field] for field in fields) for row in rows]


def expected(vector: Dict[str, Any]) -> Answer:
    values = {value["key"]: value for value in vector["values"]}
    in_order = [values[key] for key in vmcoreinfo.ENTRIES if key in values]
    answer: Answer = [("text", vector["text"]["length"])]
    answer += facts(in_order, "key", "status", "number", "text", "bytes")
    answer += [(u["key"], (u["line"], u["text"], u["number"])) for u in vector["unknown"]]
    told = ("id", "severity", "line", "offset", "key", "message")
    answer += facts(vector["diagnostics"], *told)
    for dump in vector["dumps"]:
        answer += sorted(facts(dump["derived"], "name", "status", "value", "recipe"))
    return answer


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        vectors = json.load(file)["vectors"]
    wrong = 0
    for vector in vectors:
        told, right = said(vector), expected(vector)
        if told != right:
            wrong += 1
            print(vector["name"], [f for f in told if f not in right], file=sys.stderr)
    derived_of = [
        found for vector in vectors for dump in vector["dumps"] for found in dump["derived"]
    ]
    print(
        json.dumps(
            {
                "vectors": len(vectors),
                "derived": sum(found["status"] == "ok" for found in derived_of),
                "wrong": wrong,
                "version": vmcoreinfo.VERSION,
                "package": vmcoreinfo.__file__,
            }
        )
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
