# SPDX-License-Identifier: MIT
"""Questions to the schema, answered as data; `interface` documents the answers."""
