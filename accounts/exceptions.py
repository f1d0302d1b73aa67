"""What can go wrong at the door.

DawsError
├── AuthError                 401
│   ├── CredentialsInvalid    AUTH_1001: never says which part was wrong
│   ├── TokenExpired          AUTH_1002
│   └── TokenInvalid          AUTH_1003: altered, revoked, used twice, of the wrong kind
├── PermissionDenied          AUTH_1004, 403: the role or the membership does not allow it
└── AccountInvalid            VALIDATION_2008, 422: what was sent about an account
"""

from patterns.exceptions import DawsError


class AuthError(DawsError):
    code = "AUTH_1003"
    http_status = 401
    suggestion = "Log in again."


class CredentialsInvalid(AuthError):
    code = "AUTH_1001"
    suggestion = "After five failures wait thirty minutes and try again."


class TokenExpired(AuthError):
    code = "AUTH_1002"
    suggestion = "Get a new access token at /api/auth/refresh, or log in again."


class TokenInvalid(AuthError):
    code = "AUTH_1003"


class PermissionDenied(DawsError):
    code = "AUTH_1004"
    http_status = 403
    suggestion = "Ask an owner of the portfolio or an administrator for the right."


class AccountInvalid(DawsError):
    code = "VALIDATION_2008"
    http_status = 422
    suggestion = "Mend the fields named in details.errors and send them again."
