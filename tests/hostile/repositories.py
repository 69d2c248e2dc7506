# SPDX-License-Identifier: MIT
"""Repositories that name commands wherever git may run one, and odd ones."""

from __future__ import annotations

import os
import shlex
import subprocess
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

TAG = "v6.9"


def git(repository: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Run git as the author of the repository."""
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "gc.auto=0"]
    command = ["git", "-C", str(repository), *identity, *arguments]
    environment = {name: v for name, v in os.environ.items() if not name.startswith("GIT_")}
    ran = subprocess.run(command, input=stdin, check=True, capture_output=True, env=environment)
    return ran.stdout.strip()


def commit(top: Path) -> Path:
    """Make a tree a repository with one tagged commit."""
    git(top, "init", "-q")
    git(top, "add", "-A", "-f")
    git(top, "commit", "-qm", "all")
    git(top, "tag", TAG)
    return top


def remove_object(top: Path, name: str) -> None:
    """Remove the object of a file, which a partial clone would fetch."""
    blob = git(top, "rev-parse", f"{TAG}:{name}").decode()
    (top / ".git/objects" / blob[:2] / blob[2:]).unlink()


def _script(top: Path, name: str, mark: Path) -> str:
    path = top / ".git" / name
    path.write_text(f"#!/bin/sh\ntouch '{mark}'\nexit 1\n")
    path.chmod(0o755)
    return str(path)


def _config(top: Path, values: Mapping[str, str]) -> None:
    for key, value in values.items():
        git(top, "config", key, value)


def _promisor(top: Path, mark: Path) -> None:
    pack = f"touch '{mark}'; false"
    _config(
        top,
        {
            "core.repositoryFormatVersion": "1",
            "extensions.partialClone": "evil",
            "remote.evil.promisor": "true",
            "remote.evil.url": str(top),
            "remote.evil.uploadpack": pack,
        },
    )
    remove_object(top, "kernel/vmcore_info.c")


def _promisor_by_ssh(top: Path, mark: Path) -> None:
    _promisor(top, mark)
    command = shlex.quote(_script(top, "evil", mark))
    _config(top, {"remote.evil.url": "ssh://host/x", "core.sshCommand": command})


def _promisor_by_helper(top: Path, mark: Path) -> None:
    _promisor(top, mark)
    _config(
        top,
        {
            "remote.evil.url": f"ext::touch {str(mark).replace(' ', '% ')}",
            "protocol.ext.allow": "always",
        },
    )


def _promisor_by_include(top: Path, mark: Path) -> None:
    _promisor(top, mark)
    config = top / ".git/config"
    config.rename(top / ".git/more")
    config.write_text("[core]\n\trepositoryformatversion = 1\n[include]\n\tpath = more\n")
    git(top, "config", "extensions.partialClone", "evil")


def _promisor_by_proxy(top: Path, mark: Path) -> None:
    _promisor(top, mark)
    command = _script(top, "evil", mark)
    _config(top, {"remote.evil.url": "git://127.0.0.1/x", "core.gitProxy": command})


def _commands(top: Path, mark: Path) -> None:
    """Configure every command that git may run, and what triggers it."""
    command = _script(top, "evil", mark)
    names = [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.askPass",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "gpg.program",
        "gpg.openpgp.program",
        "gpg.ssh.program",
        "credential.helper",
        "pager.log",
        "pager.tag",
        "pager.grep",
        "pager.ls-tree",
        "pager.rev-parse",
        "pager.cat-file",
        "sequence.editor",
        "uploadpack.packObjectsHook",
        "interactive.diffFilter",
        "trailer.evil.command",
        "core.hooksPath",
    ]
    _config(top, dict.fromkeys(names, shlex.quote(command)))
    # git runs these without a shell.
    _config(top, dict.fromkeys(("core.askPass", "core.gitProxy", "core.hooksPath"), command))
    _config(top, {name: command for name in names if name.startswith("gpg.")})
    for verb in ("log", "grep", "tag", "rev-parse", "ls-tree", "cat-file"):
        git(top, "config", f"alias.{verb}", f"!{shlex.quote(command)}")
    _config(top, {"log.showSignature": "true", "submodule.recurse": "true", "grep.textconv": "1"})
    (top / ".gitattributes").write_text("* diff=evil filter=evil\n")
    (top / ".git/info/attributes").write_text("* diff=evil filter=evil\n")
    hooks = top / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("reference-transaction", "post-index-change", "fsmonitor-watchman"):
        (hooks / hook).write_text(f"#!/bin/sh\ntouch '{mark}'\n")
        (hooks / hook).chmod(0o755)


def _signed(top: Path, mark: Path) -> None:
    _commands(top, mark)
    head = git(top, "cat-file", "commit", "HEAD").decode()
    start, _, message = head.partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n AAAA\n -----END PGP SIGNATURE-----"
    text = f"{start}\n{signature}\n\n{message}\n".encode()
    made = git(top, "hash-object", "-t", "commit", "-w", "--stdin", stdin=text).decode()
    git(top, "update-ref", "refs/heads/signed", made)
    git(top, "update-ref", f"refs/tags/{TAG}", made)


PLANTS: dict[str, Callable[[Path, Path], None]] = {
    "a partial clone": _promisor,
    "a partial clone by ssh": _promisor_by_ssh,
    "a partial clone by ext": _promisor_by_helper,
    "a partial clone by include": _promisor_by_include,
    "a partial clone by proxy": _promisor_by_proxy,
    "every command": _commands,
    "every command, and a signature": _signed,
}
"""Functions that make a repository run `touch MARK`; the first argument is its work tree."""


def _flood_of_tags(top: Path) -> None:
    head = git(top, "rev-parse", "HEAD").decode()
    lines = [f"{head} refs/tags/v6.{number}" for number in range(10, 100_010)]
    packed = "# pack-refs with: peeled fully-peeled sorted\n"
    (top / ".git/packed-refs").write_text(packed + "\n".join(sorted(lines)) + "\n")


def _tree_of_trees(top: Path) -> None:
    """Ten trees of ten trees of ten trees, down to 10^9 files."""
    inner = git(top, "rev-parse", "HEAD:kernel")
    for _ in range(9):
        listed = b"".join(b"040000 tree %s\tt%d\n" % (inner, number) for number in range(10))
        inner = git(top, "mktree", stdin=listed)
    listed = git(top, "ls-tree", "HEAD") + b"\n040000 tree %s\tbomb\n" % inner
    tree = git(top, "mktree", stdin=listed).decode()
    made = git(top, "commit-tree", tree, "-m", "bomb").decode()
    git(top, "update-ref", f"refs/tags/{TAG}", made)


def _large_blob(top: Path) -> None:
    """A source of 1 GB of zeros, which takes 1 MB in the repository."""
    packer = zlib.compressobj(1)
    size = 1 << 30
    import hashlib

    digest = hashlib.sha1()
    head = b"blob %d\0" % size
    pieces = [packer.compress(head)]
    digest.update(head)
    for _ in range(1024):
        digest.update(bytes(1 << 20))
        pieces.append(packer.compress(bytes(1 << 20)))
    name = digest.hexdigest()
    path = top / ".git/objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join([*pieces, packer.flush()]))
    listed = git(top, "ls-tree", "HEAD") + f"\n100644 blob {name}\tzeros.c\n".encode()
    tree = git(top, "mktree", stdin=listed).decode()
    git(top, "update-ref", f"refs/tags/{TAG}", git(top, "commit-tree", tree, "-m", "x").decode())


def _fifo(name: str) -> Callable[[Path], None]:
    def make(top: Path) -> None:
        path = top / ".git" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        os.mkfifo(path)

    return make


def _written(name: str, data: bytes) -> Callable[[Path], None]:
    def make(top: Path) -> None:
        path = top / ".git" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    return make


def _damaged_pack(top: Path) -> None:
    git(top, "repack", "-adq")
    (pack,) = (top / ".git/objects/pack").glob("*.pack")
    data = bytearray(pack.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    pack.chmod(0o644)
    pack.write_bytes(data)


ODD: dict[str, Callable[[Path], None]] = {
    "100,000 tags": _flood_of_tags,
    "a tree of trees": _tree_of_trees,
    "a source of 1 GB": _large_blob,
    "a damaged pack": _damaged_pack,
    "a missing object": lambda top: remove_object(top, "kernel/vmcore_info.c"),
    "a missing Makefile": lambda top: remove_object(top, "Makefile"),
    "a FIFO packed-refs": _fifo("packed-refs"),
    "a FIFO tag": _fifo("refs/tags/v6.8"),
    "a FIFO FETCH_HEAD": _fifo("FETCH_HEAD"),
    "alternates of itself": _written("objects/info/alternates", b".\n../objects\n"),
    "alternates of nothing": _written("objects/info/alternates", b"/none\n\x1b[2J\n" * 1000),
    "a damaged config": _written("config", b"[core\n"),
    "a config of zeros": _written("config", bytes(100_000)),
    "an unknown format": _written("config", b"[core]\nrepositoryformatversion = 99\n"),
    "a damaged HEAD": _written("HEAD", b"\x1b[2J\n"),
    "a commit graph": _written("objects/info/commit-graph", b"CGPH\1\1\xff\0" + bytes(999)),
    "an index of packs": _written("objects/pack/multi-pack-index", b"MIDX\1\1\xff\0" + bytes(999)),
    "grafts": _written("info/grafts", b"0" * 40 + b"\n"),
    "damaged refs": _written("packed-refs", b"\x1b[2J refs/tags/v6.7\n" * 1000),
}
"""Other defects of a repository."""
