"""Every environment variable that Django reads, and everything that follows from them."""

import os
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from django_app.config import s3
from django_app.config.celery import broker_url
from django_app.config.secrets import development_secret_key, required, required_file, secret
from telemetry import logs

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[2]
VAR = BASE_DIR / "var"
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]

# --- What the environment says; a secret's NAME_FILE names the file that holds it instead --------------------------

# development | production. Production refuses to start without its secrets and marks cookies Secure on an https origin.
RECTO_ENV = env.str("RECTO_ENV", default="development")
if RECTO_ENV not in ("development", "production"):
    raise ImproperlyConfigured("RECTO_ENV must be development or production.")
PRODUCTION = RECTO_ENV == "production"

# Django's tracebacks in the browser. For people who work on Recto, on their own machine.
DEBUG = env.bool("RECTO_DEBUG", default=False)

# Signs sessions, CSRF tokens and session handles. Development falls back to var/keys/secret_key. RECTO_SECRET_KEY_FILE.
SECRET_KEY = secret(os.environ, "RECTO_SECRET_KEY")

# False for a process that signs nothing (a worker, a migration): in production it starts without the signing keys.
SIGNS = env.bool("RECTO_SIGNS", default=True)

# Where Postgres (or SQLite) is: postgres://user:password@host:port/name or sqlite:////absolute/path.
# RECTO_DATABASE_URL_FILE.
DATABASE_URL = secret(os.environ, "RECTO_DATABASE_URL", f"sqlite:///{VAR / 'db.sqlite3'}")

# Redis (broker, cache, events): unix:///path/redis.sock or redis://host:port/0. Empty: cache in memory, no jobs.
# RECTO_REDIS_URL_FILE.
REDIS_URL = secret(os.environ, "RECTO_REDIS_URL")

# The folder of uploads and derived images. FastAPI mounts the same one read-only.
MEDIA_ROOT = Path(env.str("RECTO_MEDIA_ROOT", default=str(VAR / "media")))

# A bucket instead, of which the folder then holds copies, CACHE_BYTES of them at most. A key may stand in a file.
S3_VARIABLES = (
    *("RECTO_S3_BUCKET", "RECTO_S3_ENDPOINT", "RECTO_S3_REGION"),
    *("RECTO_S3_ACCESS_KEY", "RECTO_S3_ACCESS_KEY_FILE", "RECTO_S3_SECRET_KEY", "RECTO_S3_SECRET_KEY_FILE"),
)
S3 = s3.options({name: env.str(name, default="") for name in S3_VARIABLES})
CACHE_BYTES = env.int("RECTO_CACHE_BYTES", default=10 * 1024**3)

# Where collectstatic puts what nginx serves under /static/.
STATIC_ROOT = Path(env.str("RECTO_STATIC_ROOT", default=str(VAR / "static")))

# The address in people's browsers, and the origins whose pages may call the API.
PUBLIC_ORIGIN = env.str("RECTO_PUBLIC_ORIGIN", default="http://localhost:8080").rstrip("/")
ALLOWED_ORIGINS = env.list("RECTO_ALLOWED_ORIGINS", default=[PUBLIC_ORIGIN])

# Host names that Django answers to. Required in production.
ALLOWED_HOSTS = env.list("RECTO_ALLOWED_HOSTS", default=[] if PRODUCTION else ["*"])

# Where FastAPI listens, seen from Django.
FASTAPI_URL = env.str("RECTO_FASTAPI_URL", default="http://127.0.0.1:8001").rstrip("/")

# How Django shows itself to FastAPI: jwt (a signed capability) or session (a one-minute handle; FastAPI asks back).
PROXY_CREDENTIAL = env.str("RECTO_PROXY_CREDENTIAL", default="jwt")
if PROXY_CREDENTIAL not in ("jwt", "session"):
    raise ImproperlyConfigured("RECTO_PROXY_CREDENTIAL must be jwt or session.")

# The key that signs tokens (PEM, EC P-256), and public keys that are still published after a rotation.
JWT_PRIVATE_KEY_FILE = Path(env.str("RECTO_JWT_PRIVATE_KEY_FILE", default=str(VAR / "keys" / "jwt.pem")))
JWT_RETIRED_KEY_FILES = [Path(name) for name in env.list("RECTO_JWT_RETIRED_KEY_FILES", default=[])]

# Largest upload in bytes and largest page in pixels, the same as FastAPI's and nginx's.
MAX_UPLOAD_BYTES = env.int("RECTO_MAX_UPLOAD_BYTES", default=64 * 1024 * 1024)
MAX_PIXELS = env.int("RECTO_MAX_PIXELS", default=120_000_000)
MAX_FRAMES = env.int("RECTO_MAX_FRAMES", default=2000)

# What a worker's process may use for one page: seconds, and bytes of address space.
PAGE_SECONDS = env.float("RECTO_PAGE_SECONDS", default=600.0)
CHILD_MEMORY_BYTES = env.int("RECTO_CHILD_MEMORY_BYTES", default=4 * 1024**3)

