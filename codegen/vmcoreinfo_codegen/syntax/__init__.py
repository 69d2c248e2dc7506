# SPDX-License-Identifier: MIT
"""Read `.vmci` files into a tree that keeps everything, and write them back."""
