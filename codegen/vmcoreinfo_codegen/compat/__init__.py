# SPDX-License-Identifier: MIT
"""Whether a tool works with a kernel's note, and why not."""
