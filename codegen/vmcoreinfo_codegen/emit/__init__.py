# SPDX-License-Identifier: MIT
"""Generated products: rows are prepared in Python, templates have only the layout."""
