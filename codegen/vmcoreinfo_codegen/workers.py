# SPDX-License-Identifier: MIT
"""Process many inputs in several processes: results come in input order, as they arrive, and none
is lost.

Only as many batches are in progress as keep the processes busy, so that memory stays the same for a
million inputs. A process that is killed, for instance for lack of memory, only costs the input that
it was working on. There are no threads: multiprocessing and concurrent.futures use some, and these
hang if a process ends in the middle of a transfer, as it does on Ctrl-C.
"""

from __future__ import annotations

import itertools
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

# A single process needs none of this.
if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Result = TypeVar("Result")
Work = Callable[[Sequence[str]], Result]

BATCH = 32
_AHEAD = 8
"""Batches per process that may finish before the first one, which may have a large dump."""


def results(
    work: Work[Result],
    inputs: Iterable[str],
    jobs: int,
    lost: Callable[[str], Result],
    at_once: int = BATCH,
) -> Iterator[tuple[int, Result]]:
    """Pairs of the number of inputs and their result, batch by batch; `lost` makes the result for
    an input whose process was killed. Exceptions of `work` are raised. With a single process, a
    batch has `at_once` inputs."""
    if jobs == 1:
        for batch in _batched(inputs, at_once):
            yield len(batch), work(batch)
        return
    pool = _Pool(work, jobs)
    try:
        yield from pool.results(_batched(inputs, BATCH), lost)
    finally:
        pool.end()


def _batched(inputs: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(inputs)
    while batch := list(itertools.islice(rest, size)):
        yield batch


@dataclass
class _Task:
    """Inputs, and the place of their result in their batch."""

    inputs: list[str]
    slots: list[Any]
    slot: int


class _Worker:
    """A process and the pipe to it; `task` is what it is working on."""

    def __init__(self, work: Work[Any], others: Sequence[_Worker]) -> None:
        import multiprocessing

        self.pipe, theirs = multiprocessing.Pipe()
        # A fork copies the ends of the other processes' pipes, which would keep those alive without
        # us.
        ours = [self.pipe, *(other.pipe for other in others)]
        forked = multiprocessing.get_context("fork")
        self.process: BaseProcess = forked.Process(
            target=_serve, args=(work, theirs, ours), daemon=True
        )
        self.process.start()
        theirs.close()
        self.task: _Task | None = None

    def end(self) -> None:
        self.process.terminate()
        self.pipe.close()
        self.process.join()


class _Pool:
    def __init__(self, work: Work[Any], jobs: int) -> None:
        self._work = work
        self._jobs = jobs
        self._workers: list[_Worker] = []

    def results(
        self, batches: Iterator[list[str]], lost: Callable[[str], Any]
    ) -> Iterator[tuple[int, Any]]:
        from multiprocessing.connection import wait

        order: deque[tuple[list[str], list[Any]]] = deque()
        again: deque[_Task] = deque()
        while True:
            room = self._jobs * _AHEAD - len(order)
            for worker in self._idle():
                task = again.popleft() if again else _next(batches, order) if room > 0 else None
                if task is None:
                    break
                room -= 1
                self._give(worker, task, again, lost)
            busy = [worker for worker in self._workers if worker.task is not None]
            if busy:
                ready = wait([worker.pipe for worker in busy])
                for worker in busy:
                    if worker.pipe in ready:
                        self._take(worker, again, lost)
            while order and _PENDING not in order[0][1]:
                batch, slots = order.popleft()
                # A batch that was repeated has a result for each input.
                each = len(batch) // len(slots)
                yield from ((each, result) for result in slots)
            if not order and not busy and not again:
                return

    def _idle(self) -> Iterator[_Worker]:
        for worker in [*self._workers]:
            if worker.task is None:
                yield worker
        while len(self._workers) < self._jobs:
            worker = _Worker(self._work, self._workers)
            self._workers.append(worker)
            yield worker

    def _give(
        self, worker: _Worker, task: _Task, again: deque[_Task], lost: Callable[[str], Any]
    ) -> None:
        worker.task = task
        try:
            worker.pipe.send(task.inputs)
        except OSError:
            self._died(worker, again, lost)

    def _take(self, worker: _Worker, again: deque[_Task], lost: Callable[[str], Any]) -> None:
        task = worker.task
        assert task is not None
        try:
            is_good, result = worker.pipe.recv()
        except (EOFError, OSError):
            self._died(worker, again, lost)
            return
        if not is_good:
            raise result
        task.slots[task.slot] = result
        worker.task = None

    def _died(self, worker: _Worker, again: deque[_Task], lost: Callable[[str], Any]) -> None:
        """Remove a process that died; its inputs are repeated one by one."""
        task = worker.task
        assert task is not None
        self._workers.remove(worker)
        worker.end()
        if len(task.inputs) == 1:
            task.slots[task.slot] = lost(task.inputs[0])
            return
        task.slots[:] = [_PENDING] * len(task.inputs)
        again.extend(_Task([one], task.slots, at) for at, one in enumerate(task.inputs))

    def end(self) -> None:
        for worker in self._workers:
            worker.end()


class _Pending:
    """A result that is still missing."""


_PENDING = _Pending()


def _next(batches: Iterator[list[str]], order: deque[tuple[list[str], list[Any]]]) -> _Task | None:
    batch = next(batches, None)
    if batch is None:
        return None
    slots: list[Any] = [_PENDING]
    order.append((batch, slots))
    return _Task(batch, slots, 0)


def _serve(work: Work[Any], pipe: Connection, ours: Sequence[Connection]) -> None:
    # Ctrl-C reaches every process of the terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in ours:
        other.close()
    while True:
        try:
            batch = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = (True, work(batch))
        except Exception as error:
            answer = (False, error)
        try:
            pipe.send(answer)
        except OSError:
            return
