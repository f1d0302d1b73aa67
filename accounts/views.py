"""Login, logout, one's own password and profile."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required, login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import selectors, services
from accounts.exceptions import AccountInvalid
from accounts.forms import ApiTokenForm, LoginForm, PasswordChangeForm, ProfileForm
from accounts.http import AuthenticatedRequest
from accounts.identity import NOBODY, Identity, adopt
from accounts.scopes import Scope


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    following = _safe_next(request)
    if request.user.is_authenticated:
        return redirect(following)
    form = LoginForm(request, request.POST or None)
    if form.is_valid() and form.user:
        adopt(Identity("user", form.user.pk))
        auth.login(request, form.user)
        return redirect(following)
    context = {"form": form, "next": following}
    return render(request, "accounts/login/page.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def logout(request: AuthenticatedRequest) -> HttpResponse:
    """Ends this session and every token of the user, and asks the browser to forget the rest."""
    services.end_tokens(user=request.user)
    services.record(
        action="user_logout",
        by=request.user,
        resource_type="user",
        resource_id=request.user.pk,
    )
    auth.logout(request)
    adopt(NOBODY)
    response = redirect("accounts:login")
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    response.headers["Cache-Control"] = "no-store"
    return response


@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password_change(request: AuthenticatedRequest) -> HttpResponse:
    form = PasswordChangeForm(request.user, request.POST or None)
    if form.is_valid():
        services.change_password(
            user=request.user,
            new_password=form.cleaned_data["new_password1"],
            by=request.user,
        )
        # Every session ended with the old password; this one goes on under a new key.
        auth.update_session_auth_hash(request, request.user)
        messages.success(request, "The password is changed. Every other login has ended.")
        return redirect("accounts:profile")
    if form.errors:
        services.record(
            action="password_change_failed",
            by=request.user,
            resource_type="user",
            resource_id=request.user.pk,
            details={"fields": sorted(form.errors)},
        )
    return render(
        request,
        "accounts/password_change/page.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: AuthenticatedRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        services.set_profile(user=request.user, **form.cleaned_data)
        messages.success(request, "The profile is saved.")
        return redirect("accounts:profile")
    return _profile_page(request, {"form": form}, 422 if form.errors else 200)


@require_POST
@login_required
def create_token(request: AuthenticatedRequest) -> HttpResponse:
    """The answer shows the new token, once: a redirect would have to keep it somewhere."""
    form = ApiTokenForm(request.POST)
    if form.is_valid():
        try:
            made, text = services.create_api_token(user=request.user, **form.wanted())
        except AccountInvalid as refused:
            form.take_over(refused)
        else:
            return _profile_page(request, {"made": made, "text": text}, 201)
    return _profile_page(request, {"token_form": form}, 422)


@require_POST
@login_required
def revoke_token(request: AuthenticatedRequest, token_id: UUID) -> HttpResponse:
    token = services.revoke_api_token(token_id=token_id, by=request.user)
    messages.success(request, f"{token.name} is revoked. Nothing can use it any more.")
    return redirect("accounts:profile")


def _profile_page(
    request: AuthenticatedRequest, given: dict[str, Any], status: int
) -> HttpResponse:
    context = {
        "form": ProfileForm(instance=request.user),
        "token_form": ApiTokenForm(initial={"scopes": [Scope.READ], "days": 90}),
        "tokens": selectors.api_tokens(request.user),
        "portfolio_count": len(selectors.membership_roles(request.user)),
        "activity": selectors.recent_activity(request.user),
    }
    return render(request, "accounts/profile/page.html", context | given, status=status)


def _safe_next(request: HttpRequest) -> str:
    """Where to go after the login: an address of this site, or home."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed else resolve_url(settings.LOGIN_REDIRECT_URL)
