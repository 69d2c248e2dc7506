# SPDX-License-Identifier: MIT
"""Files that are written whole or not at all, and never over what is read.

A new file stands beside the old one until it is whole and on disk, under a random name, and then
takes its place in one step. Whatever ends the command, the old file or the new one is there.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import ExitStack, contextmanager, suppress

# collections.abc and typing are loaded by type checkers alone: `note` starts without them.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    Name = str | os.PathLike[str]

STDIN = "-"
"""The name of an input that is standard input."""

_PARTIAL = ".vmcoreinfo-partial-"
_PERMISSIONS = stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO
# What these folders hold are devices and open files, which can't be replaced.
_DEVICES = ("/dev", "/proc")


class OutputRefused(OSError):
    """An output that would cost an input or something else; `filename` and `strerror` say why."""


def write(path: Name, data: bytes, inputs: Iterable[Name] = ()) -> None:
    """Replace a file by one with `data`. Raises OSError, OutputRefused for one of the inputs."""
    write_all([(path, data)], inputs)


def write_all(files: Iterable[tuple[Name, bytes]], inputs: Iterable[Name] = ()) -> None:
    """Replace files once all of them are on disk, so that no full disk leaves some old, some new.

    Raises OSError, OutputRefused for one of the inputs.
    """
    inputs = list(inputs)
    with ExitStack() as opened:
        whole = []
        for path, data in files:
            new = opened.enter_context(_opened(path, inputs, None))
            new.file.write(data)
            new.sync()
            whole.append(new)
        for new in whole:
            new.take_place()


@contextmanager
def replacing(
    path: Name, inputs: Iterable[Name] = (), mode: int | None = None
) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path` where the block ends without an exception.

    The file has the permissions of the one that it replaces, or those of any new file; `mode`
    takes away what is not in it. Raises OSError, OutputRefused for one of the inputs.
    """
    with _opened(path, inputs, mode) as new:
        yield new.file
        new.sync()
        new.take_place()


def refuse_input(path: Name, inputs: Iterable[Name]) -> None:
    """Raises OutputRefused where a path is one of the inputs, by whatever name or link."""
    there = _status(path)
    if there is None or not stat.S_ISREG(there.st_mode):
        return
    for name in inputs:
        read = _status(name)
        if read is not None and (read.st_dev, read.st_ino) == (there.st_dev, there.st_ino):
            what = "standard input" if name == STDIN else "the same file as the input"
            beside = "" if name == STDIN or os.fspath(name) == os.fspath(path) else f" {name}"
            raise OutputRefused(
                errno.EEXIST, f"{what}{beside}; name another file to write to", os.fspath(path)
            )


def _status(path: Name) -> os.stat_result | None:
    with suppress(OSError, ValueError):
        return os.fstat(sys.stdin.fileno()) if path == STDIN else os.stat(path)
    return None


class _New:
    """A file that is being written."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def sync(self) -> None:
        self.file.flush()

    def take_place(self) -> None:
        """What is written to a device or a pipe is there already."""


class _Beside(_New):
    """A file that stands beside the one that it replaces; `folder` is a descriptor."""

    def __init__(self, file: BinaryIO, folder: int, name: str, place: str) -> None:
        super().__init__(file)
        self._folder = folder
        self._name = name
        self._place = place
        self._is_there = True

    def sync(self) -> None:
        self.file.flush()
        os.fsync(self.file.fileno())

    def take_place(self) -> None:
        os.replace(self._name, self._place, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        self._is_there = False
        # Some file systems have no fsync() of folders.
        with suppress(OSError):
            os.fsync(self._folder)

    def remove(self) -> None:
        if self._is_there:
            with suppress(OSError):
                os.unlink(self._name, dir_fd=self._folder)


@contextmanager
def _opened(path: Name, inputs: Iterable[Name], mode: int | None) -> Iterator[_New]:
    refuse_input(path, inputs)
    path = os.fspath(path)
    there = _status(path)
    if there is not None and stat.S_ISDIR(there.st_mode):
        raise IsADirectoryError(errno.EISDIR, "a folder; name the file to write to", path)
    if (there is not None and not stat.S_ISREG(there.st_mode)) or _is_device(path):
        with open(path, "wb") as file:
            yield _New(file)
        return
    # A link to the file stays one.
    folder, name = os.path.split(os.path.realpath(path))
    try:
        if there is not None and not os.access(path, os.W_OK, effective_ids=True):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with _folder(folder) as descriptor, beside(descriptor, name, _mode(there, mode)) as new:
            if there is not None:
                _give(new.file.fileno(), there, _mode(there, mode))
            yield new
    except OSError as error:
        if error.filename in (None, folder) or str(error.filename).startswith(_PARTIAL):
            error.filename = path
        raise


@contextmanager
def _folder(path: str) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def beside(folder: int, name: str, mode: int) -> Iterator[_Beside]:
    """A new file in an open folder, under a random name; removed where it takes no place."""
    new = f"{_PARTIAL}{os.urandom(8).hex()}"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(new, flags, mode, dir_fd=folder)
    with open(descriptor, "w+b") as file:
        made = _Beside(file, folder, new, name)
        try:
            yield made
        finally:
            made.remove()


def _is_device(path: str) -> bool:
    """Whether a path leads through a folder of devices or of open files, as /dev/stdout does."""
    folder = os.path.realpath(os.path.dirname(path) or ".")
    return folder == _DEVICES[0] or f"{folder}/".startswith(f"{_DEVICES[1]}/")


def _mode(there: os.stat_result | None, most: int | None) -> int:
    mode = 0o666 if there is None else there.st_mode & _PERMISSIONS
    return mode if most is None else mode & most


def _give(descriptor: int, there: os.stat_result, mode: int) -> None:
    """Owner of the file that is replaced, as far as one may give it, and permissions."""
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (there.st_uid, there.st_gid):
        try:
            os.fchown(descriptor, there.st_uid, there.st_gid)
        except OSError:
            # The group is another one, which the file was never for.
            mode &= ~stat.S_IRWXG
    os.fchmod(descriptor, mode)
