# SPDX-License-Identifier: MIT
"""Writes files completely or not at all, and never over an input.

A new file is beside the old one, under a random name, until it is complete and on disk; then it
replaces it in one step. However the command ends, either the old file or the new one is there.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import ExitStack, contextmanager, suppress

# Only type checkers load collections.abc and typing, so that `note` starts fast.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import BinaryIO

    Name = str | os.PathLike[str]

STDIN = "-"
"""The name of an input that is standard input."""

_PARTIAL = ".vmcoreinfo-partial-"
_PERMISSIONS = stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO
# These folders have devices and open files, which can't be replaced.
_DEVICES = ("/dev", "/proc")


class OutputRefused(OSError):
    """An output that would destroy an input or another file; `filename` and `strerror` say why."""


def write(path: Name, data: bytes, inputs: Iterable[Name] = ()) -> None:
    """Replace a file by one with `data`. Raises OSError, OutputRefused if it is one of the
    inputs.
    """
    write_all([(path, data)], inputs)


def write_all(files: Iterable[tuple[Name, bytes]], inputs: Iterable[Name] = ()) -> None:
    """Replace files once all of them are on disk, so that a full disk leaves no mix of old and new.

    Raises OSError, OutputRefused if one of them is an input.
    """
    read = _identities(inputs)
    with _Folders() as folders:
        whole = []
        for path, data in files:
            new = folders.enter_context(_opened(path, read, None, folders))
            new.file.write(data)
            new.finish()
            whole.append(new)
        for new in whole:
            new.take_place()


@contextmanager
def replacing(
    path: Name, inputs: Iterable[Name] = (), mode: int | None = None
) -> Iterator[BinaryIO]:
    """A new file that replaces `path` if the block ends without an exception.

    The file has the permissions of the old one, or those of any new file, limited to `mode`. Raises
    OSError, OutputRefused if it is one of the inputs.
    """
    with _Folders() as folders, _opened(path, _identities(inputs), mode, folders) as new:
        yield new.file
        new.finish()
        new.take_place()


def _identities(inputs: Iterable[Name]) -> dict[tuple[int, int], Name]:
    """Device and inode of each existing input, with its name."""
    found = ((_status(name), name) for name in inputs)
    return {(there.st_dev, there.st_ino): name for there, name in found if there is not None}


def _refuse_input(
    path: str, there: os.stat_result | None, read: Mapping[tuple[int, int], Name]
) -> None:
    """Raise OutputRefused if a file is one of the inputs, by any name or link."""
    if there is None or not stat.S_ISREG(there.st_mode):
        return
    name = read.get((there.st_dev, there.st_ino))
    if name is None:
        return
    what = "standard input" if name == STDIN else "the same file as the input"
    beside = "" if name == STDIN or os.fspath(name) == path else f" {os.fspath(name)}"
    raise OutputRefused(errno.EEXIST, f"{what}{beside}; give a different output file", path)


def _status(path: Name) -> os.stat_result | None:
    with suppress(OSError, ValueError):
        return os.fstat(sys.stdin.fileno()) if path == STDIN else os.stat(path)
    return None


class _New:
    """A file that is being written."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def finish(self) -> None:
        """Called when everything is written."""
        self.file.flush()

    def take_place(self) -> None:
        """Does nothing: a device or a pipe has the data already."""


class _Beside(_New):
    """A new file beside the one that it replaces; `folder` is a descriptor."""

    def __init__(self, file: BinaryIO, folder: int, name: str, place: str) -> None:
        super().__init__(file)
        self._folder = folder
        self._name = name
        self._place = place
        self._is_there = True

    def finish(self) -> None:
        """Sync the file to disk and close it, as many files may wait for the last one."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()

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


class _Folders(ExitStack):
    """The folders of output files, each opened once."""

    def __init__(self) -> None:
        super().__init__()
        self._open: dict[str, int] = {}

    def descriptor(self, path: str) -> int:
        if path not in self._open:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            self.callback(os.close, descriptor)
            self._open[path] = descriptor
        return self._open[path]


@contextmanager
def _opened(
    path: Name, read: Mapping[tuple[int, int], Name], most: int | None, folders: _Folders
) -> Iterator[_New]:
    path = os.fspath(path)
    there = _status(path)
    _refuse_input(path, there, read)
    if there is not None and stat.S_ISDIR(there.st_mode):
        raise IsADirectoryError(errno.EISDIR, "a folder; give the name of an output file", path)
    if (there is not None and not stat.S_ISREG(there.st_mode)) or _is_device(path):
        with open(path, "wb") as file:
            yield _New(file)
        return
    # A symbolic link to the file stays one.
    folder, name = os.path.split(os.path.realpath(path))
    mode = _mode(there, most)
    try:
        if there is not None and not os.access(path, os.W_OK, effective_ids=True):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with beside(folders.descriptor(folder), name, mode) as new:
            if there is not None:
                _give(new.file.fileno(), there, mode)
            yield new
    except OSError as error:
        if error.filename in (None, folder) or str(error.filename).startswith(_PARTIAL):
            error.filename = path
        raise


@contextmanager
def beside(folder: int, name: str, mode: int) -> Iterator[_Beside]:
    """A new file in an open folder, under a random name; removed unless it replaces the old one."""
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
    """Whether a path leads into a folder of devices or open files, such as /dev/stdout."""
    folder = os.path.realpath(os.path.dirname(path) or ".")
    return folder == _DEVICES[0] or f"{folder}/".startswith(f"{_DEVICES[1]}/")


def _mode(there: os.stat_result | None, most: int | None) -> int:
    mode = 0o666 if there is None else there.st_mode & _PERMISSIONS
    return mode if most is None else mode & most


def _give(descriptor: int, there: os.stat_result, mode: int) -> None:
    """Set the owner of the replaced file, as far as permitted, and the permissions."""
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (there.st_uid, there.st_gid):
        try:
            os.fchown(descriptor, there.st_uid, there.st_gid)
        except OSError:
            # The group is another one, which must not get access.
            mode &= ~stat.S_IRWXG
    os.fchmod(descriptor, mode)
