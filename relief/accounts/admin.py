"""Accounts: created, given roles and ended by administrators; never one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextareaWidget,
)

from relief.accounts import services
from relief.accounts.models import User
from relief.accounts.roles import ROLES, label_of
from relief.site.editing import ServiceAdmin, ServiceForm
from relief.site.home import Card, register_card
from relief.site.pages import ActPage

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase


class AccountForm(ServiceForm):
    """An account with its roles."""

    roles = forms.MultipleChoiceField(
        choices=[(role.identifier, role.label) for role in ROLES],
        label=_("Roles"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        help_text=_("Kept in the record of changes"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["roles"].initial = list(self.instance.groups.values_list("name", flat=True))  # type: ignore[attr-defined]


class NewAccountForm(AccountForm):
    """A new account: its first password is told to the person, who changes it."""

    reason = None  # type: ignore[assignment]
    password = forms.CharField(
        label=_("First password"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters, not only digits, and not a common word."),
    )


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters, not only digits, and not a common word."),
    )


class PasswordPage(ActPage):
    """Gives somebody else a new password."""

    permission_required = "relief.change_user"
    title = _("Set a new password")
    submit_label = _("Set the password")
    warning = _("The person's open sessions end at once.")
    form_class = PasswordForm

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("user"), self.row), (_("username"), self.row.username)]

    def act(self, form: forms.Form) -> Any:
        services.set_password(by=self.request.user, user=self.row, password=form.cleaned_data["password"])  # type: ignore[arg-type]
        return _("The new password of %(person)s is set.") % {"person": self.row}


class RoleFilter(admin.SimpleListFilter):
    """Accounts with a role, in words."""

    title = _("Roles")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        return [(role.identifier, role.label) for role in ROLES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


@admin.register(User)
class UserAdmin(ServiceAdmin):
    """Accounts and their roles; whether somebody is a superuser is not changed in any page."""

    form = AccountForm
    list_display = ("username", "full_name", "roles_in_words", "is_active", "last_login")
    list_filter = ("is_active", RoleFilter)
    search_fields = ("username", "full_name", "email")
    ordering = ("username",)
    readonly_fields = ("roles_in_words", "last_login", "date_joined")
    actions_detail = ("set_password",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewAccountForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("username", "full_name", "email", "roles", "password")
        roles = ("roles", "reason") if self.has_change_permission(request, obj) else ("roles_in_words",)
        return ("username", "full_name", "email", "is_active", *roles, "last_login", "date_joined")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj is None else ("username", *self.readonly_fields)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        may = super().has_change_permission(request, obj)
        if not may or not isinstance(obj, User):
            return bool(may)
        by: Any = request.user
        return obj.pk != by.pk and (by.is_superuser or not obj.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("relief.view_user")

    def save_through(self, *, by: User, row: Any, values: dict[str, Any]) -> Model:
        if row is None:
            return services.create_user(by=by, **values)
        roles, reason = values.pop("roles"), values["reason"]
        services.change_user(by=by, user=row, **values)
        services.assign_roles(by=by, user=row, roles=roles, reason=reason)
        row.refresh_from_db()
        return row  # type: ignore[no-any-return]

    @display(description=_("Roles"))
    def roles_in_words(self, user: User) -> str:
        words = [str(label_of(group.name)) for group in user.groups.all()]
        if user.is_superuser:
            words.append(str(_("Superuser")))
        return ", ".join(words) or "–"

    @action(description=_("Set a new password"), url_path="password", permissions=("set_password",), icon="key")
    def set_password(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return PasswordPage.as_view(model_admin=self)(request, object_id=object_id)

    def has_set_password_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        user = self.get_object(request, object_id) if object_id else None
        return self.has_change_permission(request, user)


def without_role_card(_user: User) -> Card | None:
    """Return how many active accounts have no role."""
    count = User.objects.filter(is_active=True, groups__isnull=True, is_superuser=False).count()
    if not count:
        return None
    sentence = _("These people can sign in but do nothing. Give them a role or end the account.")
    return Card(_("Accounts without a role"), count, sentence, reverse("admin:relief_user_changelist"))


register_card(permission="relief.change_user", card=without_role_card)
