"""What this app announces."""

from django.dispatch import Signal

history_behind = Signal()
"""Sent with `portfolio_id` when daily values no longer follow from the newest entry."""
