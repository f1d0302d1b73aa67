"""What gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dawsos.settings.base")
application = get_wsgi_application()

# Each worker uses the database from its first moment, so that the embedded server knows its
# users: a worker that is stopped before its first request is still the last one out.
connection.ensure_connection()
connection.close()

# Half a million objects were loaded to stay. Python's cycle collector need not walk over all of
# them, a tenth of a second long, whenever a request has made some thousands of new ones.
gc.collect()
gc.freeze()
