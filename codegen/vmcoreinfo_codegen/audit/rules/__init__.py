# SPDX-License-Identifier: MIT
"""One rule per file; each module has `RULE`."""
