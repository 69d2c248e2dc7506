# SPDX-License-Identifier: MIT
"""The JSON that the verbs print: a documented interface, with JSON Schemas made from these records.

A verb imports only what it prints; `answers` has all of them.
"""
