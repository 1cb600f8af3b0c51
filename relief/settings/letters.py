"""How letters to claimants leave: the mail server, the service for text messages, and whom a letter names."""

from relief.settings.environment import env

EMAIL_HOST = env.str("RELIEF_MAIL_HOST", "")
EMAIL_PORT = env.int("RELIEF_MAIL_PORT", 587)
EMAIL_HOST_USER = env.str("RELIEF_MAIL_USER", "")
EMAIL_HOST_PASSWORD = env.str("RELIEF_MAIL_PASSWORD", "")
EMAIL_USE_TLS = env.bool("RELIEF_MAIL_TLS", True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("RELIEF_MAIL_FROM", "relief@localhost")
# Dotted path of a class with `send(to, subject, body) -> receipt`; empty: no text messages.
MESSAGE_CHANNEL = env.str("RELIEF_MESSAGE_CHANNEL", "")
# How a letter says where to ask: a phone number, an address.
HELP_CENTRE = env.str("RELIEF_HELP_CENTRE", "고객센터")
