# SPDX-License-Identifier: MIT
"""A kernel's debug information: types (BTF), addresses, build ID."""
