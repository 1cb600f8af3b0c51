"""Pages that ask, confirm and call one service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminTextareaWidget

from relief.errors import RuleBroken

if TYPE_CHECKING:
    _FormView = FormView[forms.Form]
else:
    _FormView = FormView


CAME_FROM = "came_from"
"""The hidden field of every act page that says which page led to it."""


class ConfirmForm(forms.Form):
    """Nothing to fill in: the button is the answer."""


class ReasonForm(forms.Form):
    """One reason, compulsory."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


class ActPage(UnfoldModelAdminViewMixin, _FormView):
    """A page under a model's admin: GET shows what would happen, POST calls one service and reports the outcome.

    A subclass sets `permission_required`, `title`, `submit_label`, and writes `facts` (label and value, shown above
    the form) and `act` (calls the service, returns the sentence of success). A `RuleBroken` shows on the page, and
    nothing is written. `self.row` is the object of the address, looked up within the user's scope (404 outside it);
    a page without `object_id` in its address has `row` None.
    """

    form_class: type[forms.Form] = ConfirmForm
    template_name = "admin/act.html"
    title: Any = ""
    submit_label: Any = _("Confirm")
    warning: Any = ""
    danger = False
    multipart = False
    # What the sentence of success is shown as; a warning where nothing was done, and that was right.
    tone = messages.SUCCESS
    row: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "object_id" in kwargs and self.has_permission():
            self.row = self.model_admin.get_object(request, kwargs["object_id"])
            if self.row is None:
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    def facts(self) -> list[tuple[Any, Any]]:
        """Return (label, value) pairs that say what is about to happen: counts, sums, names."""
        return []

    def act(self, form: forms.Form) -> Any:
        """Call the service and return the sentence of success."""
        raise NotImplementedError

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            sentence = self.act(form)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.add_message(self.request, self.tone, sentence)
        return HttpResponseRedirect(self.as_it_was(self.done_url()))

    def came_from(self) -> str:
        """Return the page of this site whose link led here, or an empty text; the form carries it to the POST."""
        posted = self.request.method == "POST"
        address = self.request.POST.get(CAME_FROM, "") if posted else self.request.headers.get("referer", "")
        own = {self.request.get_host()}
        return address if address and url_has_allowed_host_and_scheme(address, allowed_hosts=own) else ""

    def as_it_was(self, address: str) -> str:
        """Return an address with the words of the page that led here, where it is that page: its tab, its list.

        Words that the address has of its own stay.
        """
        there, here = urlsplit(address), urlsplit(self.came_from())
        if there.path != here.path or there.netloc not in {"", here.netloc} or not here.query:
            return address
        words = QueryDict(here.query, mutable=True)
        for name, values in QueryDict(there.query).lists():
            words.setlist(name, values)
        return there._replace(query=words.urlencode()).geturl()

    def done_url(self) -> str:
        """Return where to go afterwards: the row's page, or the list."""
        options = self.model_admin.opts
        if isinstance(self.row, Model):
            return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=(self.row.pk,))
        return reverse(f"admin:{options.app_label}_{options.model_name}_changelist")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "facts": self.facts(),
            "submit_label": self.submit_label,
            "warning": self.warning,
            "danger": self.danger,
            "multipart": self.multipart,
            "row": self.row,
            # The header's path leads through the row.
            "original": self.row if isinstance(self.row, Model) else None,
            "opts": self.model_admin.opts,
            "back_url": self.as_it_was(self.done_url()),
            "came_from": self.came_from(),
        }
