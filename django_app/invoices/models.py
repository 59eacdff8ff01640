"""Invoices of a project: what the engine read, what people corrected, and what the last check of the project found.

What an invoice says is its reading with its corrections laid over it: `values.effective`. A new reading takes the place
of the old one and leaves the corrections alone.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL


class State(models.TextChoices):
    REVIEW = "review", _("To be reviewed")
    CONFIRMED = "confirmed", _("Confirmed")
    EXPORTED = "exported", _("Exported")


class Invoice(models.Model):
    """`read`: the engine's invoice as JSON. `digest`: SHA-256 of its file; `fingerprint`: what the engine compares.

    `version` counts the changes, so that of two people who correct at once the second hears of the first.
    The columns of `INDEXED` say again what its values say, for lists that search, sort and add up in the database;
    `rows.refresh` alone writes them.
    """

    PROJECT_PATH = "project"
    INDEXED = ("vendor", "number", "date", "currency", "total")

    user_role: str  # of whoever asked, set by access.visible

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="invoices")
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="invoices")
    item = models.ForeignKey("jobs.JobItem", models.SET_NULL, null=True, related_name="invoices")
    name = models.CharField(max_length=255)
    read = models.JSONField()
    digest = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=128, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.REVIEW)
    version = models.PositiveIntegerField(default=1)
    confirmed_by = models.ForeignKey(USER, models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    vendor = models.CharField(max_length=200, blank=True, default="")
    number = models.CharField(max_length=100, blank=True, default="")
    date = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    total = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = [
            models.Index(fields=("project", "state")),
            models.Index(fields=("project", "vendor")),
            models.Index(fields=("project", "date")),
            models.Index(fields=("job", "digest")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("invoices:detail", args=[self.project_id, self.pk])


class InvoicePage(models.Model):
    """A page of an invoice; `number` counts from 1 within the file, as the boxes of the reading do."""

    PROJECT_PATH = "invoice__project"

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="pages")
    page = models.ForeignKey("pages.Page", models.CASCADE, related_name="invoice_pages")
    number = models.PositiveIntegerField()

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=("invoice", "number"), name="one_invoice_page_per_number")]

    def __str__(self) -> str:
        return f"{self.invoice} {self.number}"


class Correction(models.Model):
    """What a person says stands in a field: "total", "line_items.2.amount". Insert-only, the newest one counts; an
    empty value says that the invoice has none. `version` is what the invoice's became by it."""

    PROJECT_PATH = "invoice__project"

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=60)
    value = models.TextField(blank=True)
    version = models.PositiveIntegerField()
    by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.field}: {self.value}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A correction is never changed; add another one.")
        super().save(*args, **kwargs)


class Check(models.Model):
    """Whether what was found about a project's invoices is of today: `asked` counts their changes, `answered` is what
    it was when the newest check began."""

    PROJECT_PATH = "project"

    project = models.OneToOneField("projects.Project", models.CASCADE, related_name="invoice_check")
    asked = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.project}: {self.answered} of {self.asked}"


class Severity(models.TextChoices):
    ERROR = "error", _("Error")
    WARNING = "warning", _("Warning")
    INFO = "info", _("Remark")


class Issue(models.Model):
    """What is wrong with one invoice, as the last check found it."""

    PROJECT_PATH = "invoice__project"

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="issues")
    code = models.CharField(max_length=64)
    field = models.CharField(max_length=60, blank=True)
    message = models.TextField()
    severity = models.CharField(max_length=8, choices=Severity.choices)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.message


class Anomaly(models.Model):
    """What is strange about some of a project's invoices among the others, as the last check found it. `key` is the
    same whenever the same is found, so that a dismissal lasts."""

    PROJECT_PATH = "project"

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="anomalies")
    invoices = models.ManyToManyField(Invoice, related_name="anomalies")
    key = models.CharField(max_length=128)
    code = models.CharField(max_length=64)
    message = models.TextField()
    severity = models.CharField(max_length=8, choices=Severity.choices)
    score = models.FloatField()
    evidence = models.JSONField(default=dict)

    class Meta:
        ordering = ("-score", "id")
        verbose_name_plural = "anomalies"
        constraints = [models.UniqueConstraint(fields=("project", "key"), name="one_anomaly_per_key")]

    def __str__(self) -> str:
        return self.message


class Dismissal(models.Model):
    """A person looked at an anomaly and says that it is none. It outlives the check that found it."""

    PROJECT_PATH = "project"

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="dismissals")
    key = models.CharField(max_length=128)
    by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=("project", "key"), name="one_dismissal_per_key")]

    def __str__(self) -> str:
        return self.key
