"""Login by token: `/api/auth/login`, `refresh`, `logout`, `me`."""

from typing import cast

from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    permission_classes,
)
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import ApiTokenAuthentication, JWTAuthentication
from accounts.backends import PASSWORD_LIMIT
from accounts.exceptions import CredentialsInvalid
from accounts.identity import Identity, adopt
from accounts.models import User
from accounts.services import end_tokens, record
from accounts.services.tokens import TokenPair, issue, rotate


class LoginInput(serializers.Serializer[None]):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=PASSWORD_LIMIT, trim_whitespace=False)


class RefreshInput(serializers.Serializer[None]):
    refresh = serializers.CharField(max_length=4096)


class UserOutput(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "email", "display_name", "role")


class TokenPairOutput(serializers.Serializer[TokenPair]):
    access = serializers.CharField()
    refresh = serializers.CharField()
    token_type = serializers.CharField(default="Bearer")
    expires_in = serializers.IntegerField(help_text="Seconds until the access token expires.")
    user = UserOutput()


@extend_schema(request=LoginInput, responses=TokenPairOutput, auth=[])
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def login(request: Request) -> Response:
    """Email and password for a pair of tokens."""
    given = LoginInput(data=request.data)
    given.is_valid(raise_exception=True)
    user = authenticate(request._request, **given.validated_data)
    if not isinstance(user, User):
        raise CredentialsInvalid("The email or the password is not right.")
    return _pair(issue(user=user))


@extend_schema(request=RefreshInput, responses=TokenPairOutput, auth=[])
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def refresh(request: Request) -> Response:
    """A refresh token, used once, for a new pair."""
    given = RefreshInput(data=request.data)
    given.is_valid(raise_exception=True)
    return _pair(rotate(refresh=given.validated_data["refresh"]))


@extend_schema(request=None, responses={204: None})
@api_view(["POST"])
@authentication_classes([JWTAuthentication])
@permission_classes([IsAuthenticated])
def logout(request: Request) -> Response:
    """Ends every token of the user, access tokens included."""
    user = _user(request)
    end_tokens(user=user)
    record(action="user_logout", by=user, resource_type="user", resource_id=user.pk)
    return Response(
        status=status.HTTP_204_NO_CONTENT,
        headers={"Clear-Site-Data": '"cache", "cookies", "storage"'},
    )


@extend_schema(responses=UserOutput)
@api_view(["GET"])
@authentication_classes([SessionAuthentication, ApiTokenAuthentication, JWTAuthentication])
@permission_classes([IsAuthenticated])
def me(request: Request) -> Response:
    """Who the token or the session belongs to."""
    return Response(UserOutput(_user(request)).data)


def _user(request: Request) -> User:
    """Behind IsAuthenticated there is one."""
    return cast("User", request.user)


def _pair(pair: TokenPair) -> Response:
    """From here on the answer is that user's, and kept out of caches like all of theirs."""
    adopt(Identity("user", pair.user.pk))
    return Response(TokenPairOutput(pair).data)
