# SPDX-License-Identifier: MIT
"""One rule a file; each module has `RULE`."""
