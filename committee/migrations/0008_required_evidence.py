import django.contrib.postgres.fields
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('committee', '0007_claims_looked_up'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='tierpolicy',
            name='adopted_policy_is_frozen',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='tierpolicy',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='tierpolicy',
            name='update_update',
        ),
        migrations.AddField(
            model_name='tierpolicy',
            name='required_evidence',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('small_business_certificate', 'Small-business certificate'), ('proof_of_lost_sales', 'Proof of lost sales'), ('proof_of_business_use', 'Proof of use for business'), ('other', 'Other evidence')], max_length=30), blank=True, default=list, help_text='For the losses that the committee examines', size=None, verbose_name='required evidence'),
        ),
        migrations.AddField(
            model_name='tierpolicyevent',
            name='required_evidence',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('small_business_certificate', 'Small-business certificate'), ('proof_of_lost_sales', 'Proof of lost sales'), ('proof_of_business_use', 'Proof of use for business'), ('other', 'Other evidence')], max_length=30), blank=True, default=list, help_text='For the losses that the committee examines', size=None, verbose_name='required evidence'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='tierpolicy',
            trigger=pgtrigger.compiler.Trigger(name='adopted_policy_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.state <> 'draft' AND (OLD.measure_id, OLD.number, OLD.eligible_types, OLD.required_evidence, OLD.grounds, OLD.drafted_by_id, OLD.adopted_by_id, OLD.adopted_at) IS DISTINCT FROM (NEW.measure_id, NEW.number, NEW.eligible_types, NEW.required_evidence, NEW.grounds, NEW.drafted_by_id, NEW.adopted_by_id, NEW.adopted_at) THEN\n                RAISE EXCEPTION 'rule adopted_policy_is_frozen' USING ERRCODE = 'check_violation', CONSTRAINT = 'adopted_policy_is_frozen';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='9ba4277be8c8b6e90cb9827926b0c7fa5c7230e8', operation='UPDATE', pgid='pgtrigger_adopted_policy_is_frozen_091c9', table='committee_tierpolicy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='tierpolicy',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "committee_tierpolicyevent" ("adopted_at", "adopted_by_id", "drafted_at", "drafted_by_id", "eligible_types", "grounds", "id", "incident_id", "measure_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "required_evidence", "retired_at", "state", "version") SELECT new_values."adopted_at", new_values."adopted_by_id", new_values."drafted_at", new_values."drafted_by_id", new_values."eligible_types", new_values."grounds", new_values."id", new_values."incident_id", new_values."measure_id", new_values."number", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."required_evidence", new_values."retired_at", new_values."state", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='261a372f549a33767ecdfb6d8aaf79b957390a4e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_22968', referencing='REFERENCING NEW TABLE AS new_values ', table='committee_tierpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='tierpolicy',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "committee_tierpolicyevent" ("adopted_at", "adopted_by_id", "drafted_at", "drafted_by_id", "eligible_types", "grounds", "id", "incident_id", "measure_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "required_evidence", "retired_at", "state", "version") VALUES (NEW."adopted_at", NEW."adopted_by_id", NEW."drafted_at", NEW."drafted_by_id", NEW."eligible_types", NEW."grounds", NEW."id", NEW."incident_id", NEW."measure_id", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."required_evidence", NEW."retired_at", NEW."state", NEW."version"); RETURN NULL;', hash='e8298191542fd1af3509a6657f18efb28225623d', operation='UPDATE', pgid='pgtrigger_update_update_0d590', table='committee_tierpolicy', when='AFTER')),
        ),
    ]
