"""Lists and forms of the catalogue, the assignment of people, and the switch of the working incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from claims.catalogue import services
from claims.catalogue.models import Desk, Incident, IntakeRound, Operator, ReporterType, Service
from claims.catalogue.resources import OperatorResource, RoundResource, ServiceResource
from claims.catalogue.selectors import working_incident
from relief.accounts.models import User
from relief.site.editing import VersionedAdmin, VersionedForm
from relief.site.home import Card, register_card
from relief.site.options import ReadOnlyInline
from relief.site.pages import ActPage
from relief.site.tables import TableTransfer

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase


class AssignForm(forms.Form):
    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("username"), label=_("Person"), widget=UnfoldAdminSelectWidget
    )


class ClearForm(forms.Form):
    desk = forms.ModelChoiceField(Desk.objects.none(), label=_("Person"), widget=UnfoldAdminSelectWidget)


class AssignPage(ActPage):
    """Assigns a person to the incident."""

    permission_required = "claims.change_incident"
    title = _("Assign a person")
    submit_label = _("Assign")
    form_class = AssignForm

    def get_form(self, form_class: Any = None) -> Any:
        form: Any = super().get_form(form_class)
        form.fields["user"].queryset = form.fields["user"].queryset.exclude(desks__incident=self.row)
        return form

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Incident"), self.row)]

    def act(self, form: forms.Form) -> Any:
        user = form.cleaned_data["user"]
        services.assign_desk(by=self.request.user, user=user, incident=self.row)  # type: ignore[arg-type]
        return _("%(person)s works on this incident now.") % {"person": user}


class ClearPage(ActPage):
    """Takes a person off the incident."""

    permission_required = "claims.change_incident"
    title = _("Take a person off")
    submit_label = _("Take off")
    danger = True
    form_class = ClearForm

    def get_form(self, form_class: Any = None) -> Any:
        form: Any = super().get_form(form_class)
        form.fields["desk"].queryset = Desk.objects.filter(incident=self.row).select_related("user", "incident")
        form.fields["desk"].label_from_instance = lambda desk: str(desk.user)
        return form

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Incident"), self.row)]

    def act(self, form: forms.Form) -> Any:
        desk = form.cleaned_data["desk"]
        services.clear_desk(by=self.request.user, desk=desk)  # type: ignore[arg-type]
        return _("%(person)s no longer works on this incident.") % {"person": desk.user}


class DeskInline(ReadOnlyInline):
    model = Desk
    fields = ("user", "is_current")
    verbose_name_plural = _("People who work on it")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("claims.change_incident")


@require_POST
def switch_incident(request: HttpRequest) -> HttpResponse:
    """Make the posted incident the one the user works on and go to the home page."""
    user: User = request.user  # type: ignore[assignment]
    key = request.POST.get("incident", "")
    incident = get_object_or_404(Incident.objects.visible_to(user), pk=key if key.isdecimal() else None)
    services.switch_incident(by=user, incident=incident)
    messages.success(request, _("You work on %(incident)s now.") % {"incident": incident})
    return HttpResponseRedirect(reverse("admin:index"))


@admin.register(Incident)
class IncidentAdmin(VersionedAdmin):
    list_display = ("name", "code", "started_at", "ended_at")
    fields = ("code", "name", "name_en", "started_at", "ended_at", "summary")
    inlines = (DeskInline,)
    actions_detail = ("assign", "take_off")

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (("switch/", "switch_incident", switch_incident),)

    def save_through(self, *, by: User, row: Any, values: dict[str, Any]) -> Model:
        if row is None:
            return services.create_incident(by=by, **values)
        return services.change_incident(by=by, incident=row, **values)

    @action(description=_("Assign a person"), url_path="assign", permissions=("change",), icon="person_add")
    def assign(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return AssignPage.as_view(model_admin=self)(request, object_id=object_id)

    @action(description=_("Take a person off"), url_path="take-off", permissions=("change",), icon="person_remove")
    def take_off(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return ClearPage.as_view(model_admin=self)(request, object_id=object_id)


@admin.register(Operator)
class OperatorAdmin(TableTransfer, VersionedAdmin):
    resource_classes = (OperatorResource,)
    list_display = ("name", "code", "kind")
    list_filter = ("kind",)
    fields = ("code", "name", "name_en", "kind")

    def save_through(self, *, by: User, row: Any, values: dict[str, Any]) -> Model:
        return services.save_operator(by=by, incident=working_incident(by), operator=row, **values)


class LinesField(forms.CharField):
    """A list of names, written one a line; empty lines do not count."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or ()) != self.to_python(data))


class ServiceRowForm(VersionedForm):
    """A service; its other names are written one a line."""

    aliases = LinesField(
        label=_("other names in claim files"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("One name a line"),
    )


@admin.register(Service)
class ServiceAdmin(TableTransfer, VersionedAdmin):
    resource_classes = (ServiceResource,)
    form = ServiceRowForm
    list_display = (
        "name",
        "code",
        "operator",
        "pricing",
        "has_alternative",
        "market_share",
        "outage_from",
        "outage_to",
    )
    list_filter = ("pricing", "has_alternative")
    list_select_related = ("operator",)
    fields = (
        "operator",
        "code",
        "name",
        "name_en",
        "aliases",
        "pricing",
        "has_alternative",
        "market_share_bp",
        "outage_from",
        "outage_to",
    )

    @display(description=_("market share"), ordering="market_share_bp")
    def market_share(self, service: Service) -> str:
        share = service.market_share_bp
        return "–" if share is None else f"{share // 100}.{share % 100:02} %"

    def save_through(self, *, by: User, row: Any, values: dict[str, Any]) -> Model:
        return services.save_service(by=by, incident=working_incident(by), service=row, **values)


class RoundForm(VersionedForm):
    """An intake round; who may claim is ticked."""

    admits = forms.MultipleChoiceField(
        choices=[(kind.value, kind.label) for kind in ReporterType if kind != ReporterType.UNKNOWN],
        label=_("who may claim"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Nothing ticked: everybody"),
    )


@admin.register(IntakeRound)
class IntakeRoundAdmin(TableTransfer, VersionedAdmin):
    resource_classes = (RoundResource,)
    form = RoundForm
    list_display = ("number", "opens_on", "closes_on", "extended_from", "admitted")
    fields = ("number", "opens_on", "closes_on", "extended_from", "admits")

    @display(description=_("who may claim"))
    def admitted(self, intake_round: IntakeRound) -> Any:
        words = dict(ReporterType.choices)
        return ", ".join(str(words.get(kind, kind)) for kind in intake_round.admits) or _("Everybody")

    def save_through(self, *, by: User, row: Any, values: dict[str, Any]) -> Model:
        return services.save_round(by=by, incident=working_incident(by), intake_round=row, **values)


def unassigned_card(_user: User) -> Card | None:
    """Return how many people with a role work on no incident."""
    count = User.objects.filter(is_active=True, groups__isnull=False, desks__isnull=True).distinct().count()
    if not count:
        return None
    sentence = _("They have a role but no incident. Open the incident and assign them.")
    return Card(_("People without an incident"), count, sentence, reverse("admin:claims_incident_changelist"))


register_card(permission="claims.change_incident", card=unassigned_card)
