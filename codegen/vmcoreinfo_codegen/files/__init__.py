# SPDX-License-Identifier: MIT
"""Files in and out: opened without waiting, read within limits, unpacked, and written whole."""
