# SPDX-License-Identifier: MIT
"""One module a verb: `add_arguments(parser)` and `run(options) -> int`."""
