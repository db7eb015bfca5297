# SPDX-License-Identifier: Apache-2.0
"""Whether two samples of times can be told apart."""

import math
import statistics


def kolmogorov_smirnov(one, other):
    """D and its asymptotic p."""
    one, other = sorted(one), sorted(other)
    i = j = 0
    largest = 0.0
    while i < len(one) and j < len(other):
        value = min(one[i], other[j])
        while i < len(one) and one[i] <= value:
            i += 1
        while j < len(other) and other[j] <= value:
            j += 1
        largest = max(largest, abs(i / len(one) - j / len(other)))
    n = len(one) * len(other) / (len(one) + len(other))
    x = (math.sqrt(n) + 0.12 + 0.11 / math.sqrt(n)) * largest
    p = 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 101))
    return largest, max(0.0, min(1.0, p if x > 0.3 else 1.0))


def rank_sum(one, other):
    """Mann and Whitney: z, and how likely one of the first is greater than one of the others."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    total = sum(rank for rank, (_, who) in enumerate(ranked, 1) if who == 0)
    n, m = len(one), len(other)
    greater = total - n * (n + 1) / 2
    return (greater - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12), greater / (n * m)


HEAD = (f"{'command':<22}{'each':>7}{'target us':>10}{'other us':>10}{'median':>9}{'D':>9}"
        f"{'p':>8}{'z':>7}{'A':>7}")


def compare(name, target, other, whole=False):
    """Prints a line; whether they can be told apart."""
    d, p = kolmogorov_smirnov(target, other)
    z, greater = rank_sum(target, other)
    a, b = statistics.median(target), statistics.median(other)
    told_apart = abs(z) > 5 and abs(a - b) > 0.08 * b and abs(a - b) > 200
    told_apart |= whole and p < 0.001
    print(f"{name:<22}{len(target):>7}{a:>10.0f}{b:>10.0f}{(a - b) / b * 100:>7.1f} %"
          f"{d:>9.4f}{p:>8.3f}{z:>7.2f}{greater:>7.3f}{'   TOLD APART' if told_apart else ''}",
          flush=True)
    return told_apart
