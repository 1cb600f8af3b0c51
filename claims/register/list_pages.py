"""Pages that belong to the list of claims: giving claims to somebody, and keeping a view."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, QuerySet, Sum
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from claims.register.assigning import MOST_AT_ONCE, assign, assignees
from claims.register.assigning import PERMISSION as ASSIGN
from claims.register.listing import SavedView
from claims.register.models import Claim
from claims.register.saved_views import PERMISSION, change_view, delete_view, save_view, words_of
from relief.accounts.models import User
from relief.money import format_won
from relief.scope import working_incident_id
from relief.site.pages import ActPage


class AssignForm(forms.Form):
    """Whom the claims are given to."""

    user = forms.ModelChoiceField(
        label=_("Assignee"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody"),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["user"]
        chosen.queryset = assignees(incident_id)


class AssignPage(ActPage):
    """Gives the claims that the address names (`keys`), or else the whole narrowed list, to one person."""

    permission_required = ASSIGN
    title = _("Assign claims")
    submit_label = _("Assign")
    form_class = AssignForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"incident_id": working_incident_id(self.request.user)}  # type: ignore[arg-type]

    def _claims(self) -> QuerySet[Claim]:
        keys = self.request.GET.get("keys")
        if keys is None:
            rows: QuerySet[Claim] = self.model_admin.get_changelist_instance(self.request).queryset
            return rows
        chosen = [int(key) for key in keys.split(",")[:1000] if key.isdecimal() and len(key) < 19]
        return Claim.objects.visible_to(self.request.user).filter(pk__in=chosen)  # type: ignore[arg-type]

    def facts(self) -> list[tuple[Any, Any]]:
        some = self._claims().order_by().select_related(None)[: MOST_AT_ONCE + 1]
        totals = some.aggregate(claims=Count("pk"), loss=Sum("claimed_loss"))
        if totals["claims"] > MOST_AT_ONCE:
            return [(_("Claims"), _("More than %(most)s. Narrow the list.") % {"most": f"{MOST_AT_ONCE:,}"})]
        return [(_("Claims"), f"{totals['claims']:,}"), (_("Sum of losses"), format_won(totals["loss"] or 0))]

    def act(self, form: forms.Form) -> Any:
        user = form.cleaned_data["user"]
        by: Any = self.request.user
        count = assign(by=by, claims=self._claims(), user=user)
        return _("%(count)s claims are now with %(user)s.") % {"count": f"{count:,}", "user": user or _("nobody")}

    def done_url(self) -> str:
        words = self.request.GET.copy()
        words.pop("keys", None)
        return f"{reverse('admin:claims_claim_changelist')}?{words.urlencode() or 'o='}"


class ViewForm(forms.Form):
    """A view's name, and what becomes of it."""

    name = forms.CharField(label=_("Name of the view"), max_length=60, widget=UnfoldAdminTextInputWidget)
    is_default = forms.BooleanField(
        label=_("Open the list with this view"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    is_shared = forms.BooleanField(
        label=_("Show it to everybody of the incident"), required=False, widget=UnfoldBooleanSwitchWidget
    )


class SaveViewPage(ActPage):
    """Keeps the filter and the order of the list under a name; a search is not kept."""

    permission_required = PERMISSION
    title = _("Save this view")
    submit_label = _("Save the view")
    form_class = ViewForm

    def act(self, form: forms.Form) -> Any:
        by: Any = self.request.user
        view = save_view(by=by, words=words_of(self.request.GET), **form.cleaned_data)
        return _("The view %(name)s is saved.") % {"name": view.name}

    def done_url(self) -> str:
        return f"{reverse('admin:claims_claim_changelist')}?{words_of(self.request.GET) or 'o='}"


class _OwnView(ActPage):
    """A page about one of the user's own views; those of others are not there for him."""

    permission_required = PERMISSION
    view: SavedView

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.has_permission():
            user: Any = request.user
            view = SavedView.objects.visible_to(user).filter(pk=kwargs["view_id"], user=user).first()
            if view is None:
                raise Http404
            self.view = view
        return super().dispatch(request, *args, **kwargs)

    def done_url(self) -> str:
        return f"{reverse('admin:claims_claim_changelist')}?{self.view.words or 'o='}"


class ViewPage(_OwnView):
    """Renames a view, opens the list with it, or shows it to others."""

    title = _("Saved view")
    submit_label = _("Save the view")
    form_class = ViewForm
    template_name = "admin/claims/register/view.html"

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.view.name, "is_default": self.view.is_default, "is_shared": self.view.is_shared}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        address = reverse("admin:claims_claim_delete_view", args=(self.view.pk,))
        return super().get_context_data(**kwargs) | {"delete_address": address}

    def act(self, form: forms.Form) -> Any:
        by: Any = self.request.user
        self.view = change_view(by=by, view=self.view, **form.cleaned_data)
        return _("The view %(name)s is saved.") % {"name": self.view.name}


class DeleteViewPage(_OwnView):
    """Throws a view away; the claims stay as they are."""

    title = _("Delete the view")
    submit_label = _("Delete the view")
    danger = True

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Name of the view"), self.view.name)]

    def act(self, form: forms.Form) -> Any:
        by: Any = self.request.user
        delete_view(by=by, view=self.view)
        return _("The view %(name)s is deleted.") % {"name": self.view.name}

    def done_url(self) -> str:
        return f"{reverse('admin:claims_claim_changelist')}?o="