# How many pages of one person may wait or be worked on at the same time, in all their jobs.
JOB_PAGES_PER_USER = env.int("RECTO_JOB_PAGES_PER_USER", default=5000)

# After so many failed log-ins at one account from one address, a pause of so many seconds there. 0: never.
LOGIN_FAILURES = env.int("RECTO_LOGIN_FAILURES", default=10)
LOGIN_PAUSE_SECONDS = env.int("RECTO_LOGIN_PAUSE_SECONDS", default=900)

# Requests a minute that the API takes of one person, and of an address without a credential (nginx counts the same,
# for pages too). 0: any number.
USER_RATE = env.int("RECTO_USER_RATE", default=6000)
ANONYMOUS_RATE = env.int("RECTO_ANONYMOUS_RATE", default=1200)

# A session ends when it was not used for so long, and after its age in any case.
SESSION_IDLE_SECONDS = env.int("RECTO_SESSION_IDLE_SECONDS", default=3 * 24 * 3600)
SESSION_AGE = env.int("RECTO_SESSION_AGE_SECONDS", default=30 * 24 * 3600)

# Languages of the interface, the browser's choice among them: en, he. Hebrew turns every page round; its sentences are
# not translated yet.
OFFERED_LANGUAGES = env.list("RECTO_LANGUAGES", default=["en"])

# Longest that a request may have waited in front of Django, in seconds; after it, it is answered 503. 0: however long.
PATIENCE_SECONDS = env.float("RECTO_PATIENCE_SECONDS", default=10.0)

# DEBUG, INFO, WARNING …, and json (one object a line) or text.
LOG_LEVEL = env.str("RECTO_LOG_LEVEL", default="INFO").upper()
LOG_FORMAT = env.str("RECTO_LOG_FORMAT", default="json")

# Where errors are sent (Sentry); empty: nowhere.
SENTRY_DSN = env.str("RECTO_SENTRY_DSN", default="")

# Where Prometheus asks a worker; 0: nowhere. In a container 0.0.0.0, which nobody outside may reach.
WORKER_METRICS_PORT = env.int("RECTO_WORKER_METRICS_PORT", default=0)
WORKER_METRICS_HOST = env.str("RECTO_WORKER_METRICS_HOST", default="127.0.0.1")

# The first account, made by the command first_account: its name, and its password (else one is generated).
# RECTO_PASSWORD_FILE.
FIRST_USER = env.str("RECTO_USER", default="demo")
FIRST_PASSWORD = secret(os.environ, "RECTO_PASSWORD")

if PRODUCTION:
    required(",".join(ALLOWED_HOSTS), "RECTO_ALLOWED_HOSTS")
if PRODUCTION and SIGNS:
    required(SECRET_KEY, "RECTO_SECRET_KEY")
    required_file(JWT_PRIVATE_KEY_FILE, "RECTO_JWT_PRIVATE_KEY_FILE")
elif PRODUCTION:
    SECRET_KEY = get_random_secret_key()  # Django wants one; nobody else believes what it signs
elif not SECRET_KEY:
    SECRET_KEY = development_secret_key(VAR / "keys" / "secret_key")

# --- Applications --------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_app.users",
    "django_app.projects",
    "django_app.documents",
    "django_app.pages",
    "django_app.texts",
    "django_app.jobs",
    "django_app.invoices",
    "django_app.backup",
    "django_app.imaging",
    "django_app.api",
]

