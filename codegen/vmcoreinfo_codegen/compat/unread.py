# SPDX-License-Identifier: MIT
"""Entries that no tool reads, and those that tools read but a kernel does not export."""

from __future__ import annotations

from ..model.kernel import Kernel
from ..query.interface.consumers import Unread
from ..query.kernel_line import kernel_line
from .exports import predicted


def unread(kernel: Kernel) -> Unread:
    """The entries over all architectures."""
    schema, release = kernel.schema, kernel.release
    exported = {
        key for arch in schema.architectures for key in predicted(schema, release, arch).keys
    }
    read = {key for consumer in schema.consumers for key in consumer.keys}
    return Unread(
        kernel=kernel.name,
        line=kernel_line(kernel),
        unused=[entry.key for entry in schema.entries if entry.key in exported - read],
        missing=[entry.key for entry in schema.entries if entry.key in read - exported],
    )
