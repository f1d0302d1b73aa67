"""How a reader writes numbers and dates, which is theirs to choose."""

from django.db import migrations, models

from accounts.rls import WEB_ROLE


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_api_tokens_and_idempotency")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="locale",
            field=models.CharField(
                blank=True,
                default="",
                help_text="How numbers and dates are written on pages: a language tag such as "
                "de-CH, or nothing for what the browser says.",
                max_length=16,
                verbose_name="numbers and dates",
            ),
        ),
        migrations.RunSQL(
            f"GRANT UPDATE (locale) ON accounts_user TO {WEB_ROLE}",
            f"REVOKE UPDATE (locale) ON accounts_user FROM {WEB_ROLE}",
        ),
    ]
