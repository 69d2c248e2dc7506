# SPDX-License-Identifier: MIT
"""Entries that no tool reads, and those that tools read and a kernel does not export."""

from __future__ import annotations

from ..core.release import Release
from ..model import Schema
from ..query.interface.consumers import Unread
from .exports import predicted


def unread(schema: Schema, release: Release, kernel: str) -> Unread:
    """Over all architectures; `kernel` is what the release is called."""
    exported = {
        key for arch in schema.architectures for key in predicted(schema, release, arch).keys
    }
    read = {key for consumer in schema.consumers for key in consumer.keys}
    return Unread(
        kernel=kernel,
        unused=[entry.key for entry in schema.entries if entry.key in exported - read],
        missing=[entry.key for entry in schema.entries if entry.key in read - exported],
    )
