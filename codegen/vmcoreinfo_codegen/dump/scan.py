# SPDX-License-Identifier: MIT
"""The search for first lines of notes, which takes most of the time of a search of an image.

A large file is searched by several processes. They report only in which pieces first lines begin,
so that their answers stay small whatever is in the file.
"""

from __future__ import annotations

import bisect
import contextlib
import os
import re
import signal
import struct
from collections.abc import Callable, Iterable, Iterator

NEEDLE = b"OSRELEASE="

# A release starts with a number; in 2.6.25 and 2.6.26 the kernel printed the expression itself.
# A release has at most 64 characters (__NEW_UTS_LEN). The rest of the line is only looked ahead at,
# as a false start may contain a real first line.
FIRST_LINE = re.compile(
    NEEDLE + rb"(?=(?:\d{1,9}\.\d{1,9}[^\s\0]{0,64}|init_uts_ns\.name\.release)\n)"
)
LONGEST_FIRST_LINE = 96

_LEAST_STEP = 4096
_BYTES_FOR_A_CALL = 256
_BYTES_FOR_A_PROCESS = 64 << 20
_MOST_PROCESSES = 4

Piece = tuple[int, int]
"""A half-open range of bytes in a file."""


Progress = Callable[[int], object]
"""Called with the number of bytes just searched."""


def first_lines(window: bytearray, first: int, end: int) -> Iterator[int]:
    """Where first lines begin that are within [`first`, `end`), in order.

    Data without the needle's last byte are skipped at the speed of memchr(). The rest is searched
    from the back, as CPython's rfind() is 1.7 times as fast as its find(), in steps that double:
    the byte may be in every step or in few. If needles are many, the regular expression is faster
    than one call for each.
    """
    behind = len(NEEDLE) - 1
    step = _LEAST_STEP
    while (hit := window.find(NEEDLE[-1:], first + behind, end)) >= 0:
        step = _LEAST_STEP if hit - first > step else step * 2
        first = hit - behind
        stop = min(end, hit + step)
        places: list[int] = []
        most = step // _BYTES_FOR_A_CALL
        last = stop
        while len(places) < most and (place := window.rfind(NEEDLE, first, last)) >= 0:
            places.append(place)
            last = place + behind
        if len(places) == most:
            step = _LEAST_STEP
            for match in FIRST_LINE.finditer(window, first, min(end, stop + LONGEST_FIRST_LINE)):
                if match.end() > stop:
                    break
                yield match.start()
        else:
            for place in reversed(places):
                if FIRST_LINE.match(window, place, min(end, place + LONGEST_FIRST_LINE)):
                    yield place
        first = stop - behind


class Pieces:
    """Pieces of at most `most` bytes of a file's ranges, by number; only the ranges are stored."""

    def __init__(self, stretches: Iterable[Piece], most: int) -> None:
        self.most = most
        self._stretches: list[Piece] = []
        self._firsts: list[int] = []
        self._number = 0
        for start, end in stretches:
            self._stretches.append((start, end))
            self._firsts.append(self._number)
            self._number += -(-(end - start) // most)

    def __len__(self) -> int:
        return self._number

    def __getitem__(self, number: int) -> Piece:
        stretch = bisect.bisect_right(self._firsts, number) - 1
        start, end = self._stretches[stretch]
        start += (number - self._firsts[stretch]) * self.most
        return start, min(start + self.most, end)


def with_first_lines(
    descriptor: int, pieces: Pieces, jobs: int, progress: Progress
) -> Iterator[Piece]:
    """The pieces of a regular file in which first lines begin, in order, found by processes.

    Pieces that a process did not search, as it was killed or could not read, are searched here,
    which raises OSError.
    """
    done = bytearray(len(pieces))
    for number, has_one in _answers(descriptor, pieces, jobs):
        done[number] = 2 if has_one else 1
        start, end = pieces[number]
        progress(end - start)
    search = None
    for number, state in enumerate(done):
        if state == 0:
            search = search or _Search(descriptor, pieces)
            state = 2 if search.has_one(number) else 1
        if state == 2:
            yield pieces[number]


class _Search:
    def __init__(self, descriptor: int, pieces: Pieces) -> None:
        self._descriptor = descriptor
        self._pieces = pieces
        self._window = bytearray(pieces.most + LONGEST_FIRST_LINE)

    def has_one(self, number: int) -> bool:
        start, end = self._pieces[number]
        size = end - start
        filled = read_into(self._descriptor, self._window, start, size + LONGEST_FIRST_LINE)
        return next(first_lines(self._window, 0, filled), size) < size


_ANSWER = struct.Struct("<Q?")
_ANSWERS_AT_ONCE = 32  # less than PIPE_BUF, so that writes of two processes don't mix


def _answers(descriptor: int, pieces: Pieces, jobs: int) -> Iterator[tuple[int, bool]]:
    """Numbers of pieces and whether first lines begin there, in the order of the answers.

    Each process takes the next number: the file offset, which the processes share, is that number,
    and lseek() moves it atomically.
    """
    os.lseek(descriptor, 0, os.SEEK_SET)
    ours, theirs = os.pipe()
    children: list[int] = []
    try:
        for _ in range(jobs):
            child = os.fork()
            if not child:
                _work(descriptor, pieces, theirs, ours)
            children.append(child)
        os.close(theirs)
        rest = b""
        while got := os.read(ours, 1 << 16):
            rest += got
            whole = len(rest) - len(rest) % _ANSWER.size
            yield from _ANSWER.iter_unpack(rest[:whole])
            rest = rest[whole:]
    finally:
        os.close(ours)
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _work(descriptor: int, pieces: Pieces, answers: int, theirs: int) -> None:
    """The work of a process, which always exits here."""
    try:
        os.close(theirs)
        own = descriptor
        with contextlib.suppress(OSError):
            # Readahead is per open file, so each process opens its own.
            own = os.open(f"/dev/fd/{descriptor}", os.O_RDONLY)
        search = _Search(own, pieces)
        told = b""
        while (number := os.lseek(descriptor, 1, os.SEEK_CUR) - 1) < len(pieces):
            told += _ANSWER.pack(number, search.has_one(number))
            # Each write wakes the reader, which takes CPU time from the search.
            if len(told) >= _ANSWERS_AT_ONCE * _ANSWER.size:
                os.write(answers, told)
                told = b""
        os.write(answers, told)
    finally:
        os._exit(0)


def read_into(descriptor: int, window: bytearray, start: int, size: int) -> int:
    """Fill a window with up to `size` bytes of a file from `start` on; returns how many."""
    view = memoryview(window)[:size]
    filled = 0
    while filled < size and (got := os.preadv(descriptor, [view[filled:]], start + filled)):
        filled += got
    return filled


def processes(size: int) -> int:
    """The number of processes that a file of `size` bytes is worth."""
    return max(1, min(len(os.sched_getaffinity(0)), _MOST_PROCESSES, size // _BYTES_FOR_A_PROCESS))
