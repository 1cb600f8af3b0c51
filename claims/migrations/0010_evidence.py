import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0009_referral'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('relief', '0002_history_of_accounts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('small_business_certificate', 'Small-business certificate'), ('proof_of_lost_sales', 'Proof of lost sales'), ('proof_of_business_use', 'Proof of use for business'), ('other', 'Other evidence')], max_length=30, verbose_name='kind')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('content_type', models.CharField(max_length=10, verbose_name='type')),
                ('size', models.BigIntegerField(verbose_name='size in bytes')),
                ('pages', models.PositiveIntegerField(default=0, verbose_name='pages')),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('state', models.CharField(choices=[('received', 'To check'), ('accepted', 'Accepted'), ('refused', 'Refused'), ('to_replace', 'To be replaced'), ('replaced', 'Replaced')], default='received', max_length=10, verbose_name='state')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('claim', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='claims.claim', verbose_name='claim')),
                ('replaced_by', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='claims.evidence', verbose_name='replaced by')),
                ('stored_file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='relief.storedfile', verbose_name='file')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
            ],
            options={
                'verbose_name': 'evidence',
                'verbose_name_plural': 'evidence',
                'ordering': ('id',),
                'permissions': (('upload_evidence', 'Can hand in evidence'), ('check_evidence', 'Can check evidence')),
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='EvidenceArchive',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('kind', models.CharField(blank=True, choices=[('small_business_certificate', 'Small-business certificate'), ('proof_of_lost_sales', 'Proof of lost sales'), ('proof_of_business_use', 'Proof of use for business'), ('other', 'Other evidence')], help_text="Empty: by a word in the file's name", max_length=30, verbose_name='kind')),
                ('uploaded_at', models.DateTimeField(verbose_name='handed in')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.incident', verbose_name='incident')),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='relief.job', verbose_name='work')),
                ('stored_file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='relief.storedfile', verbose_name='file')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'evidence archive',
                'verbose_name_plural': 'evidence in bulk',
                'ordering': ('-id',),
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='ArchivedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('name', models.CharField(max_length=400, verbose_name='name')),
                ('size', models.BigIntegerField(verbose_name='size in bytes')),
                ('outcome', models.CharField(choices=[('matched', 'Put to its claim'), ('assigned', 'Assigned by hand'), ('already_there', 'The same file is on the claim already'), ('unknown_number', 'No claim has such a receipt number'), ('ambiguous', 'The name fits several claims'), ('wrong_type', 'Not a type that is taken, or unreadable'), ('too_large', 'Too large'), ('empty', 'Empty'), ('infected', 'A virus was found')], max_length=16, verbose_name='outcome')),
                ('detail', models.CharField(blank=True, max_length=300, verbose_name='detail')),
                ('assigned_at', models.DateTimeField(null=True, verbose_name='assigned at')),
                ('assigned_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assigned by')),
                ('evidence', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.evidence', verbose_name='evidence')),
                ('archive', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='claims.evidencearchive', verbose_name='archive')),
            ],
            options={
                'verbose_name': 'file of an evidence archive',
                'verbose_name_plural': 'files of evidence archives',
                'ordering': ('archive', 'number'),
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='EvidenceCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('received', 'To check'), ('accepted', 'Accepted'), ('refused', 'Refused'), ('to_replace', 'To be replaced'), ('replaced', 'Replaced')], max_length=10, verbose_name='verdict')),
                ('kind', models.CharField(choices=[('small_business_certificate', 'Small-business certificate'), ('proof_of_lost_sales', 'Proof of lost sales'), ('proof_of_business_use', 'Proof of use for business'), ('other', 'Other evidence')], max_length=30, verbose_name='kind')),
                ('code', models.CharField(blank=True, choices=[('illegible', 'Illegible'), ('wrong_document', 'Another document than the one required'), ('wrong_period', 'Of another period'), ('wrong_person', 'Of another person or business'), ('incomplete', 'Pages or parts are missing'), ('forgery', 'Suspected forgery'), ('other', 'Another reason')], max_length=16, verbose_name='reason')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='claims.evidence', verbose_name='evidence')),
            ],
            options={
                'verbose_name': 'check of evidence',
                'verbose_name_plural': 'checks of evidence',
                'ordering': ('id',),
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='EvidenceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('small_business_certificate', 'Small-business certificate'), ('proof_of_lost_sales', 'Proof of lost sales'), ('proof_of_business_use', 'Proof of use for business'), ('other', 'Other evidence')], max_length=30, verbose_name='kind')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('content_type', models.CharField(max_length=10, verbose_name='type')),
                ('size', models.BigIntegerField(verbose_name='size in bytes')),
                ('pages', models.PositiveIntegerField(default=0, verbose_name='pages')),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('state', models.CharField(choices=[('received', 'To check'), ('accepted', 'Accepted'), ('refused', 'Refused'), ('to_replace', 'To be replaced'), ('replaced', 'Replaced')], default='received', max_length=10, verbose_name='state')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('claim', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='claims.claim', verbose_name='claim')),
                ('pgh_context', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='claims.evidence')),
                ('replaced_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='claims.evidence', verbose_name='replaced by')),
                ('stored_file', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='relief.storedfile', verbose_name='file')),
                ('uploaded_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='EvidenceRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('basis', models.CharField(max_length=40, verbose_name='basis')),
                ('label', models.CharField(max_length=160, verbose_name='policy')),
                ('loss_over', models.BigIntegerField(verbose_name='for losses over (won)')),
                ('reporter_types', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('general_user', 'General user'), ('small_business', 'Small business'), ('enterprise', 'Enterprise'), ('unknown', 'Unknown')], max_length=16), size=None, verbose_name='reporter types')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('small_business_certificate', 'Small-business certificate'), ('proof_of_lost_sales', 'Proof of lost sales'), ('proof_of_business_use', 'Proof of use for business'), ('other', 'Other evidence')], max_length=30), size=None, verbose_name='required evidence')),
                ('in_force_at', models.DateTimeField(verbose_name='in force from')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='in force until')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence_rules', to='claims.incident', verbose_name='incident')),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'evidence rule',
                'verbose_name_plural': 'evidence rules',
                'ordering': ('incident', '-id'),
                'permissions': (('set_evidence_rules', 'Can say which evidence claims need'),),
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='EvidenceThreat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('found', models.CharField(max_length=120, verbose_name='found')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('claim', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='threats', to='claims.claim', verbose_name='claim')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.incident', verbose_name='incident')),
            ],
            options={
                'verbose_name': 'virus found',
                'verbose_name_plural': 'viruses found',
                'ordering': ('id',),
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='evidence',
            index=models.Index(models.F('claim'), models.F('kind'), models.F('state'), name='evidence_by_claim'),
        ),
        migrations.AddIndex(
            model_name='evidence',
            index=models.Index(models.F('sha256'), name='evidence_by_content'),
        ),
        migrations.AddIndex(
            model_name='evidence',
            index=models.Index(models.F('uploaded_at'), models.F('id'), condition=models.Q(('state', 'received')), name='evidence_to_check'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.UniqueConstraint(fields=('claim', 'sha256'), name='one_evidence_per_content'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('replaced_by__isnull', False), ('state', 'replaced')), models.Q(models.Q(('state', 'replaced'), _negated=True), ('replaced_by__isnull', True)), _connector='OR'), name='replaced_evidence_names_the_new_one'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='legal_move', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.state <> OLD.state AND (OLD.state::text, NEW.state::text) NOT IN (('received', 'accepted'), ('received', 'refused'), ('received', 'replaced'), ('received', 'to_replace'), ('accepted', 'refused'), ('accepted', 'replaced'), ('accepted', 'to_replace'), ('refused', 'accepted'), ('refused', 'replaced'), ('refused', 'to_replace'), ('to_replace', 'accepted'), ('to_replace', 'refused'), ('to_replace', 'replaced')) THEN\n                RAISE EXCEPTION 'rule evidence_moves_as_its_table_says' USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_moves_as_its_table_says';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='7aeb1068751ef4c36b449480dff857f5cc61365c', operation='UPDATE OF "state"', pgid='pgtrigger_legal_move_1e8ca', table='claims_evidence', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='legal_birth', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.state NOT IN ('received') THEN\n                RAISE EXCEPTION 'rule evidence_moves_as_its_table_says' USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_moves_as_its_table_says';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='851f61b8017dd452eeab8350e54b65ee6759a9dc', operation='INSERT', pgid='pgtrigger_legal_birth_0ad1c', table='claims_evidence', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='evidence_stays_what_it_was', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'DELETE' OR (OLD.id, OLD.claim_id, OLD.stored_file_id, OLD.sha256, OLD.content_type, OLD.size, OLD.name, OLD.note, OLD.uploaded_by_id, OLD.uploaded_at) IS DISTINCT FROM (NEW.id, NEW.claim_id, NEW.stored_file_id, NEW.sha256, NEW.content_type, NEW.size, NEW.name, NEW.note, NEW.uploaded_by_id, NEW.uploaded_at) OR (OLD.replaced_by_id IS NOT NULL AND OLD.replaced_by_id IS DISTINCT FROM NEW.replaced_by_id) THEN\n                RAISE EXCEPTION 'rule evidence_stays_what_it_was' USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_stays_what_it_was';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='4b44677fab81318a7a54834a63215a74ab0bcdd1', operation='UPDATE OR DELETE', pgid='pgtrigger_evidence_stays_what_it_was_8628f', table='claims_evidence', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'rule evidence_is_never_emptied' USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_is_never_emptied';", hash='30334b23ea61b3304e6fad6c272569fe26aa8fca', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_4049f', table='claims_evidence', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_evidenceevent" ("claim_id", "content_type", "id", "kind", "name", "note", "pages", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "replaced_by_id", "sha256", "size", "state", "stored_file_id", "uploaded_at", "uploaded_by_id", "version") SELECT new_values."claim_id", new_values."content_type", new_values."id", new_values."kind", new_values."name", new_values."note", new_values."pages", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."replaced_by_id", new_values."sha256", new_values."size", new_values."state", new_values."stored_file_id", new_values."uploaded_at", new_values."uploaded_by_id", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='1bc6c26b0873c0260b47da5db17a3134595718af', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_d2960', referencing='REFERENCING NEW TABLE AS new_values ', table='claims_evidence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "claims_evidenceevent" ("claim_id", "content_type", "id", "kind", "name", "note", "pages", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "replaced_by_id", "sha256", "size", "state", "stored_file_id", "uploaded_at", "uploaded_by_id", "version") VALUES (NEW."claim_id", NEW."content_type", NEW."id", NEW."kind", NEW."name", NEW."note", NEW."pages", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."replaced_by_id", NEW."sha256", NEW."size", NEW."state", NEW."stored_file_id", NEW."uploaded_at", NEW."uploaded_by_id", NEW."version"); RETURN NULL;', hash='bac881180e091109278404e3114ba0112e5aa05a', operation='UPDATE', pgid='pgtrigger_update_update_0cf54', table='claims_evidence', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='evidencearchive',
            constraint=models.UniqueConstraint(fields=('incident', 'sha256'), name='one_archive_per_content'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencearchive',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'rule archives_are_never_emptied' USING ERRCODE = 'check_violation', CONSTRAINT = 'archives_are_never_emptied';", hash='f275f916f22ef596355b4e10f66b88ece43f9c8d', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_8bf8e', table='claims_evidencearchive', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='archivedfile',
            constraint=models.UniqueConstraint(fields=('archive', 'number'), name='one_row_per_archived_file'),
        ),
        migrations.AddConstraint(
            model_name='archivedfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('evidence__isnull', False), ('outcome__in', ['matched', 'assigned', 'already_there'])), models.Q(models.Q(('outcome__in', ['matched', 'assigned', 'already_there']), _negated=True), ('evidence__isnull', True)), _connector='OR'), name='matched_file_names_its_evidence'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='archivedfile',
            trigger=pgtrigger.compiler.Trigger(name='archived_files_settle_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'DELETE' OR OLD.outcome NOT IN ('unknown_number', 'ambiguous') OR NEW.outcome NOT IN ('assigned', 'already_there') OR (OLD.id, OLD.archive_id, OLD.number, OLD.name, OLD.size) IS DISTINCT FROM (NEW.id, NEW.archive_id, NEW.number, NEW.name, NEW.size) THEN\n                RAISE EXCEPTION 'rule archived_files_settle_once' USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_files_settle_once';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='6e5d3df77d3a6191eb81c99a96168426ef963ff8', operation='UPDATE OR DELETE', pgid='pgtrigger_archived_files_settle_once_c537a', table='claims_archivedfile', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='evidencecheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', ''), ('verdict', 'accepted')), models.Q(('verdict__in', ['refused', 'to_replace']), models.Q(('code', ''), _negated=True), models.Q(models.Q(('code', 'other'), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR')), _connector='OR'), name='refused_evidence_has_a_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencecheck',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TRUE THEN\n                RAISE EXCEPTION 'rule evidence_checks_are_append_only' USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_checks_are_append_only';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='0daa9fb6b7de18221eca736b4acf8193061af2e0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0ab29', table='claims_evidencecheck', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencecheck',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'rule evidence_checks_are_append_only' USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_checks_are_append_only';", hash='3659af2f737966f76a1ede29ce4417e304f2bec2', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_02262', table='claims_evidencecheck', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidenceevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9b156cb2ce3ac82360d6f20539a0292c4af11367', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3fd72', table='claims_evidenceevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='evidencerule',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('incident', 'basis', 'loss_over'), name='one_evidence_rule_in_force'),
        ),
        migrations.AddConstraint(
            model_name='evidencerule',
            constraint=models.CheckConstraint(condition=models.Q(('loss_over__gte', 0), ('loss_over__lte', 1000000000000000), ('kinds__len__gt', 0), ('reporter_types__len__gt', 0)), name='evidence_rule_is_whole'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencerule',
            trigger=pgtrigger.compiler.Trigger(name='evidence_rules_are_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR (OLD.id, OLD.incident_id, OLD.basis, OLD.label, OLD.loss_over, OLD.reporter_types, OLD.kinds, OLD.set_by_id, OLD.in_force_at) IS DISTINCT FROM (NEW.id, NEW.incident_id, NEW.basis, NEW.label, NEW.loss_over, NEW.reporter_types, NEW.kinds, NEW.set_by_id, NEW.in_force_at) THEN\n                RAISE EXCEPTION 'rule evidence_rules_are_frozen' USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_rules_are_frozen';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='ee56129c0970e3be4d0b948b17c4d5f59a54fbd9', operation='UPDATE OR DELETE', pgid='pgtrigger_evidence_rules_are_frozen_b4c58', table='claims_evidencerule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencethreat',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TRUE THEN\n                RAISE EXCEPTION 'rule found_viruses_are_append_only' USING ERRCODE = 'check_violation', CONSTRAINT = 'found_viruses_are_append_only';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='a092a53cb15c2baeef19c39410a4224a9f926a1e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ef0d7', table='claims_evidencethreat', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencethreat',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'rule found_viruses_are_append_only' USING ERRCODE = 'check_violation', CONSTRAINT = 'found_viruses_are_append_only';", hash='cae3e28121965a23266f5358cdbe257af87f1066', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_4fd91', table='claims_evidencethreat', when='BEFORE')),
        ),
    ]
