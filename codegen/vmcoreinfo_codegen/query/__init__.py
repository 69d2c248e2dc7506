# SPDX-License-Identifier: MIT
"""Questions to the schema, answered as data; `interface.py` is their documented form."""
