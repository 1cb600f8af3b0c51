import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0006_staging'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('relief', '0002_history_of_accounts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='QueueTurn',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('held_until_at', models.DateTimeField(verbose_name='held until')),
                ('position', models.BigIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'turn in the queue',
                'verbose_name_plural': 'turns in the queue',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Reclassification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'Under way'), ('applied', 'Applied'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('undoing', 'Being undone'), ('undone', 'Undone')], default='waiting', max_length=10, verbose_name='state')),
                ('narrowing', models.JSONField(default=dict, verbose_name='filter')),
                ('axis', models.CharField(choices=[('reporter_type', 'reporter type'), ('pricing', 'paid or free'), ('nature', 'monetary loss or inquiry'), ('operator_kind', 'own company or affiliate')], max_length=16, verbose_name='axis')),
                ('value', models.CharField(max_length=16, verbose_name='new value')),
                ('keeps_words', models.BooleanField(default=True, verbose_name='leaves alone what a person said')),
                ('reason', models.TextField(verbose_name='reason')),
                ('claims', models.PositiveIntegerField(verbose_name='claims')),
                ('decided', models.PositiveIntegerField(verbose_name='of these decided already')),
                ('spoken', models.PositiveIntegerField(verbose_name="of these a person's word")),
                ('sum_of_losses', models.DecimalField(decimal_places=0, max_digits=24, verbose_name='sum of losses')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='undone at')),
                ('undo_reason', models.TextField(blank=True, verbose_name='reason for undoing')),
                ('restored', models.PositiveIntegerField(null=True, verbose_name='put back')),
            ],
            options={
                'verbose_name': 'reclassification',
                'verbose_name_plural': 'reclassifications',
                'ordering': ('-id',),
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='ReclassificationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('state', models.CharField(choices=[('waiting', 'Under way'), ('applied', 'Applied'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('undoing', 'Being undone'), ('undone', 'Undone')], default='waiting', max_length=10, verbose_name='state')),
                ('narrowing', models.JSONField(default=dict, verbose_name='filter')),
                ('axis', models.CharField(choices=[('reporter_type', 'reporter type'), ('pricing', 'paid or free'), ('nature', 'monetary loss or inquiry'), ('operator_kind', 'own company or affiliate')], max_length=16, verbose_name='axis')),
                ('value', models.CharField(max_length=16, verbose_name='new value')),
                ('keeps_words', models.BooleanField(default=True, verbose_name='leaves alone what a person said')),
                ('reason', models.TextField(verbose_name='reason')),
                ('claims', models.PositiveIntegerField(verbose_name='claims')),
                ('decided', models.PositiveIntegerField(verbose_name='of these decided already')),
                ('spoken', models.PositiveIntegerField(verbose_name="of these a person's word")),
                ('sum_of_losses', models.DecimalField(decimal_places=0, max_digits=24, verbose_name='sum of losses')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='undone at')),
                ('undo_reason', models.TextField(blank=True, verbose_name='reason for undoing')),
                ('restored', models.PositiveIntegerField(null=True, verbose_name='put back')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ReclassificationLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('was', models.CharField(max_length=16)),
                ('was_rule', models.CharField(blank=True, max_length=60)),
                ('was_confidence', models.PositiveSmallIntegerField()),
                ('was_reason', models.TextField(blank=True)),
            ],
            options={
                'verbose_name': 'line of a reclassification',
                'verbose_name_plural': 'lines of reclassifications',
                'ordering': ('act', 'claim'),
                'default_permissions': (),
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='classification',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='classification',
            name='update_update',
        ),
        migrations.AddField(
            model_name='classification',
            name='confidence',
            field=models.PositiveSmallIntegerField(db_default=100, default=100, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='confidence'),
        ),
        migrations.AddField(
            model_name='classification',
            name='nature_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='monetary loss set by'),
        ),
        migrations.AddField(
            model_name='classification',
            name='nature_confidence',
            field=models.PositiveSmallIntegerField(db_default=100, default=100, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='confidence in monetary loss'),
        ),
        migrations.AddField(
            model_name='classification',
            name='nature_reason',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='reason for monetary loss'),
        ),
        migrations.AddField(
            model_name='classification',
            name='operator_kind_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='operator set by'),
        ),
        migrations.AddField(
            model_name='classification',
            name='operator_kind_confidence',
            field=models.PositiveSmallIntegerField(db_default=100, default=100, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='confidence in operator'),
        ),
        migrations.AddField(
            model_name='classification',
            name='operator_kind_reason',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='reason for operator'),
        ),
        migrations.AddField(
            model_name='classification',
            name='pricing_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='paid or free set by'),
        ),
        migrations.AddField(
            model_name='classification',
            name='pricing_confidence',
            field=models.PositiveSmallIntegerField(db_default=100, default=100, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='confidence in paid or free'),
        ),
        migrations.AddField(
            model_name='classification',
            name='pricing_reason',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='reason for paid or free'),
        ),
        migrations.AddField(
            model_name='classification',
            name='reporter_type_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reporter type set by'),
        ),
        migrations.AddField(
            model_name='classification',
            name='reporter_type_confidence',
            field=models.PositiveSmallIntegerField(db_default=100, default=100, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='confidence in reporter type'),
        ),
        migrations.AddField(
            model_name='classification',
            name='reporter_type_reason',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='reason for reporter type'),
        ),
        migrations.AddField(
            model_name='classification',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AddField(
            model_name='classificationevent',
            name='confidence',
            field=models.PositiveSmallIntegerField(db_default=100, default=100, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='confidence'),
        ),
        migrations.AddField(
            model_name='classificationevent',
            name='nature_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='monetary loss set by'),
        ),
        migrations.AddField(
            model_name='classificationevent',
            name='nature_confidence',
            field=models.PositiveSmallIntegerField(db_default=100, default=100, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='confidence in monetary loss'),
        ),
        migrations.AddField(
            model_name='classificationevent',
            name='nature_reason',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='reason for monetary loss'),
        ),
        migrations.AddField(
            model_name='classificationevent',
            name='operator_kind_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='operator set by'),
        ),
        migrations.AddField(
            model_name='classificationevent',
            name='operator_kind_confidence',
            field=models.PositiveSmallIntegerField(db_default=100, default=100, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='confidence in operator'),
        ),
        migrations.AddField(
            model_name='classificationevent',
            name='operator_kind_reason',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='reason for operator'),
        ),
        migrations.AddField(
            model_name='classificationevent',
            name='pricing_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='paid or free set by'),
        ),
        migrations.AddField(
            model_name='classificationevent',
            name='pricing_confidence',
            field=models.PositiveSmallIntegerField(db_default=100, default=100, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='confidence in paid or free'),
        ),
        migrations.AddField(
            model_name='classificationevent',
            name='pricing_reason',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='reason for paid or free'),
        ),
        migrations.AddField(
            model_name='classificationevent',
            name='reporter_type_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reporter type set by'),
        ),
        migrations.AddField(
            model_name='classificationevent',
            name='reporter_type_confidence',
            field=models.PositiveSmallIntegerField(db_default=100, default=100, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='confidence in reporter type'),
        ),
        migrations.AddField(
            model_name='classificationevent',
            name='reporter_type_reason',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='reason for reporter type'),
        ),
        migrations.AddField(
            model_name='classificationevent',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AlterField(
            model_name='classification',
            name='nature_rule',
            field=models.CharField(blank=True, max_length=60, verbose_name='rule for monetary loss'),
        ),
        migrations.AlterField(
            model_name='classification',
            name='operator_kind_rule',
            field=models.CharField(blank=True, max_length=60, verbose_name='rule for operator'),
        ),
        migrations.AlterField(
            model_name='classification',
            name='pricing_rule',
            field=models.CharField(blank=True, max_length=60, verbose_name='rule for paid or free'),
        ),
        migrations.AlterField(
            model_name='classification',
            name='reporter_type_rule',
            field=models.CharField(blank=True, max_length=60, verbose_name='rule for reporter type'),
        ),
        migrations.AlterField(
            model_name='classificationevent',
            name='nature_rule',
            field=models.CharField(blank=True, max_length=60, verbose_name='rule for monetary loss'),
        ),
        migrations.AlterField(
            model_name='classificationevent',
            name='operator_kind_rule',
            field=models.CharField(blank=True, max_length=60, verbose_name='rule for operator'),
        ),
        migrations.AlterField(
            model_name='classificationevent',
            name='pricing_rule',
            field=models.CharField(blank=True, max_length=60, verbose_name='rule for paid or free'),
        ),
        migrations.AlterField(
            model_name='classificationevent',
            name='reporter_type_rule',
            field=models.CharField(blank=True, max_length=60, verbose_name='rule for reporter type'),
        ),
        migrations.AddIndex(
            model_name='classification',
            index=models.Index(models.F('claim'), condition=models.Q(('reporter_type_by__isnull', False), ('pricing_by__isnull', False), ('nature_by__isnull', False), ('operator_kind_by__isnull', False), _connector='OR'), name='claim_by_hand'),
        ),
        migrations.AddIndex(
            model_name='classification',
            index=models.Index(models.F('claim'), condition=models.Q(('confidence__lt', 70)), name='uncertain_claim'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classification',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_classificationevent" ("claim_id", "confidence", "nature", "nature_by_id", "nature_confidence", "nature_reason", "nature_rule", "operator_kind", "operator_kind_by_id", "operator_kind_confidence", "operator_kind_reason", "operator_kind_rule", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pricing", "pricing_by_id", "pricing_confidence", "pricing_reason", "pricing_rule", "reporter_type", "reporter_type_by_id", "reporter_type_confidence", "reporter_type_reason", "reporter_type_rule", "rule_set_id", "version") SELECT new_values."claim_id", new_values."confidence", new_values."nature", new_values."nature_by_id", new_values."nature_confidence", new_values."nature_reason", new_values."nature_rule", new_values."operator_kind", new_values."operator_kind_by_id", new_values."operator_kind_confidence", new_values."operator_kind_reason", new_values."operator_kind_rule", _pgh_attached_context.value, NOW(), \'insert\', new_values."claim_id", new_values."pricing", new_values."pricing_by_id", new_values."pricing_confidence", new_values."pricing_reason", new_values."pricing_rule", new_values."reporter_type", new_values."reporter_type_by_id", new_values."reporter_type_confidence", new_values."reporter_type_reason", new_values."reporter_type_rule", new_values."rule_set_id", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='da3b6a179eb00bff32e4ec7c211c17636a879c51', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_c29bd', referencing='REFERENCING NEW TABLE AS new_values ', table='claims_classification', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classification',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "claims_classificationevent" ("claim_id", "confidence", "nature", "nature_by_id", "nature_confidence", "nature_reason", "nature_rule", "operator_kind", "operator_kind_by_id", "operator_kind_confidence", "operator_kind_reason", "operator_kind_rule", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pricing", "pricing_by_id", "pricing_confidence", "pricing_reason", "pricing_rule", "reporter_type", "reporter_type_by_id", "reporter_type_confidence", "reporter_type_reason", "reporter_type_rule", "rule_set_id", "version") VALUES (NEW."claim_id", NEW."confidence", NEW."nature", NEW."nature_by_id", NEW."nature_confidence", NEW."nature_reason", NEW."nature_rule", NEW."operator_kind", NEW."operator_kind_by_id", NEW."operator_kind_confidence", NEW."operator_kind_reason", NEW."operator_kind_rule", _pgh_attach_context(), NOW(), \'update\', NEW."claim_id", NEW."pricing", NEW."pricing_by_id", NEW."pricing_confidence", NEW."pricing_reason", NEW."pricing_rule", NEW."reporter_type", NEW."reporter_type_by_id", NEW."reporter_type_confidence", NEW."reporter_type_reason", NEW."reporter_type_rule", NEW."rule_set_id", NEW."version"); RETURN NULL;', hash='33e602b88c87cefead46d06659ca4b383cb833a3', operation='UPDATE', pgid='pgtrigger_update_update_dd139', table='claims_classification', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='classification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('reporter_type_by__isnull', True), ('reporter_type_confidence__range', (1, 100)), ('reporter_type_reason', '')), models.Q(('reporter_type_by__isnull', False), ('reporter_type_confidence', 100), ('reporter_type_rule', ''), models.Q(('reporter_type_reason', ''), _negated=True)), _connector='OR'), models.Q(models.Q(('pricing_by__isnull', True), ('pricing_confidence__range', (1, 100)), ('pricing_reason', '')), models.Q(('pricing_by__isnull', False), ('pricing_confidence', 100), ('pricing_rule', ''), models.Q(('pricing_reason', ''), _negated=True)), _connector='OR'), models.Q(models.Q(('nature_by__isnull', True), ('nature_confidence__range', (1, 100)), ('nature_reason', '')), models.Q(('nature_by__isnull', False), ('nature_confidence', 100), ('nature_rule', ''), models.Q(('nature_reason', ''), _negated=True)), _connector='OR'), models.Q(models.Q(('operator_kind_by__isnull', True), ('operator_kind_confidence__range', (1, 100)), ('operator_kind_reason', '')), models.Q(('operator_kind_by__isnull', False), ('operator_kind_confidence', 100), ('operator_kind_rule', ''), models.Q(('operator_kind_reason', ''), _negated=True)), _connector='OR')), name='axis_is_set_by_a_rule_or_a_person'),
        ),
        migrations.AddConstraint(
            model_name='classification',
            constraint=models.CheckConstraint(condition=models.Q(('confidence', django.db.models.functions.comparison.Least('reporter_type_confidence', 'pricing_confidence', 'nature_confidence', 'operator_kind_confidence'))), name='claim_is_as_sure_as_its_least_sure_axis'),
        ),
        migrations.AddField(
            model_name='queueturn',
            name='claim',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='claims.claim', verbose_name='claim'),
        ),
        migrations.AddField(
            model_name='queueturn',
            name='previous',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='claims.claim'),
        ),
        migrations.AddField(
            model_name='reclassification',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='reclassification',
            name='incident',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.incident', verbose_name='incident'),
        ),
        migrations.AddField(
            model_name='reclassification',
            name='job',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='relief.job', verbose_name='job'),
        ),
        migrations.AddField(
            model_name='reclassification',
            name='undone_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='undone by'),
        ),
        migrations.AddField(
            model_name='reclassificationevent',
            name='by',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='reclassificationevent',
            name='incident',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='claims.incident', verbose_name='incident'),
        ),
        migrations.AddField(
            model_name='reclassificationevent',
            name='job',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='relief.job', verbose_name='job'),
        ),
        migrations.AddField(
            model_name='reclassificationevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='reclassificationevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='claims.reclassification'),
        ),
        migrations.AddField(
            model_name='reclassificationevent',
            name='undone_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='undone by'),
        ),
        migrations.AddField(
            model_name='reclassificationline',
            name='act',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='claims.reclassification'),
        ),
        migrations.AddField(
            model_name='reclassificationline',
            name='claim',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='claims.claim'),
        ),
        migrations.AddField(
            model_name='reclassificationline',
            name='rule_set',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.ruleset'),
        ),
        migrations.AddField(
            model_name='reclassificationline',
            name='was_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='queueturn',
            constraint=models.UniqueConstraint(condition=models.Q(('claim__isnull', False)), fields=('claim',), name='one_person_looks_at_an_uncertain_claim'),
        ),
        migrations.AddConstraint(
            model_name='reclassification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('value', ''), _negated=True), ('axis__in', ['reporter_type', 'pricing', 'nature', 'operator_kind'])), name='reclassification_says_what_and_why'),
        ),
        migrations.AddConstraint(
            model_name='reclassification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('undo_reason', ''), ('undone_by__isnull', True)), models.Q(('undone_by__isnull', False), models.Q(('undo_reason', ''), _negated=True)), _connector='OR'), name='undoing_says_who_and_why'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reclassification',
            trigger=pgtrigger.compiler.Trigger(name='legal_move', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.state <> OLD.state AND (OLD.state::text, NEW.state::text) NOT IN (('waiting', 'applied'), ('waiting', 'cancelled'), ('waiting', 'failed'), ('failed', 'applied'), ('applied', 'undoing'), ('undoing', 'applied'), ('undoing', 'undone')) THEN\n                RAISE EXCEPTION 'rule reclassification_moves_as_its_table_says' USING ERRCODE = 'check_violation', CONSTRAINT = 'reclassification_moves_as_its_table_says';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='90828f01cfae02104c173ec3a1e99f4be97a1dff', operation='UPDATE OF "state"', pgid='pgtrigger_legal_move_304d6', table='claims_reclassification', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reclassification',
            trigger=pgtrigger.compiler.Trigger(name='legal_birth', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.state NOT IN ('waiting') THEN\n                RAISE EXCEPTION 'rule reclassification_moves_as_its_table_says' USING ERRCODE = 'check_violation', CONSTRAINT = 'reclassification_moves_as_its_table_says';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='128d8967febc80ae038b3174866ec80d150397f1', operation='INSERT', pgid='pgtrigger_legal_birth_c48c0', table='claims_reclassification', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reclassification',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_reclassificationevent" ("at", "axis", "by_id", "claims", "decided", "id", "incident_id", "job_id", "keeps_words", "narrowing", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "restored", "spoken", "state", "sum_of_losses", "undo_reason", "undone_at", "undone_by_id", "value") SELECT new_values."at", new_values."axis", new_values."by_id", new_values."claims", new_values."decided", new_values."id", new_values."incident_id", new_values."job_id", new_values."keeps_words", new_values."narrowing", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."restored", new_values."spoken", new_values."state", new_values."sum_of_losses", new_values."undo_reason", new_values."undone_at", new_values."undone_by_id", new_values."value" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='1761de94587cf62929d7190ae3d83a34c0c8ee98', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_a3ec3', referencing='REFERENCING NEW TABLE AS new_values ', table='claims_reclassification', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reclassification',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "claims_reclassificationevent" ("at", "axis", "by_id", "claims", "decided", "id", "incident_id", "job_id", "keeps_words", "narrowing", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "restored", "spoken", "state", "sum_of_losses", "undo_reason", "undone_at", "undone_by_id", "value") VALUES (NEW."at", NEW."axis", NEW."by_id", NEW."claims", NEW."decided", NEW."id", NEW."incident_id", NEW."job_id", NEW."keeps_words", NEW."narrowing", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."restored", NEW."spoken", NEW."state", NEW."sum_of_losses", NEW."undo_reason", NEW."undone_at", NEW."undone_by_id", NEW."value"); RETURN NULL;', hash='d8a8af720848eb317a314c7e64680a2a954845bf', operation='UPDATE', pgid='pgtrigger_update_update_b55a4', table='claims_reclassification', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reclassificationevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e9bb484f98f5f43b1a2431d200b8080f85e41e14', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3cc1d', table='claims_reclassificationevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='reclassificationline',
            constraint=models.UniqueConstraint(fields=('act', 'claim'), name='one_line_per_reclassified_claim'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reclassificationline',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TRUE THEN\n                RAISE EXCEPTION 'rule reclassification_lines_are_append_only' USING ERRCODE = 'check_violation', CONSTRAINT = 'reclassification_lines_are_append_only';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='1f95c2820c3bab523346a28b1f0018c0bd2fa571', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e616d', table='claims_reclassificationline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reclassificationline',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'rule reclassification_lines_are_append_only' USING ERRCODE = 'check_violation', CONSTRAINT = 'reclassification_lines_are_append_only';", hash='592804b3e502dce39db0c90b218ffa7a1c701d75', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_e3778', table='claims_reclassificationline', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='RuleSetDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('base_version', models.PositiveSmallIntegerField(default=0)),
                ('rows', models.JSONField(default=list)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('seen', models.CharField(blank=True, max_length=64)),
                ('changed_at', models.DateTimeField()),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.incident')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'draft of rules',
                'verbose_name_plural': 'drafts of rules',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('user', 'incident'), name='one_draft_per_person')],
            },
        ),
    ]
