"""The list of long work, a page with its live progress, and its two buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from unfold.decorators import display

from relief.errors import RuleBroken
from relief.jobs import selectors, services
from relief.jobs.models import Job
from relief.site.home import Card, register_card
from relief.site.options import ReadOnlyAdmin

if TYPE_CHECKING:
    from collections.abc import Callable

    from relief.accounts.models import User

STATE_COLOURS = {
    Job.State.QUEUED: "default",
    Job.State.RUNNING: "info",
    Job.State.DONE: "success",
    Job.State.FAILED: "danger",
    Job.State.CANCELLED: "warning",
}


class KindFilter(admin.SimpleListFilter):
    """Jobs of one kind, in words."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        return services.kind_labels()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Everybody sees his own work; with the permission, that of his incident."""

    list_display = ("kind_words", "state_word", "by", "counted", "created_at", "ended_at")
    list_filter = ("state", KindFilter)
    list_select_related = ("by",)
    fields = ("kind_words", "subject", "person", "created_at", "started_at", "ended_at", "attempts")
    change_form_outer_before_template = "admin/jobs/progress.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return selectors.readable_by(request.user).select_related("by")  # type: ignore[arg-type]

    def has_view_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        own = obj is not None and obj.by_id == request.user.pk
        return own or bool(super().has_view_permission(request, obj))

    @display(description=_("kind"))
    def kind_words(self, job: Job) -> Any:
        return services.kind_label(job.kind)

    @display(description=_("state"), label=STATE_COLOURS, ordering="state")
    def state_word(self, job: Job) -> Any:
        return job.state, job.get_state_display()

    @display(description=_("by"))
    def person(self, job: Job) -> str:
        # Not a link: most who read this may not open accounts.
        return str(job.by)

    @display(description=_("done"))
    def counted(self, job: Job) -> str:
        return f"{job.done:,} / {job.total:,}" if job.total else f"{job.done:,}"

    @display(description=_("about"))
    def subject(self, job: Job) -> Any:
        label = services.subject_model(job.kind)
        if not label:
            return f"#{job.subject_key}"
        model = apps.get_model(label)
        try:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
            address = reverse(name, args=(job.subject_key,))
        except NoReverseMatch:
            return f"{model._meta.verbose_name} #{job.subject_key}"
        return format_html('<a href="{}">{} #{}</a>', address, model._meta.verbose_name, job.subject_key)

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("<int:job_id>/progress/", "relief_job_progress", progress),
            ("<int:job_id>/cancel/", "relief_job_cancel", cancel),
            ("<int:job_id>/retry/", "relief_job_retry", retry),
        )

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        job = self.get_object(request, object_id) if object_id else None
        context = {"job": job, "title": services.kind_label(job.kind)} if job else {}
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), **context})


def _readable(request: HttpRequest, job_id: int) -> Job:
    user: User = request.user  # type: ignore[assignment]
    return get_object_or_404(selectors.readable_by(user), pk=job_id)


@require_safe
@never_cache
def progress(request: HttpRequest, job_id: int) -> JsonResponse:
    """Answer how far the job is, for the progress bar to ask again and again."""
    user: User = request.user  # type: ignore[assignment]
    return JsonResponse(selectors.progress_of(_readable(request, job_id), user=user))


def _steer(request: HttpRequest, act: Callable[[], None], sentence: Any) -> HttpResponse:
    try:
        act()
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, sentence)
    back = request.META.get("HTTP_REFERER", "")
    here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if here else reverse("admin:index"))


@require_POST
def cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    """Ask the job to stop and go back to where the button was."""
    job, user = _readable(request, job_id), request.user
    return _steer(request, lambda: services.cancel(job=job, by=user), _("The work is being stopped."))  # type: ignore[arg-type]


@require_POST
def retry(request: HttpRequest, job_id: int) -> HttpResponse:
    """Queue the failed job again and go back to where the button was."""
    job, user = _readable(request, job_id), request.user
    return _steer(request, lambda: services.retry(job=job, by=user), _("The work waits for its turn again."))  # type: ignore[arg-type]


def failed_card(user: User) -> Card | None:
    """Return how much of the user's own work has failed and was not taken up again."""
    count = Job.objects.filter(by=user, state=Job.State.FAILED).count()
    if not count:
        return None
    sentence = _("Work that you started ended with an error. Look at it and try again.")
    return Card(_("Failed work"), count, sentence, reverse("admin:relief_job_changelist") + "?state__exact=failed")


register_card(permission="relief.view_job", card=failed_card)
