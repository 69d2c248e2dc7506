# SPDX-License-Identifier: MIT
"""Trees of tools: which keys their sources read, by the forms that the schema declares."""
