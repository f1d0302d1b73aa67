"""The night under faults: real processes, real servers, real signals (docs/night.md)."""
