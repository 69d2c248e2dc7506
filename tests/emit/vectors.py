# SPDX-License-Identifier: MIT
"""The golden vectors as requests to a parser's driver, and the expected answers."""

from __future__ import annotations

import json
from typing import Any

from tests.conftest import ROOT
from tests.emit.driver import (
    MASK,
    derivations_of_header,
    digits,
    finding,
    memory,
    reading,
    target,
)

FOLDER = ROOT / "generated" / "vectors"
DOCUMENT = json.loads((FOLDER / "vectors.json").read_text())
VECTORS: list[dict[str, Any]] = DOCUMENT["vectors"]

Chunks = dict[int, bytes]


def data_of(vector: dict[str, Any]) -> bytes:
    data: str = vector["data"]
    return data.encode("latin-1")


def memory_of(dump: dict[str, Any]) -> Chunks:
    """The longest chunk at each address."""
    found: Chunks = {}
    for chunk in dump["memory"] or ():
        address, data = int(chunk["address"], 16), bytes.fromhex(chunk["bytes"])
        if len(data) > len(found.get(address, b"")):
            found[address] = data
    return found


def request_of(vector: dict[str, Any]) -> list[str]:
    found = [reading(data_of(vector))]
    found += [finding(unknown["key"].encode()) for unknown in vector["unknown"]]
    for dump in vector["dumps"]:
        has_memory = dump["memory"] is not None
        if dump["arch"] is None and not has_memory:
            found.append("targetless")
            continue
        found += memory(memory_of(dump))
        kind = "map" if has_memory else "none"
        found.append(target(dump["arch"], big_endian=dump["big_endian"], memory=kind))
    return found


def answer_of(vector: dict[str, Any]) -> list[str]:
    """The expected answer of a driver, with values in the order of their keys."""
    found = ["note {offset} {length}".format(**vector["text"])]
    found += [
        f"diagnostic {d['id']} {d['severity']} {d['line']} {d['offset']} "
        f"{digits((d['key'] or '').encode())} {d['message']}"
        for d in vector["diagnostics"]
    ]
    found.append(f"errors {sum(d['severity'] == 'error' for d in vector['diagnostics'])}")
    found += sorted(
        f"value {v['key']} {v['status']} {_bits(v['number'])} {digits(v['text'].encode())} "
        f"{v['bytes'] or '-'}"
        for v in vector["values"]
    )
    found += [
        f"find {digits(u['key'].encode())} is {digits(u['text'].encode())} {_bits(u['number'])}"
        for u in vector["unknown"]
    ]
    for dump in vector["dumps"]:
        derived = {d["name"]: d for d in dump["derived"]}
        found += [_derived(name, derived.get(name)) for name in derivations_of_header()]
    return found


def comparable(said: list[str]) -> list[str]:
    """An answer without reads of memory, which vectors don't have, and with sorted values."""
    told = [line for line in said if not line.startswith("read ")]
    places = [place for place, line in enumerate(told) if line.startswith("value ")]
    for place, line in zip(places, sorted(told[place] for place in places)):
        told[place] = line
    return told


def _bits(number: str | None) -> str:
    return "-" if number is None else str(int(number) & MASK)


def _derived(name: str, derived: dict[str, Any] | None) -> str:
    if derived is None:
        return f"derive {name} no-recipe"
    if derived["status"] != "ok":
        return f"derive {name} {derived['status']}"
    return f"derive {name} ok {_bits(derived['value'])} {derived['recipe']}"
