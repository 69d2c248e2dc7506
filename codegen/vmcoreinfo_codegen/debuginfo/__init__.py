# SPDX-License-Identifier: MIT
"""What a kernel's debug information says of its own: types (BTF), addresses, build id."""
