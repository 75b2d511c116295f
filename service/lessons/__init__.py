"""Lessons: a class votes on its tablets, and the teacher sees how many have voted."""
