# SPDX-License-Identifier: MIT
"""A kernel's configuration on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..model import Schema
from .failure import Failure


def config_of(schema: Schema, path: Path | None) -> Mapping[str, bool | int] | None:
    """Every symbol that the schema asks for; symbols not in the file are off."""
    if path is None:
        return None
    from ..kernel.config import ConfigError, read_config

    try:
        return schema.asked_config(read_config(path))
    except ConfigError as error:
        raise Failure(str(error)) from error
