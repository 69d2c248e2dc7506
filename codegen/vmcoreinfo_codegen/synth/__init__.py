# SPDX-License-Identifier: MIT
"""Notes for dumps without one, made from other data about the kernel."""
