# SPDX-License-Identifier: MIT
"""Generated products: rows are prepared in Python, templates hold layout only."""
