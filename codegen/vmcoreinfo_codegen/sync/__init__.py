# SPDX-License-Identifier: MIT
"""Updates the schema from a kernel tree: the changes, and the edited files."""
