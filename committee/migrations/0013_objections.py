from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("committee", "0012_simulations"),
    ]

    operations = []
