"""The demo: who it shows, what they traded, and how it is built."""
