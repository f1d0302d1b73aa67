"""What comes in by the pages of one's own account."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm as DjangoPasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.backends import PASSWORD_LIMIT
from accounts.exceptions import AccountInvalid, CredentialsInvalid
from accounts.models import User
from accounts.scopes import Scope
from accounts.writing import choices


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
        fields = ("display_name", "locale")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["locale"] = forms.ChoiceField(
            label="Numbers and dates",
            choices=choices,
            required=False,
            widget=forms.Select(attrs={"class": "form-select"}),
            help_text="On pages. Exports, the API and what you type stay as they are.",
        )


class ApiTokenForm(Styled, forms.Form):
    """What a program gets a token for."""

    SCOPES = (
        (Scope.READ, "Read"),
        (Scope.WRITE_TRADES, "Read, and write trades"),
        (Scope.MANAGE, "Read, and manage portfolios"),
    )

    name = forms.CharField(label="Name", max_length=80, help_text="The program it is for.")
    scopes = forms.MultipleChoiceField(
        label="Scopes",
        choices=SCOPES,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text="No token can do more than your role and your memberships.",
    )
    days = forms.TypedChoiceField(
        label="Valid for",
        coerce=int,
        choices=[("30", "30 days"), ("90", "90 days"), ("365", "a year")],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def take_over(self, refused: AccountInvalid) -> None:
        """The mistakes that the service found, at their fields."""
        for mistake in refused.details["errors"]:
            self.add_error(mistake["column"], mistake["message"])

    def wanted(self) -> dict[str, Any]:
        said = self.cleaned_data
        return said | {"scopes": frozenset(Scope(word) for word in said["scopes"])}
