from accounts.services.api_tokens import create_api_token, revoke_api_token
from accounts.services.audit import record
from accounts.services.memberships import (
    found_membership,
    grant_membership,
    keep_an_owner,
    revoke_membership,
)
from accounts.services.users import (
    change_password,
    create_user,
    deactivate,
    end_api_tokens,
    end_tokens,
    set_profile,
)

__all__ = [
    "change_password",
    "create_api_token",
    "create_user",
    "deactivate",
    "end_api_tokens",
    "end_tokens",
    "found_membership",
    "grant_membership",
    "keep_an_owner",
    "record",
    "revoke_api_token",
    "revoke_membership",
    "set_profile",
]
