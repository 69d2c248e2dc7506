# SPDX-License-Identifier: MIT
"""Scripts that run beside the tool that is proved, in a Python that may be another one."""
