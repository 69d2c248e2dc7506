# SPDX-License-Identifier: MIT
"""Whether a tool can do with a kernel's note what it needs it for, and why not."""
