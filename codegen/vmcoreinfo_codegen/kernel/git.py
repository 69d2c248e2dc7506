# SPDX-License-Identifier: MIT
"""Runs git on a kernel repository, and reads only its objects and refs.

The configuration of a repository can name commands, and so can its attributes, hooks and
replacements: even a partial clone runs `remote.<name>.uploadpack` if an object is missing. So git
gets a directory of our own as repository, with our configuration, and with the refs and objects of
the real one. git itself checks who owns the repository (`safe.directory`), when asked where it is.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..files.opening import open_at_once
from .child import ChildError, run

_MOST_OUTPUT = 32 << 20
_MOST_SECONDS = 60
# Searching all sources, or a history.
_SLOW = {"grep": 900, "log": 900}
# Finding a repository takes milliseconds, but forever if its configuration includes a FIFO.
_MOST_SECONDS_TO_FIND = 20
_MOST_HEAD = 4096
# Files shared by all work trees, and files of one work tree.
_SHARED = ("refs", "packed-refs", "reftable", "logs", "shallow")
_OWN = ("HEAD", "FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD")
# Variables that git sets for its hooks; they name another repository than the one to read.
_OF_ANOTHER = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_REPLACE_REF_BASE",
]
# git has GIT_NO_LAZY_FETCH since 2.45; before, allowing no protocol has the same effect.
_HARMLESS = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_CONFIG = """[core]
	repositoryformatversion = 1
	bare = true
[extensions]
	objectFormat = {}
"""
NOT_HERE = (
    "; missing objects are never fetched; in a partial clone, fetch all of them first with 'git "
    "fetch --refetch --no-filter'"
)
"""What to do about a missing object."""
_MISSING = ("missing", "unable to read", "could not read", "unable to find", "bad object")


class GitError(Exception):
    """git is not installed, or fails; the message has its error."""


class Repository:
    """A repository, for reading only. Raises GitError if there is none."""

    def __init__(self, path: Path) -> None:
        """`path` is any folder in the repository, also a bare one or a linked work tree."""
        self.path = path
        # Two separate calls, as the name of a folder may contain a newline.
        own = Path(os.fsdecode(self._found("--absolute-git-dir")))
        shared = path / os.fsdecode(self._found("--git-common-dir"))
        form = self._found("--show-object-format").decode("ascii", "replace")
        self._folder = tempfile.TemporaryDirectory(prefix="vmcoreinfo-git-")
        inside = Path(self._folder.name)
        for name in _SHARED:
            if os.path.lexists(shared / name):
                _refuse_devices(shared / name)
                (inside / name).symlink_to((shared / name).absolute())
        if not (inside / "refs").exists():
            (inside / "refs").mkdir()
        for name in _OWN:
            _copy(own / name, inside / name)
        config = _CONFIG.format(form)
        if (shared / "reftable").is_dir():
            config += "\trefStorage = reftable\n"
        (inside / "config").write_text(config, encoding="ascii")
        self._environment = {
            **_inherited(lambda name: not name.startswith("GIT_") or name == "GIT_EXEC_PATH"),
            **_HARMLESS,
            "GIT_DIR": str(inside),
            "GIT_OBJECT_DIRECTORY": str((shared / "objects").absolute()),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            # No configuration of the user either; git before 2.32 uses only HOME.
            "GIT_CONFIG_GLOBAL": os.devnull,
            "HOME": str(inside),
            "XDG_CONFIG_HOME": str(inside),
        }

    def git(self, verb: str, *arguments: str, stdin: bytes = b"", accepted: int = 0) -> bytes:
        """The output of git. Raises GitError if its exit code is above `accepted`."""
        command = ("git", verb, *arguments)
        seconds = _SLOW.get(verb, _MOST_SECONDS)
        return self._run(verb, command, self._environment, stdin, accepted, seconds)

    def _found(self, question: str) -> bytes:
        # Here git reads all configuration, as the user's says whose repositories are trusted. It
        # runs no command in it, as it reads neither objects nor an index.
        environment = _inherited(lambda name: name not in _OF_ANOTHER) | _HARMLESS
        command = ("git", "-C", str(self.path), "rev-parse", question)
        out = self._run("rev-parse", command, environment, b"", 0, _MOST_SECONDS_TO_FIND)
        return out.removesuffix(b"\n")

    def _run(
        self,
        verb: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        stdin: bytes,
        accepted: int,
        seconds: float,
    ) -> bytes:
        try:
            ran = run(command, None, environment, stdin, _MOST_OUTPUT, seconds)
        except FileNotFoundError as error:
            raise GitError("git is not installed, but needed to read a repository") from error
        except ChildError as error:
            raise GitError(f"{self.path}: {error}") from error
        if not 0 <= ran.code <= accepted:
            said = ran.said or f"killed by signal {-ran.code}"
            hint = NOT_HERE if any(word in said for word in _MISSING) else ""
            raise GitError(f"{self.path}: git {verb}: {said}{hint}")
        return ran.out


def _inherited(keep: Callable[[str], bool]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if keep(name)}


def _refuse_devices(path: Path) -> None:
    """Raise GitError for a FIFO or a device, on which git would block."""
    found = [path.resolve()]
    while found:
        path = found.pop()
        try:
            mode = path.stat().st_mode
        except OSError:
            continue
        if stat.S_ISDIR(mode) and not path.is_symlink():
            found += path.iterdir()
        elif not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
            raise GitError(f"{path}: neither a file nor a folder")


def _copy(source: Path, target: Path) -> None:
    """Copy a small file that names a commit; git does not follow a symbolic link there."""
    if source.is_file():
        with open_at_once(source) as file:
            target.write_bytes(file.read(_MOST_HEAD))
