from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("committee", "0014_adjustments"),
        ("claims", "0014_decision_letters"),
    ]

    operations = []
