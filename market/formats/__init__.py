"""Files that people bring: bytes in, values and mistakes out. No database, no clock."""
