# SPDX-License-Identifier: MIT
"""Notes for dumps that have none, made from other data about the kernel."""
