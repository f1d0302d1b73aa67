"""What comes in by the pages of one's own account."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm as DjangoPasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.backends import PASSWORD_LIMIT
from accounts.exceptions import CredentialsInvalid
from accounts.models import User


class Styled:
    """Gives every field the class that the style sheet knows."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "form-control")


class LoginForm(Styled, forms.Form):
    """The same sentence whatever was wrong; the audit trail knows more."""

    email = forms.EmailField(
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        max_length=PASSWORD_LIMIT,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: User | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"email", "password"} <= cleaned.keys():
            user = authenticate(self.request, **cleaned)
            if not isinstance(user, User):
                raise ValidationError(
                    f"The email or the password is not right. {CredentialsInvalid.suggestion}"
                )
            self.user = user
        return cleaned


class PasswordChangeForm(Styled, DjangoPasswordChangeForm):
    user: User


class ProfileForm(Styled, forms.ModelForm):
    class Meta:
        model = User
        fields = ("display_name",)
