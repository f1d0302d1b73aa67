"""The same hashes pass, asked in a way that costs an insert a tenth (`models.columns.digest`)."""

from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import Exact


class Migration(migrations.Migration):
    dependencies = [
        ("portfolios", "0005_holdings_and_extremes"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="transaction",
            name="transaction_hash_shape",
        ),
        migrations.AddConstraint(
            model_name="transaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    Exact(Length("entry_hash"), 64),
                    models.Q(("entry_hash__regex", "[^0-9a-f]"), _negated=True),
                    Exact(Length("previous_hash"), 64),
                    models.Q(("previous_hash__regex", "[^0-9a-f]"), _negated=True),
                ),
                name="transaction_hash_shape",
            ),
        ),
    ]
