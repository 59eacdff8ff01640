"""Which of a project's invoices somebody wants to see."""

from typing import Any

from django import forms

from django_app.invoices import lists
from django_app.invoices.models import State

NEWEST = "-id"
LARGEST_ID = 2**63 - 1  # what a column holds


class FilterForm(forms.Form):
    """Of an address. What cannot be understood does not filter."""

    state = forms.ChoiceField(choices=State.choices, required=False)
    problem = forms.ChoiceField(choices=[(name, name) for name in lists.PROBLEMS], required=False)
    vendor = forms.CharField(max_length=200, required=False, strip=False)
    month = forms.DateField(input_formats=["%Y-%m"], required=False)
    q = forms.CharField(max_length=200, required=False)
    task = forms.IntegerField(min_value=0, max_value=LARGEST_ID, required=False)
    sort = forms.ChoiceField(
        choices=[(f"{way}{name}",) * 2 for name in lists.SORTS for way in ("", "-")], required=False
    )

    def asked(self) -> dict[str, Any]:
        """As `lists.filtered` takes it, and `sort`."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        return {"sort": NEWEST} | given


class NextForm(forms.Form):
    after = forms.IntegerField(min_value=0, max_value=LARGEST_ID, required=False)

    def after_id(self) -> int:
        return self.cleaned_data.get("after") or 0 if self.is_valid() else 0
