from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("invoices", "0002_correction_version")]

    operations = [migrations.RemoveField(model_name="issue", name="evidence")]
