# SPDX-License-Identifier: MIT
"""Notes for dumps that have none, out of what else is known of the kernel."""
