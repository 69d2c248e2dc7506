# SPDX-License-Identifier: MIT
"""One module per verb: `add_arguments(parser)` and `run(options) -> int`."""
