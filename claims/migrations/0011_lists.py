import claims.register.models
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


_BIGRAMS = """
CREATE FUNCTION claims_bigrams(whole text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ARRAY(SELECT substr(whole, place, 2) FROM generate_series(1, length(whole) - 1) place) $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0010_evidence"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(_BIGRAMS, "DROP FUNCTION claims_bigrams(text)"),
        migrations.CreateModel(
            name="ClaimAssignment",
            fields=[
                (
                    "claim",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="assignment",
                        serialize=False,
                        to="claims.claim",
                        verbose_name="claim",
                    ),
                ),
                ("assigned_at", models.DateTimeField(verbose_name="assigned at")),
            ],
            options={
                "verbose_name": "assignment",
                "verbose_name_plural": "assignments",
                "permissions": (("assign_claims", "Can assign claims"),),
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ClaimAssignmentEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("assigned_at", models.DateTimeField(verbose_name="assigned at")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ClaimCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("intake_round", models.BigIntegerField(null=True)),
                ("service", models.BigIntegerField()),
                ("reporter_type", models.CharField(max_length=16)),
                ("pricing", models.CharField(max_length=8)),
                ("nature", models.CharField(max_length=8)),
                ("operator_kind", models.CharField(max_length=10)),
                ("admission", models.CharField(max_length=12)),
                ("completeness", models.CharField(max_length=10)),
                ("classified", models.CharField(max_length=3)),
                ("claims", models.BigIntegerField()),
                ("loss", models.DecimalField(decimal_places=0, max_digits=30)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ClaimCounting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("counted_at", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="CountMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("words", models.CharField(blank=True, max_length=2000, verbose_name="filter")),
                ("is_default", models.BooleanField(default=False, verbose_name="opens with the list")),
                ("is_shared", models.BooleanField(default=False, verbose_name="shown to everybody of the incident")),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "ordering": ("name", "pk"),
                "default_permissions": (),
            },
        ),
        migrations.RemoveIndex(
            model_name="claim",
            name="claim_by_service",
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                models.F("incident"),
                models.F("service"),
                models.OrderBy(models.F("received_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="claim_by_service",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=django.contrib.postgres.indexes.GinIndex(
                claims.register.models.Bigrams("name"), name="claim_by_name"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claim",
            trigger=pgtrigger.compiler.Trigger(
                name="marks_the_counts",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO claims_countmark DEFAULT VALUES; RETURN NULL;",
                    hash="9579a08293426cd768d8940725cef3a79c7879c4",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_marks_the_counts_32d57",
                    table="claims_claim",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="classification",
            trigger=pgtrigger.compiler.Trigger(
                name="marks_the_counts",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO claims_countmark DEFAULT VALUES; RETURN NULL;",
                    hash="137e7f8c94c0af9eee13808ac5a5c103a25173b7",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_marks_the_counts_6460b",
                    table="claims_classification",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="claimassignment",
            name="assigned_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="assigned by",
            ),
        ),
        migrations.AddField(
            model_name="claimassignment",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assigned_claims",
                to=settings.AUTH_USER_MODEL,
                verbose_name="assignee",
            ),
        ),
        migrations.AddField(
            model_name="claimassignmentevent",
            name="assigned_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="assigned by",
            ),
        ),
        migrations.AddField(
            model_name="claimassignmentevent",
            name="claim",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                serialize=False,
                to="claims.claim",
                verbose_name="claim",
            ),
        ),
        migrations.AddField(
            model_name="claimassignmentevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="claimassignmentevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="claims.claimassignment",
            ),
        ),
        migrations.AddField(
            model_name="claimassignmentevent",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="assignee",
            ),
        ),
        migrations.AddField(
            model_name="claimcount",
            name="incident",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="claims.incident"
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="claims.incident",
                verbose_name="incident",
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claimassignment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_claimassignmentevent" ("assigned_at", "assigned_by_id", "claim_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT new_values."assigned_at", new_values."assigned_by_id", new_values."claim_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."claim_id", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="3291070dd0f8eec42189509dcb8d3b936ae15ace",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0dbbc",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="claims_claimassignment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claimassignment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "claims_claimassignmentevent" ("assigned_at", "assigned_by_id", "claim_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."assigned_at", NEW."assigned_by_id", NEW."claim_id", _pgh_attach_context(), NOW(), \'update\', NEW."claim_id", NEW."user_id"); RETURN NULL;',
                    hash="e37b6f6566da85e4f8185040ef7bc8d83e46d5cb",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9c717",
                    table="claims_claimassignment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claimassignment",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "claims_claimassignmentevent" ("assigned_at", "assigned_by_id", "claim_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (OLD."assigned_at", OLD."assigned_by_id", OLD."claim_id", _pgh_attach_context(), NOW(), \'delete\', OLD."claim_id", OLD."user_id"); RETURN NULL;',
                    hash="98f180eedea3f33ae7fab70eef100d3174ba2cc5",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_c02ba",
                    table="claims_claimassignment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claimassignmentevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="84c629c6c7dca80dc2490f94e77b66058534d12e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a9de5",
                    table="claims_claimassignmentevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("user", "incident", "name"), name="one_saved_view_per_name"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)), fields=("user", "incident"), name="one_default_view_per_user"
            ),
        ),
    ]
