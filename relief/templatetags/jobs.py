"""The progress of a job inside a page."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext

from relief.jobs import selectors
from relief.jobs.models import Job

register = template.Library()


@register.simple_tag(takes_context=True)
def job_progress(context: RequestContext, job: Job) -> dict[str, Any]:
    """Return what `relief.jobs.selectors.progress_of` says about the job to the signed-in user."""
    return selectors.progress_of(job, user=context["request"].user)
