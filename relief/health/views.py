"""The page that monitors ask: no sign-in, no secrets."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from relief.health import services


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 where database, broker, worker and schedule are well, else 503; the body says which is not."""
    well, parts = services.look()
    return JsonResponse({"ok": well, **parts}, status=200 if well else 503)
