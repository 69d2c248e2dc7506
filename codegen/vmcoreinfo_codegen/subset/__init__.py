# SPDX-License-Identifier: MIT
"""A part of the schema: what some tools read, of some kernels, on some architectures."""
