"""Static files under names that carry their hash, so that browsers may keep them for ever."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedFiles(ManifestStaticFilesStorage):
    """ES modules import each other by relative path; those paths are rewritten too."""

    support_js_module_import_aggregation = True
