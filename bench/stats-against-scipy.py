"""The intervals and p-values of src/compare/stats, computed another way: scipy's distributions and
root finders, and textbook forms solved by root finding. Reads cases as JSON on
standard input, writes answers as JSON. Run by bench/stats-against-scipy.mjs."""
import json
import sys

import numpy as np
from scipy import optimize, stats


def welch(case):
    base, new = case["base"], case["new"]
    test = stats.ttest_ind(new, base, equal_var=False)
    ends = test.confidence_interval(0.95)
    return answer(ends.low, ends.high, test.pvalue)


def newcombe(case):
    """Wilson's ends as roots of (p - share)^2 = q^2 p (1 - p) / n, not by their closed form."""

    def side(row, q):
        n = row["total"]["samples"] / case["dispersion"]
        share = row["value"] / row["total"]["value"]
        gap = lambda p: (p - share) ** 2 - q * q * p * (1 - p) / n
        low = optimize.brentq(gap, 0, share, xtol=1e-16) if share > 0 and q > 0 else share
        # A share of 0 is itself a root; the end that is meant lies above it.
        high = optimize.brentq(gap, share or 1e-15, 1, xtol=1e-16) if q > 0 else share
        total = row["total"]["value"]
        return share * total, low * total, high * total

    ends = lambda q: mover(side(case["base"], q), side(case["new"], q))
    return solve(ends, case["new"]["value"] - case["base"]["value"], np.inf)


def over_runs(case):
    """Moderated Welch with score ends as roots of (mean - m)^2 = q^2 (variance + step (m - mean))."""
    spread = case["spread"]
    both = (case["base"], case["new"])
    weights = [sum(s["runs"]) / s["samples"] if s["samples"] else None for s in both]
    weights = [w if w is not None else weights[1 - i] for i, w in enumerate(weights)]
    parts = []
    for s, w, total in zip(both, weights, (case["totals"]["base"], case["totals"]["new"])):
        n = len(s["runs"])
        mean = np.mean(s["runs"])
        rest = 1 - mean / total
        sampling = w * mean * rest
        first, second = spread["dispersion"] * sampling, (spread["relative"] * mean) ** 2
        expected, own = first + second, np.var(s["runs"], ddof=1)
        vague = ((first, spread["dfDispersion"]), (second, spread["dfRelative"]))
        below = sum(np.inf if d == 0 else v * v / d for v, d in vague if v)
        prior = expected**2 / below if below else spread["dfDispersion"]
        if own > expected:
            prior *= (expected / own) ** 3
        df = prior + n - 1
        variance = (prior * expected + (n - 1) * own) / df / n
        step = w * rest / n
        parts.append((mean, variance, spread["dispersion"] * step, df, sampling / n, step))

    def side(mean, variance, step, q):
        if q == 0:
            return mean, mean, mean
        gap = lambda m: (mean - m) ** 2 - q * q * (variance + step * (m - mean))
        far = 1 + 10 * (q * np.sqrt(variance) + q * q * step)
        low = mean if variance == 0 else optimize.brentq(gap, mean - far, mean, xtol=1e-14)
        # At m = mean the gap is not positive; without variance the upper root is q^2 step away.
        start = mean if variance else mean + 1e-9 * far
        return mean, low, optimize.brentq(gap, start, mean + far, xtol=1e-14)

    delta = parts[1][0] - parts[0][0]
    total = sum(p[1] for p in parts)
    df = total**2 / sum(p[1] ** 2 / p[3] for p in parts if p[1])
    known = (stats.norm.ppf(0.975) / stats.t.ppf(0.975, df)) ** 2
    between = solve(lambda q: mover(*(side(p[0], p[1], p[2] * known, q) for p in parts)), delta, df)
    sampled = solve(lambda q: mover(*(side(p[0], p[4], p[5], q) for p in parts)), delta, np.inf)
    if all(p[1] >= p[4] for p in parts):
        return between
    return answer(
        min(between["low"], sampled["low"]),
        max(between["high"], sampled["high"]),
        max(between["p"], sampled["p"]),
    )


def mover(base, new):
    delta = new[0] - base[0]
    return (
        delta - np.sqrt((new[0] - new[1]) ** 2 + (base[2] - base[0]) ** 2),
        delta + np.sqrt((new[2] - new[0]) ** 2 + (base[0] - base[1]) ** 2),
    )


def solve(ends, delta, df):
    t = stats.norm if np.isinf(df) else stats.t(df)
    low, high = ends(t.ppf(0.975))
    slack = lambda q: ends(q)[0] if delta > 0 else -ends(q)[1]
    top = 1.0
    while delta and slack(top) > 0:
        top *= 2
    p = 2 * t.sf(optimize.brentq(slack, 0, top, xtol=1e-13)) if delta else 1.0
    return answer(low, high, p)


def answer(low, high, p):
    return {"low": float(low), "high": float(high), "p": float(p)}


METHODS = {"welch": welch, "newcombe": newcombe, "runs": over_runs}


def adjusted(p):
    return stats.false_discovery_control(p, method="bh").tolist()


def effect(case):
    """Exact, by the noncentral t, where power.ts adds two quantiles."""
    n = case["runs"]
    df = 2 * (n - 1)
    limit = stats.t.ppf(0.975, df)
    miss = lambda d: stats.nct.cdf(limit, df, d * np.sqrt(n / 2)) - 0.2
    return case["sd"] * optimize.brentq(miss, 0.3, 8)


cases = json.load(sys.stdin)
json.dump(
    {
        "changes": [METHODS[c["method"]](c) for c in cases["changes"]],
        "adjusted": [adjusted(p) for p in cases["families"]],
        "effects": [effect(c) for c in cases["effects"]],
    },
    sys.stdout,
)
