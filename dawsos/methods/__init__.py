"""Golden cases against the public functions that pages use: `manage.py verify_methods`."""
