"""Who may touch which row: the policies of this app, and the grants on Django's own tables."""

from django.db import migrations

from accounts.rls import READ, WRITE, ensure_roles, protect_own, share


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        *ensure_roles(),
        # Role, password and email are columns the web cannot write, so no mass assignment and
        # no injected UPDATE makes an administrator; services do it, after asking.
        *protect_own("accounts_user", column="id", web=("SELECT", "UPDATE (display_name)")),
        # Every tenant policy believes this table, so the web may only read it.
        *protect_own("accounts_membership", web=READ),
        *protect_own(
            "accounts_auditevent",
            column="actor_id",
            append_only=True,
            nullable_insert=True,
        ),
        *protect_own("accounts_refreshfamily", web=READ),
        *share("accounts_loginthrottle", web=()),
        *protect_own("django_admin_log", web=()),
        # The session middleware stands before the identity: the login itself keeps sessions.
        *share("django_session", web=WRITE, app=WRITE),
        *share("django_content_type", service=READ, app=READ),
        *share("auth_permission", web=(), service=READ),
        *share("auth_group", web=(), service=READ),
        *share("auth_group_permissions", web=(), service=READ),
        # So that a command can say which migrations are missing.
        *share("django_migrations", service=READ, app=READ),
    ]
