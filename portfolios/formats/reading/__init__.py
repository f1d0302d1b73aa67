"""The tools that all formats read with: bytes to text, to rows, to numbers and days.

None of them raises for what a file holds, and none guesses: a mistake is a `Fault` with its
place and remedy, an open choice is a `Question`.
"""
