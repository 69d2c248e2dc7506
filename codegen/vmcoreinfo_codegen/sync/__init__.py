# SPDX-License-Identifier: MIT
"""Update the schema from a kernel tree: the changes, and the edited files."""
