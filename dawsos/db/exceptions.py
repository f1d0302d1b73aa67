"""What can go wrong before there is a database.

DatabaseUnavailable
├── ServerNotStarted     the embedded server could not be made or started
└── RolesNotReady        the login may not create the roles, or they are missing
"""


class DatabaseUnavailable(Exception):
    """A sentence for the person at the terminal, remedy included."""


class ServerNotStarted(DatabaseUnavailable):
    pass


class RolesNotReady(DatabaseUnavailable):
    pass
