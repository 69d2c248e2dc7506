# SPDX-License-Identifier: MIT
"""Trees of tools: the keys that their sources read, by the code patterns in the schema."""
