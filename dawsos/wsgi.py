"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connection

from dawsos.collector import leave_loaded_alone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dawsos.settings.base")
application = get_wsgi_application()

# Each worker uses the database from its first moment, so that the embedded server knows its
# users: a worker that is stopped before its first request is still the last one out.
connection.ensure_connection()
connection.close()

leave_loaded_alone()
