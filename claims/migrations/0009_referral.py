import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("claims", "0008_duplicates"),
        ('pghistory', '0007_auto_20250421_0444'),
        ('relief', '0002_history_of_accounts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField(verbose_name='line')),
                ('claim_version', models.PositiveIntegerField(verbose_name='version of the claim')),
                ('claimed_loss', models.BigIntegerField(null=True, verbose_name='claimed loss in won')),
                ('state', models.CharField(choices=[('referred', 'Referred'), ('sent_back', 'Sent back by the affiliate'), ('released', 'Released')], default='referred', max_length=10, verbose_name='state')),
                ('code', models.CharField(blank=True, choices=[('not_ours', 'Not their service'), ('incomplete', 'Incomplete'), ('duplicate', 'They have it already'), ('other', 'Other')], max_length=10, verbose_name='why it was sent back')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('sent_back_at', models.DateTimeField(null=True, verbose_name='sent back at')),
                ('again_at', models.DateTimeField(null=True, verbose_name='to be referred again since')),
                ('again_reason', models.CharField(blank=True, max_length=500, verbose_name='why it is referred again')),
                ('again_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='to be referred again, by')),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='claims.claim', verbose_name='claim')),
                ('sent_back_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'referral',
                'verbose_name_plural': 'referrals',
                'ordering': ('-id',),
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='ReferralFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('state', models.CharField(choices=[('packing', 'Packing'), ('packed', 'Packed'), ('handed_over', 'Handed over'), ('acknowledged', 'Acknowledged'), ('cancelled', 'Cancelled')], default='packing', max_length=12, verbose_name='state')),
                ('ground', models.CharField(max_length=500, verbose_name='legal ground')),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), size=None, verbose_name='columns that leave')),
                ('numbers_in_clear', models.BooleanField(default=False, verbose_name='numbers in clear')),
                ('clear_reason', models.CharField(blank=True, max_length=500, verbose_name='why numbers leave in clear')),
                ('line_count', models.PositiveIntegerField(default=0, verbose_name='claims')),
                ('loss_sum', models.BigIntegerField(default=0, verbose_name='sum of losses in won')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('handed_over_on', models.DateField(null=True, verbose_name='handed over on')),
                ('handed_over_to', models.CharField(blank=True, max_length=200, verbose_name='handed over to')),
                ('handed_over_how', models.CharField(blank=True, max_length=200, verbose_name='how it was handed over')),
                ('acknowledged_on', models.DateField(null=True, verbose_name='acknowledged on')),
                ('acknowledged_number', models.CharField(blank=True, max_length=100, verbose_name="the affiliate's receipt number")),
                ('acknowledged_count', models.PositiveIntegerField(null=True, verbose_name='claims that the affiliate confirms')),
                ('difference', models.CharField(blank=True, max_length=500, verbose_name='why the count differs')),
                ('cancel_reason', models.CharField(blank=True, max_length=500, verbose_name='why it was cancelled')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.incident', verbose_name='incident')),
                ('job', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='relief.job', verbose_name='job')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.operator', verbose_name='affiliate')),
                ('text_file', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='relief.storedfile', verbose_name='text file')),
                ('workbook', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='relief.storedfile', verbose_name='workbook')),
            ],
            options={
                'verbose_name': 'referral file',
                'verbose_name_plural': 'referral files',
                'ordering': ('-id',),
                'permissions': (('refer_claims', 'Can refer claims to affiliates and settle what they send back'),),
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='ReferralEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('line', models.PositiveIntegerField(verbose_name='line')),
                ('claim_version', models.PositiveIntegerField(verbose_name='version of the claim')),
                ('claimed_loss', models.BigIntegerField(null=True, verbose_name='claimed loss in won')),
                ('state', models.CharField(choices=[('referred', 'Referred'), ('sent_back', 'Sent back by the affiliate'), ('released', 'Released')], default='referred', max_length=10, verbose_name='state')),
                ('code', models.CharField(blank=True, choices=[('not_ours', 'Not their service'), ('incomplete', 'Incomplete'), ('duplicate', 'They have it already'), ('other', 'Other')], max_length=10, verbose_name='why it was sent back')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('sent_back_at', models.DateTimeField(null=True, verbose_name='sent back at')),
                ('again_at', models.DateTimeField(null=True, verbose_name='to be referred again since')),
                ('again_reason', models.CharField(blank=True, max_length=500, verbose_name='why it is referred again')),
                ('again_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='to be referred again, by')),
                ('claim', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='claims.claim', verbose_name='claim')),
                ('pgh_context', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='claims.referral')),
                ('sent_back_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('file', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='claims.referralfile', verbose_name='file')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='referral',
            name='file',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='claims.referralfile', verbose_name='file'),
        ),
        migrations.CreateModel(
            name='ReferralFileEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('state', models.CharField(choices=[('packing', 'Packing'), ('packed', 'Packed'), ('handed_over', 'Handed over'), ('acknowledged', 'Acknowledged'), ('cancelled', 'Cancelled')], default='packing', max_length=12, verbose_name='state')),
                ('ground', models.CharField(max_length=500, verbose_name='legal ground')),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), size=None, verbose_name='columns that leave')),
                ('numbers_in_clear', models.BooleanField(default=False, verbose_name='numbers in clear')),
                ('clear_reason', models.CharField(blank=True, max_length=500, verbose_name='why numbers leave in clear')),
                ('line_count', models.PositiveIntegerField(default=0, verbose_name='claims')),
                ('loss_sum', models.BigIntegerField(default=0, verbose_name='sum of losses in won')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('handed_over_on', models.DateField(null=True, verbose_name='handed over on')),
                ('handed_over_to', models.CharField(blank=True, max_length=200, verbose_name='handed over to')),
                ('handed_over_how', models.CharField(blank=True, max_length=200, verbose_name='how it was handed over')),
                ('acknowledged_on', models.DateField(null=True, verbose_name='acknowledged on')),
                ('acknowledged_number', models.CharField(blank=True, max_length=100, verbose_name="the affiliate's receipt number")),
                ('acknowledged_count', models.PositiveIntegerField(null=True, verbose_name='claims that the affiliate confirms')),
                ('difference', models.CharField(blank=True, max_length=500, verbose_name='why the count differs')),
                ('cancel_reason', models.CharField(blank=True, max_length=500, verbose_name='why it was cancelled')),
                ('incident', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='claims.incident', verbose_name='incident')),
                ('job', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='relief.job', verbose_name='job')),
                ('made_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('operator', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='claims.operator', verbose_name='affiliate')),
                ('pgh_context', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='claims.referralfile')),
                ('text_file', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='relief.storedfile', verbose_name='text file')),
                ('workbook', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='relief.storedfile', verbose_name='workbook')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='referralfile',
            constraint=models.UniqueConstraint(fields=('incident', 'operator', 'number'), name='one_referral_file_per_number'),
        ),
        migrations.AddConstraint(
            model_name='referralfile',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'packing')), fields=('operator',), name='one_packing_file_per_affiliate'),
        ),
        migrations.AddConstraint(
            model_name='referralfile',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['packing', 'cancelled']), models.Q(('line_count__gt', 0), ('text_file__isnull', False), ('workbook__isnull', False)), _connector='OR'), name='packed_file_is_stored'),
        ),
        migrations.AddConstraint(
            model_name='referralfile',
            constraint=models.CheckConstraint(condition=models.Q(('numbers_in_clear', False), models.Q(('clear_reason', ''), _negated=True), _connector='OR'), name='clear_numbers_need_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referralfile',
            trigger=pgtrigger.compiler.Trigger(name='legal_move', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.state <> OLD.state AND (OLD.state::text, NEW.state::text) NOT IN (('packing', 'cancelled'), ('packing', 'packed'), ('packed', 'cancelled'), ('packed', 'handed_over'), ('handed_over', 'acknowledged')) THEN\n                RAISE EXCEPTION 'rule referral_file_moves_as_its_table_says' USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_file_moves_as_its_table_says';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='eeceb15204f03bb31cb19c3ab3f94a0b18bad02d', operation='UPDATE OF "state"', pgid='pgtrigger_legal_move_4297b', table='claims_referralfile', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referralfile',
            trigger=pgtrigger.compiler.Trigger(name='legal_birth', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.state NOT IN ('packing') THEN\n                RAISE EXCEPTION 'rule referral_file_moves_as_its_table_says' USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_file_moves_as_its_table_says';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='f146f118e7cd119e9b376a68645ef795147a61b7', operation='INSERT', pgid='pgtrigger_legal_birth_95609', table='claims_referralfile', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referralfile',
            trigger=pgtrigger.compiler.Trigger(name='packed_file_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.incident_id, OLD.operator_id, OLD.number, OLD.columns, OLD.ground, OLD.numbers_in_clear, OLD.made_by_id) IS DISTINCT FROM (NEW.incident_id, NEW.operator_id, NEW.number, NEW.columns, NEW.ground, NEW.numbers_in_clear, NEW.made_by_id) OR OLD.state <> 'packing' AND (OLD.line_count, OLD.loss_sum, OLD.workbook_id, OLD.text_file_id) IS DISTINCT FROM (NEW.line_count, NEW.loss_sum, NEW.workbook_id, NEW.text_file_id) THEN\n                RAISE EXCEPTION 'rule packed_file_is_frozen' USING ERRCODE = 'check_violation', CONSTRAINT = 'packed_file_is_frozen';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='5bce99f2224aaced29c02b761bb0316a96ffa122', operation='UPDATE', pgid='pgtrigger_packed_file_is_frozen_58773', table='claims_referralfile', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referralfile',
            trigger=pgtrigger.compiler.Trigger(name='referral_files_are_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TRUE THEN\n                RAISE EXCEPTION 'rule referral_files_are_never_deleted' USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_files_are_never_deleted';\n            END IF;\n            RETURN OLD;\n        ", hash='afec07a385e89318279ab46ea4b68bcd578749df', operation='DELETE', pgid='pgtrigger_referral_files_are_never_deleted_aac78', table='claims_referralfile', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referralfile',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_referralfileevent" ("acknowledged_count", "acknowledged_number", "acknowledged_on", "cancel_reason", "clear_reason", "columns", "difference", "ground", "handed_over_how", "handed_over_on", "handed_over_to", "id", "incident_id", "job_id", "line_count", "loss_sum", "made_at", "made_by_id", "number", "numbers_in_clear", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "text_file_id", "workbook_id") SELECT new_values."acknowledged_count", new_values."acknowledged_number", new_values."acknowledged_on", new_values."cancel_reason", new_values."clear_reason", new_values."columns", new_values."difference", new_values."ground", new_values."handed_over_how", new_values."handed_over_on", new_values."handed_over_to", new_values."id", new_values."incident_id", new_values."job_id", new_values."line_count", new_values."loss_sum", new_values."made_at", new_values."made_by_id", new_values."number", new_values."numbers_in_clear", new_values."operator_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."state", new_values."text_file_id", new_values."workbook_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='9401a348a9239025edde71c2b63fa309506b9c1d', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_820cf', referencing='REFERENCING NEW TABLE AS new_values ', table='claims_referralfile', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referralfile',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "claims_referralfileevent" ("acknowledged_count", "acknowledged_number", "acknowledged_on", "cancel_reason", "clear_reason", "columns", "difference", "ground", "handed_over_how", "handed_over_on", "handed_over_to", "id", "incident_id", "job_id", "line_count", "loss_sum", "made_at", "made_by_id", "number", "numbers_in_clear", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "text_file_id", "workbook_id") VALUES (NEW."acknowledged_count", NEW."acknowledged_number", NEW."acknowledged_on", NEW."cancel_reason", NEW."clear_reason", NEW."columns", NEW."difference", NEW."ground", NEW."handed_over_how", NEW."handed_over_on", NEW."handed_over_to", NEW."id", NEW."incident_id", NEW."job_id", NEW."line_count", NEW."loss_sum", NEW."made_at", NEW."made_by_id", NEW."number", NEW."numbers_in_clear", NEW."operator_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."state", NEW."text_file_id", NEW."workbook_id"); RETURN NULL;', hash='f644dc0f7e92cedc78858c0be0ec52309c27b5ee', operation='UPDATE', pgid='pgtrigger_update_update_deb2d', table='claims_referralfile', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referralevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fd1d5c148500fccde8bbcd5b536a669bb485407e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_35632', table='claims_referralevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='referral',
            index=models.Index(models.F('file'), condition=models.Q(('again_at__isnull', True), ('state', 'sent_back')), name='referral_sent_back'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.UniqueConstraint(fields=('file', 'line'), name='one_referral_per_line'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'referred')), fields=('claim',), name='one_live_referral_per_claim'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_back_at__isnull', False), ('sent_back_by__isnull', False), ('state', 'sent_back'), ('code__in', ['not_ours', 'incomplete', 'duplicate', 'other']), models.Q(('reason', ''), _negated=True)), models.Q(models.Q(('state', 'sent_back'), _negated=True), ('again_at__isnull', True), ('code', '')), _connector='OR'), name='sent_back_says_why'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='legal_move', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.state <> OLD.state AND (OLD.state::text, NEW.state::text) NOT IN (('referred', 'released'), ('referred', 'sent_back')) THEN\n                RAISE EXCEPTION 'rule referral_moves_as_its_table_says' USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_moves_as_its_table_says';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='c9858118b7e9ca21177e6d402c52d27fcb1acd01', operation='UPDATE OF "state"', pgid='pgtrigger_legal_move_da22e', table='claims_referral', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='legal_birth', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.state NOT IN ('referred') THEN\n                RAISE EXCEPTION 'rule referral_moves_as_its_table_says' USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_moves_as_its_table_says';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='b11c7683482ca547904b0415f3b087ac4dc55c4f', operation='INSERT', pgid='pgtrigger_legal_birth_a282e', table='claims_referral', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='referred_lines_are_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.file_id, OLD.line, OLD.claim_id, OLD.claim_version, OLD.claimed_loss) IS DISTINCT FROM (NEW.file_id, NEW.line, NEW.claim_id, NEW.claim_version, NEW.claimed_loss) OR OLD.again_at IS NOT NULL AND OLD.again_at IS DISTINCT FROM NEW.again_at THEN\n                RAISE EXCEPTION 'rule referred_lines_are_frozen' USING ERRCODE = 'check_violation', CONSTRAINT = 'referred_lines_are_frozen';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='8164b6921445e93c49d0cb98bedaf96fa246204a', operation='UPDATE', pgid='pgtrigger_referred_lines_are_frozen_e8699', table='claims_referral', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='referrals_are_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TRUE THEN\n                RAISE EXCEPTION 'rule referrals_are_never_deleted' USING ERRCODE = 'check_violation', CONSTRAINT = 'referrals_are_never_deleted';\n            END IF;\n            RETURN OLD;\n        ", hash='a719bc2c0c3c03cb4606373116ae230d14f470db', operation='DELETE', pgid='pgtrigger_referrals_are_never_deleted_801c2', table='claims_referral', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'rule referrals_are_never_emptied' USING ERRCODE = 'check_violation', CONSTRAINT = 'referrals_are_never_emptied';", hash='f2be6d0c5cbf834ba19eb0546c10adffc89c2226', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_e668b', table='claims_referral', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_referralevent" ("again_at", "again_by_id", "again_reason", "claim_id", "claim_version", "claimed_loss", "code", "file_id", "id", "line", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "sent_back_at", "sent_back_by_id", "state") SELECT new_values."again_at", new_values."again_by_id", new_values."again_reason", new_values."claim_id", new_values."claim_version", new_values."claimed_loss", new_values."code", new_values."file_id", new_values."id", new_values."line", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."sent_back_at", new_values."sent_back_by_id", new_values."state" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='6118ebdd0c3cce79ab2e9e4ebb35ad9c759aec36', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_85e86', referencing='REFERENCING NEW TABLE AS new_values ', table='claims_referral', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "claims_referralevent" ("again_at", "again_by_id", "again_reason", "claim_id", "claim_version", "claimed_loss", "code", "file_id", "id", "line", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "sent_back_at", "sent_back_by_id", "state") VALUES (NEW."again_at", NEW."again_by_id", NEW."again_reason", NEW."claim_id", NEW."claim_version", NEW."claimed_loss", NEW."code", NEW."file_id", NEW."id", NEW."line", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."sent_back_at", NEW."sent_back_by_id", NEW."state"); RETURN NULL;', hash='df6f3ec5b271c067375dc5ae70b2d07d27204bdb', operation='UPDATE', pgid='pgtrigger_update_update_3c258', table='claims_referral', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referralfileevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bae15debbf159fcf01ae22574f7baa1460523041', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bb707', table='claims_referralfileevent', when='BEFORE')),
        ),
    ]