MIDDLEWARE = [
    "django_app.status.metrics.scraped",
    "django_app.config.middleware.request_log",
    "django_app.api.waiting.bounded_wait",
    "django.middleware.security.SecurityMiddleware",
    "django_app.config.middleware.content_security_policy",
    "django_app.config.middleware.no_copies",
    "django_app.config.middleware.with_slash",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_app.users.sessions.bounded_sessions",
    "django_app.config.middleware.known_user",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "django_app.config.urls"
WSGI_APPLICATION = "django_app.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "django_app" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database and cache --------------------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url_config(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # One writer at a time: take the lock when the transaction begins, or two readers that both want to write deadlock.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    # Libpq would wait for minutes, and whoever asks again and again would take all threads.
    DATABASES["default"]["OPTIONS"] = {"connect_timeout": 5} | DATABASES["default"].get("OPTIONS", {})

CACHES = {
    "default": {"BACKEND": "django_app.config.cache.TolerantRedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "recto"}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- Files ---------------------------------------------------------------------------------------------------------

# Not a public address: nginx marks it internal and reaches it only through X-Accel-Redirect.
MEDIA_URL = "/internal-media/"
STATIC_URL = "/static/"

MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "django_app" / "static",
    ("vendor/bootstrap", MODULES / "bootstrap" / "dist"),
    ("vendor/bootstrap-icons", MODULES / "bootstrap-icons" / "font"),
    ("vendor/openseadragon", MODULES / "openseadragon" / "build" / "openseadragon"),
    ("vendor/sortablejs/modular", MODULES / "sortablejs" / "modular"),
    ("vendor/assistant", MODULES / "@fontsource-variable" / "assistant"),
    ("vendor/frank-ruhl-libre", MODULES / "@fontsource-variable" / "frank-ruhl-libre"),
]

STORAGES = {
    "default": {"BACKEND": "django_app.config.bucket.MediaBucket", "OPTIONS": S3}
    if S3
    else {"BACKEND": "django_app.config.storage.MediaFolder"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "django_app.config.static.HashedFiles"
    },
}

# nginx has spooled and bounded the body before; parts above this go to a temporary file, never to memory.
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# Invoices come by the thousand: as many as one person may have under way. Their bytes are bounded as any body's.
DATA_UPLOAD_MAX_NUMBER_FILES = JOB_PAGES_PER_USER
FILE_UPLOAD_PERMISSIONS = 0o644

# --- People, languages, security -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "users.User"
LOGIN_URL = "users:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Length, and what guessers try first; no rules of composition (NIST SP 800-63B, ASVS 6.2).
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

AXES_ENABLED = LOGIN_FAILURES > 0
AXES_HANDLER = "django_app.users.lockout.Lockout"
AXES_FAILURE_LIMIT = LOGIN_FAILURES
AXES_COOLOFF_TIME = timedelta(seconds=LOGIN_PAUSE_SECONDS)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "username", "ip_address"]
AXES_LOCKOUT_CALLABLE = "django_app.api.problems.locked_out"
AXES_CLIENT_IP_CALLABLE = "django_app.config.address.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or an attacker could keep somebody out for ever
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "otp", "old_password", "csrfmiddlewaretoken"]
AXES_VERBOSE = False

OTP_TOTP_ISSUER = "Recto"
OTP_ADMIN_HIDE_SENSITIVE_DATA = True

LANGUAGE_CODE = "en"
KNOWN_LANGUAGES = {"en": _("English"), "he": _("Hebrew")}
if unknown := set(OFFERED_LANGUAGES) - set(KNOWN_LANGUAGES):
    raise ImproperlyConfigured(f"RECTO_LANGUAGES does not know {', '.join(sorted(unknown))}.")
LANGUAGES = [(code, KNOWN_LANGUAGES[code]) for code in OFFERED_LANGUAGES]
LOCALE_PATHS = [BASE_DIR / "django_app" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

HTTPS = PUBLIC_ORIGIN.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# By this beginning browsers know that a cookie is this host's own, and that it came by https.
OWN = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{OWN}sessionid", f"{OWN}csrftoken"
SESSION_COOKIE_AGE = SESSION_IDLE_SECONDS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = sorted({PUBLIC_ORIGIN, *ALLOWED_ORIGINS})
CSRF_FAILURE_VIEW = "django_app.api.problems.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = False  # nginx does it, and health checks come as plain http
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W008"]
# nginx's sentence, so that port 8000 alone is as strict. Bootstrap's icons and our previews are data: and blob:.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; connect-src 'self'; style-src 'self'; script-src 'self'; "
    "font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

# --- The JSON API --------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "django_app.users.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["django_app.api.throttles.OfAddress", "django_app.api.throttles.OfPerson"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "django_app.api.parsers.BoundedJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "django_app.api.paging.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "django_app.api.problems.exception_handler",
}

# RFC 9068 names: sub is the user, aud the service that may be asked. tokens.py brings the key.
SIMPLE_JWT = {
    "ALGORITHM": "ES256",
    "AUDIENCE": "fastapi",
    "ISSUER": "recto",
    "USER_ID_CLAIM": "sub",
    "LEEWAY": 5,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Recto",
    "DESCRIPTION": "Projects, documents, pages, their versions, texts and jobs. "
    "The image engine has its own page: /api/fastapi/docs.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "django_app.api.schema.with_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "RoleEnum": "django_app.projects.models.Role",
        "InvoiceStateEnum": "django_app.invoices.models.State",
        "TaskStatusEnum": "django_app.invoices.task.STATUSES",
        "GivenRoleEnum": "django_app.projects.forms.GIVEN_ROLES",
    },
}

# --- Worker --------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = broker_url(REDIS_URL) if REDIS_URL else "memory://"
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A worker takes from both queues, the single pages of people who wait before the pages of batches.
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {"interactive": {}, "batch": {}}
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_BROKER_TRANSPORT_OPTIONS = {"queue_order_strategy": "django_app.jobs.queue:InteractiveFirst"}
# A child that died without a word is given up after two seconds (Celery: ten), and its page goes to the next.
CELERY_WORKER_LOST_WAIT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE

# --- Logs ----------------------------------------------------------------------------------------------------------

LOGGING = logs.configuration(LOG_LEVEL, LOG_FORMAT)
# request_log writes one line for every request, refused ones too.
LOGGING["loggers"] |= {
    "django.request": {"level": "ERROR"},
    "axes": {"level": "WARNING"},
    "django.server": {"handlers": [], "propagate": False},
}
