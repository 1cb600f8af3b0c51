from django.db import migrations

from relief.broker.queues import lay_queues


def forwards(_apps, schema_editor):
    lay_queues(schema_editor.connection)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
