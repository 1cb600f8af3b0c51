from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("committee", "0011_ledger"),
    ]

    operations = []
