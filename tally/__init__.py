"""Counting, opening and auditing, from the public record alone."""
