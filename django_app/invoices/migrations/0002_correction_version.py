from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="correction",
            name="version",
            field=models.PositiveIntegerField(default=1),
            preserve_default=False,
        ),
    ]
