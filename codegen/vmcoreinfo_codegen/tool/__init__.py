# SPDX-License-Identifier: MIT
"""Trees of tools: the keys that their sources read, according to the forms in the schema."""
