"""The browser's view of the demo: pages opened in real Chromium."""
