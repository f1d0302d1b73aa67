"""File formats of ledgers: bytes in, drafts and mistakes out. No database, no clock."""
