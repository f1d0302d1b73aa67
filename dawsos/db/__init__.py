"""The database: an embedded PostgreSQL, its roles, and the Django backend that starts it."""
