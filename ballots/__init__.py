"""The protocol kernel: pure functions from bytes to typed records, no disk, no network, no clock.

The specification is PROTOCOL.md in this folder.
"""
