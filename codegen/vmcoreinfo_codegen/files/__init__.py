# SPDX-License-Identifier: MIT
"""File input and output: opening without blocking, reading within limits, unpacking, atomic
writing.
"""
