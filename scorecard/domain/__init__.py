"""What it means: the words and the arithmetic of one measure, a period, a formula; validated input.

Imports the standard library and pydantic, nothing else of ours above it.
"""
