"""The look of the back office, and where it finds what the ground floor does not know."""

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _


def _asset(path: str) -> object:
    return lambda _request: static(path)


# Blue of an official letterhead; steps 600 on white and 500 on the dark ground pass 4.5:1 for text.
_PRIMARY = {
    "50": "#f0f6fb",
    "100": "#dde9f5",
    "200": "#c0d7ec",
    "300": "#95bcdf",
    "400": "#639acd",
    "500": "#5b9bd8",
    "600": "#1f5fa8",
    "700": "#1c4e88",
    "800": "#1b4371",
    "900": "#1b395e",
    "950": "#12253f",
}

UNFOLD = {
    "SITE_TITLE": _("Relief back office"),
    "SITE_HEADER": _("Relief back office"),
    "SITE_SUBHEADER": _("Claims, decisions, payouts"),
    "SITE_URL": None,
    "SITE_SYMBOL": "balance",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _asset("relief/favicon.svg")}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "COLORS": {"primary": _PRIMARY},
    "STYLES": [_asset("relief/site.css")],
    "SCRIPTS": [_asset("relief/job.js")],
    "SIDEBAR": {"show_search": False, "navigation": "relief.site.navigation.sidebar"},
}

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "admin:login"

AXES_LOCKOUT_CALLABLE = "relief.site.failures.locked_out"
CSRF_FAILURE_VIEW = "relief.site.failures.csrf_failure"

# The ground floor knows no incident table: these name who does.
INCIDENT_DESKS = "claims.catalogue.selectors.desks_of"

FORMAT_MODULE_PATH = "relief.formats"
