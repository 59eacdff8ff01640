"""What gunicorn serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from telemetry import sentry, traces

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_app.config.settings")

application = get_wsgi_application()
sentry.start(settings.SENTRY_DSN, "django", settings.VERSION)
traces.start("django", settings.VERSION)
