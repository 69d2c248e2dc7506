# SPDX-License-Identifier: MIT
"""Scripts that run with the tested tool, possibly in another Python."""
