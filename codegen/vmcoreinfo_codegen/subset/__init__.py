# SPDX-License-Identifier: MIT
"""A part of the schema: what some tools read, for some kernels and architectures."""
