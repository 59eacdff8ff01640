"""A task of invoices as JSON: what is uploaded, how far it is, its files, what was found."""

from typing import Any

from rest_framework import serializers

from django_app.invoices import task
from django_app.invoices.models import Severity
from django_app.jobs.params import LanguageField


class Codes(serializers.ListField):
    """Given once or more often, `eng+heb` or one by one."""

    def to_internal_value(self, data: Any) -> Any:
        given = [data] if isinstance(data, str) else data
        return super().to_internal_value([code for each in given for code in str(each).replace(",", "+").split("+")])


class InvoiceUploadSerializer(serializers.Serializer[Any]):
    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        allow_empty=False,
        help_text="Photographs, scans, PDFs, and ZIP archives of them.",
    )
    languages = Codes(child=LanguageField(), max_length=8, required=False, help_text="Default: eng+heb.")
    task_id = serializers.IntegerField(
        required=False, help_text="Of an earlier upload that these files belong to: thousands come in several requests."
    )


class TaskSerializer(serializers.Serializer[Any]):
    task_id = serializers.CharField()
    files = serializers.IntegerField(help_text="How many there are, those in archives one by one.")


class ProgressSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.IntegerField()
    stage = serializers.ChoiceField(choices=("waiting", "reading", "finished"))


class TaskStatusSerializer(serializers.Serializer[Any]):
    task_id = serializers.CharField()
    status = serializers.ChoiceField(choices=task.STATUSES)
    progress = ProgressSerializer()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class FileErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class TaskFileSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=("queued", "running", "done", "failed", "cancelled"))
    attempts = serializers.IntegerField()
    seconds = serializers.FloatField(allow_null=True)
    error = FileErrorSerializer(allow_null=True, help_text="Also of a file that is done: `duplicate` names its double.")


class TimingsSerializer(serializers.Serializer[Any]):
    waited = serializers.FloatField(allow_null=True)
    worked = serializers.FloatField(allow_null=True)
    per_file = serializers.FloatField(allow_null=True)


class TaskFilesSerializer(TaskStatusSerializer):
    files = TaskFileSerializer(many=True)
    timings = TimingsSerializer()


class CancelledSerializer(serializers.Serializer[Any]):
    status = serializers.CharField()


class ToldIssueSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    field = serializers.CharField()
    message = serializers.CharField()
    severity = serializers.ChoiceField(choices=Severity.choices)


class ToldInvoiceSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    file = serializers.CharField()
    valid = serializers.BooleanField(help_text="Without errors; warnings are for people to look at.")
    issues = ToldIssueSerializer(many=True)


class SummarySerializer(serializers.Serializer[Any]):
    invoices = serializers.IntegerField()
    valid = serializers.IntegerField()
    errors = serializers.IntegerField()  # type: ignore[assignment]  # the engine's word
    warnings = serializers.IntegerField()
    infos = serializers.IntegerField()
    codes = serializers.DictField(child=serializers.IntegerField())


class ValidationSerializer(serializers.Serializer[Any]):
    invoices = ToldInvoiceSerializer(many=True)
    summary = SummarySerializer()
    stale = serializers.BooleanField(help_text="The invoices have changed since; a new check is under way.")


class ToldAnomalySerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    code = serializers.CharField()
    files = serializers.ListField(child=serializers.CharField())
    message = serializers.CharField()
    score = serializers.FloatField(help_text="How sure, 0 to 1.")
    severity = serializers.ChoiceField(choices=Severity.choices)
    evidence = serializers.DictField()


class AnomaliesSerializer(serializers.Serializer[Any]):
    anomalies = ToldAnomalySerializer(many=True)
    stale = serializers.BooleanField(help_text="The invoices have changed since; a new check is under way.")
