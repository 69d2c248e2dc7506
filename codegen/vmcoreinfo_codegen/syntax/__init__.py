# SPDX-License-Identifier: MIT
"""The text of `.vmci` files: read into a tree that keeps everything, and written back."""
