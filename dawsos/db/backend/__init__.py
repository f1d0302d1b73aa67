"""Django's PostgreSQL backend, which starts the embedded server and knows the owner."""
