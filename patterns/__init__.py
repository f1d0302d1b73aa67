"""The pattern runner: knows how to run a question, and nothing about what is asked."""

ENGINE_VERSION = "1"
