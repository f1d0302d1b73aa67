"""The market by a program."""
