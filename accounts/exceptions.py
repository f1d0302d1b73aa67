"""What can go wrong at the door.

DawsError
├── AuthError                 401
│   ├── CredentialsInvalid    AUTH_1001: never says which part was wrong
│   ├── TokenExpired          AUTH_1002
│   ├── TokenInvalid          AUTH_1003: altered, revoked, used twice, of the wrong kind
│   └── TokensTriedTooOften   AUTH_1006, 429: too many wrong API tokens from one address
├── PermissionDenied          AUTH_1004, 403: the role or the membership does not allow it
├── AccountInvalid            VALIDATION_2008, 422: what was sent about an account
├── IdempotencyKeyInvalid     VALIDATION_2050, 422: no key, or one that was another request's
└── ApiTokenNotFound          NOT_FOUND_3060: no such token of this user
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


class TokensTriedTooOften(AuthError):
    code = "AUTH_1006"
    http_status = 429
    suggestion = "Wait thirty minutes, and send a token that is valid."


class PermissionDenied(DawsError):
    code = "AUTH_1004"
    http_status = 403
    suggestion = "Ask an owner of the portfolio or an administrator for the right."


class AccountInvalid(DawsError):
    code = "VALIDATION_2008"
    http_status = 422
    suggestion = "Mend the fields named in details.errors and send them again."


class IdempotencyKeyInvalid(DawsError):
    code = "VALIDATION_2050"
    http_status = 422
    suggestion = "Send a new key, such as a random UUID, with each new request."


class ApiTokenNotFound(DawsError):
    code = "NOT_FOUND_3060"
    http_status = 404
    suggestion = "Your profile page lists your tokens."
