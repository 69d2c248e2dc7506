# SPDX-License-Identifier: MIT
"""Parts of tests/guest-dumps that shell can't do: an initramfs, and commands to QEMU's monitor.

guest_dumps.py cpio FOLDER              the folder as an initramfs archive, to stdout
guest_dumps.py module PATH.ko[.xz]      the module uncompressed for insmod, to stdout
guest_dumps.py qmp SOCKET SECONDS NAME  stop the guest and dump it to NAME.elf; if a part of
               [START BYTES]            memory is given, also to NAME.kdump, and that to memory.raw
"""

from __future__ import annotations

import json
import lzma
import os
import socket
import stat
import sys
from pathlib import Path
from typing import Any, BinaryIO


def write_cpio(folder: Path, out: BinaryIO) -> None:
    """Write the "newc" format, owned by root, without times: the same folder gives the same
    bytes.
    """

    def entry(number: int, name: str, mode: int, data: bytes) -> None:
        path = name.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + path
        out.write(head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4))

    paths = sorted(folder.rglob("*"))
    for number, path in enumerate(paths, 1):
        mode = path.lstat().st_mode
        data = b""
        if stat.S_ISLNK(mode):
            data = os.fsencode(path.readlink())
        elif stat.S_ISREG(mode):
            data = path.read_bytes()
        entry(number, path.relative_to(folder).as_posix(), mode, data)
    entry(0, "TRAILER!!!", 0, b"")


class Monitor:
    """QEMU's machine protocol over a socket: one JSON object per line."""

    def __init__(self, path: str, timeout: float) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.lines = self.socket.makefile("rb")
        self.lines.readline()  # its greeting
        self("qmp_capabilities")

    def __call__(self, command: str, **arguments: Any) -> None:
        message = {"execute": command, "arguments": arguments}
        self.socket.sendall(json.dumps(message).encode() + b"\n")
        for line in self.lines:
            answer = json.loads(line)
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return
        raise RuntimeError(f"{command}: QEMU has gone")


def dump(path: str, seconds: str, name: str, start: str = "0", size: str = "0") -> None:
    qemu = Monitor(path, float(seconds))
    qemu("stop")  # so that all dumps are of the same moment
    qemu("dump-guest-memory", paging=False, protocol=f"file:{name}.elf", detach=False)
    if int(size):
        qemu(
            "dump-guest-memory",
            paging=False,
            protocol=f"file:{name}.kdump",
            format="kdump-zlib",
            detach=False,
        )
        qemu("pmemsave", val=int(start), size=int(size), filename="memory.raw")
    qemu("quit")


def main(verb: str, *arguments: str) -> None:
    if verb == "cpio":
        write_cpio(Path(arguments[0]), sys.stdout.buffer)
    elif verb == "module":
        data = Path(arguments[0]).read_bytes()
        sys.stdout.buffer.write(lzma.decompress(data) if arguments[0].endswith(".xz") else data)
    elif verb == "qmp":
        dump(*arguments)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, RuntimeError) as error:
        sys.exit(f"guest-dumps: {error}")
