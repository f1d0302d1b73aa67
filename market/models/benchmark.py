"""What a portfolio is compared with: one security, or a blend with weights."""

import uuid

from django.db import models
from django.db.models import Q


class Benchmark(models.Model):
    """A benchmark; `definition` says how a blend is kept (weights, rebalancing, basis)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200, unique=True)
    security = models.ForeignKey(
        "market.Security", models.PROTECT, null=True, blank=True, related_name="benchmarks"
    )
    definition = models.JSONField(default=dict)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class BenchmarkComponent(models.Model):
    """One member of a blend and its weight, a fraction, on a rebalancing day."""

    benchmark = models.ForeignKey(Benchmark, models.CASCADE, related_name="components")
    security = models.ForeignKey(
        "market.Security", models.PROTECT, related_name="benchmark_components"
    )
    weight = models.DecimalField(max_digits=12, decimal_places=10)

    class Meta:
        ordering = ("benchmark", "security__symbol")
        constraints = (
            models.UniqueConstraint(
                fields=("benchmark", "security"), name="market_benchmarkcomponent_once"
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0, weight__lte=1),
                name="market_benchmarkcomponent_weight",
            ),
        )

    def __str__(self) -> str:
        return f"{self.benchmark_id} {self.security_id} {self.weight}"
