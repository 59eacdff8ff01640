"""One invoice as JSON: as it stands in a list, and with all that belongs to it."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from django_app.invoices.models import Anomaly, Correction, Invoice, InvoicePage, Issue, Severity


class RowSerializer(serializers.ModelSerializer[Invoice]):
    task_id = serializers.CharField(source="job_id", allow_null=True)
    has_error = serializers.BooleanField()
    has_warning = serializers.BooleanField()
    has_anomaly = serializers.BooleanField()
    total = serializers.SerializerMethodField()
    thumbnail = serializers.SerializerMethodField()

    class Meta:
        model = Invoice
        fields: tuple[str, ...] = (
            *("id", "task_id", "name", "state", "version", "vendor", "number", "date", "currency", "total"),
            *("has_error", "has_warning", "has_anomaly", "confirmed_at", "created_at", "thumbnail"),
        )

    def get_total(self, invoice: Invoice) -> str | None:
        return None if invoice.total is None else f"{invoice.total.normalize():f}"

    def get_thumbnail(self, invoice: Invoice) -> str | None:
        first = next(iter(invoice.pages.all()), None)
        return reverse("pages:thumbnail", args=[first.page.current_id]) if first else None


class IssueSerializer(serializers.ModelSerializer[Issue]):
    class Meta:
        model = Issue
        fields = ("code", "field", "message", "severity")


class AnomalySerializer(serializers.ModelSerializer[Anomaly]):
    severity = serializers.ChoiceField(choices=Severity.choices)
    dismissed = serializers.BooleanField()
    invoices = serializers.SerializerMethodField()

    class Meta:
        model = Anomaly
        fields = ("key", "code", "message", "severity", "score", "evidence", "dismissed", "invoices")

    def get_invoices(self, anomaly: Anomaly) -> list[dict[str, Any]]:
        return [{"id": invoice.pk, "name": invoice.name} for invoice in anomaly.invoices.all()]


class InvoicePageSerializer(serializers.ModelSerializer[InvoicePage]):
    """Boxes of this page's `number` are in pixels of `image`, which is the page as it was uploaded."""

    page = serializers.IntegerField(source="page_id")
    width = serializers.IntegerField(source="original.width")
    height = serializers.IntegerField(source="original.height")
    image = serializers.SerializerMethodField()
    tiles = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField(help_text="Its words with their boxes; 404 if it could not be read.")
    url = serializers.CharField(source="page.get_absolute_url")

    class Meta:
        model = InvoicePage
        fields = ("number", "page", "width", "height", "image", "tiles", "text", "url")

    def get_image(self, row: Any) -> str:
        return reverse("pages:image", args=[row.original.pk])

    def get_tiles(self, row: Any) -> str:
        return reverse("pages:tiles", args=[row.original.pk])

    def get_text(self, row: InvoicePage) -> str:
        return reverse("api:page-text", args=[row.page_id])


class CorrectionSerializer(serializers.ModelSerializer[Correction]):
    by = serializers.CharField(source="by.username", default=None, allow_null=True)

    class Meta:
        model = Correction
        fields = ("field", "value", "version", "by", "at")


class DetailSerializer(RowSerializer):
    values = serializers.DictField(
        help_text="{fields, details, line_items}: each value with what was `read`, and whether it was `corrected`."
    )
    read = serializers.DictField(
        child=serializers.CharField(), help_text="By path: the machine's reading, also of what a person has taken away."
    )
    candidates = serializers.DictField(help_text="By field: what else could have been meant, the likeliest first.")
    differences = serializers.ListField(help_text="Of an embedded e-invoice and the page: field, embedded, printed.")
    origin = serializers.ChoiceField(choices=("image", "text", "xml"), help_text="What was read: pixels, text or XML.")
    issues = IssueSerializer(many=True)
    anomalies = AnomalySerializer(many=True)
    pages = InvoicePageSerializer(many=True)
    history = CorrectionSerializer(many=True, source="corrections")
    confirmed_by = serializers.CharField(source="confirmed_by.username", default=None, allow_null=True)
    stale = serializers.BooleanField(help_text="Issues and anomalies are being found anew.")

    class Meta(RowSerializer.Meta):
        fields = (
            *RowSerializer.Meta.fields,
            *("values", "read", "candidates", "differences", "origin", "issues", "anomalies", "pages", "history"),
            *("confirmed_by", "stale"),
        )
