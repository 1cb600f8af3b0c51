from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("committee", "0009_payments_wait"),
    ]

    operations = []
