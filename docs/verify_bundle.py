#!/usr/bin/env python3
"""Checks a Lowtide model bundle with SciPy and Avro's Python library alone, from docs/model-bundle.md.

Usage: verify_bundle.py MODEL.avro [VALUES.csv]

Without a second file, verifies the hash and reproduces the probe scores, integrating as the
bundle's solver does; prints the largest difference, and exits with 1 if it is above 1e-3 nats. It
also prints how far those scores are from exact integration (DOP853 at 1e-9). With a second file
(rows of comma-separated values: continuous features, then constants, then categories as text, in
the bundle's order, empty where missing, and after them the k numbers of the encoded context where
the bundle has context features), prints two log-likelihoods a row: as the solver integrates, and
exact.
"""

import csv
import hashlib
import io
import json
import sys

import avro.datafile
import avro.io
import avro.schema
import numpy as np
from scipy.integrate import RK45, solve_ivp
from scipy.stats import multivariate_normal


def read(path):
    with avro.datafile.DataFileReader(open(path, "rb"), avro.io.DatumReader()) as reader:
        # Plain integers for timestamps: the hash is over what was written.
        schema = without_logical_types(json.loads(reader.meta["avro.schema"]))
        reader.datum_reader.readers_schema = avro.schema.parse(json.dumps(schema))
        reader.datum_reader.writers_schema = reader.datum_reader.readers_schema
        (model,) = list(reader)
        return model, reader.datum_reader.readers_schema


def without_logical_types(node):
    if isinstance(node, dict):
        return {k: without_logical_types(v) for k, v in node.items() if k != "logicalType"}
    if isinstance(node, list):
        return [without_logical_types(v) for v in node]
    return node


def sha256(model, schema):
    buffer = io.BytesIO()
    avro.io.DatumWriter(schema).write(dict(model, sha256=""), avro.io.BinaryEncoder(buffer))
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def encode(features, values, context):
    encoded, log_determinant = [], 0.0
    for feature, x in zip(features, values):
        if np.isnan(x):
            continue
        shift, width = feature["transformShift"], feature["transformScale"]
        if feature["transform"] == "LOG":
            y = np.log(x + shift)
            log_determinant -= y
        elif feature["transform"] == "ASINH":
            r = (x - shift) / width
            y = np.arcsinh(r)
            log_determinant -= np.log(width) + np.log(np.hypot(1, r))
        else:
            y = x
        # Format version 2 has none, and no categories of probes.
        weights = feature.get("contextWeights")
        location = feature["location"] + (np.dot(weights, context) if weights else 0)
        encoded.append((y - location) / feature["scale"])
        log_determinant -= np.log(feature["scale"])
    return np.array(encoded), log_determinant


class Field:
    def __init__(self, field):
        self.hidden = [
            {k: np.array(v, dtype=float) for k, v in layer.items()} for layer in field["hidden"]
        ]
        self.output = {k: np.array(v, dtype=float) for k, v in field["output"].items()}
        self.softplus = field["activation"] == "SOFTPLUS"
        self.dimensions = field["dimensions"]
        self.context_dimensions = field["contextDimensions"]

    def affine(self, layer, name, s, context):
        constant = layer[name + "Constant"] + layer[name + "Time"] * s
        weights = layer[name + "Context"].reshape(len(constant), self.context_dimensions)
        return constant + weights @ context

    def value_and_trace(self, z, s, context, present):
        """f and its trace over the components that are there; the others are held at 0."""
        h, jacobian = np.zeros(self.dimensions), np.eye(self.dimensions)
        h[present] = z
        for layer in self.hidden:
            weights = layer["weights"].reshape(len(layer["gateConstant"]), -1)
            gate = 2 / (1 + np.exp(-self.affine(layer, "gate", s, context)))
            a = gate * (weights @ h) + self.affine(layer, "bias", s, context)
            if self.softplus:
                h, slope = np.logaddexp(0, a), 1 / (1 + np.exp(-a))
            else:
                h = np.tanh(a)
                slope = 1 - h**2
            jacobian = (slope * gate)[:, None] * (weights @ jacobian)
        weights = self.output["weights"].reshape(self.dimensions, -1)
        f = weights @ h + self.affine(self.output, "bias", s, context)
        return f[present], np.diag(weights @ jacobian)[present].sum()


def log_base(base, z, present):
    """Standard normal, or a mixture's marginal over the components that are there."""
    if base is None:
        return -0.5 * z @ z - 0.5 * len(z) * np.log(2 * np.pi)
    logs = []
    for component in base["components"]:
        mean = np.array(component["mean"])
        factor = np.zeros((len(mean), len(mean)))
        factor[np.tril_indices(len(mean))] = component["factor"]
        covariance = (factor @ factor.T)[np.ix_(present, present)]
        logs.append(
            np.log(component["weight"])
            + multivariate_normal.logpdf(z, mean[present], covariance)
        )
    mixture = np.logaddexp.reduce(logs)
    kernels = base.get("kernels")
    if kernels is None:
        return mixture
    share = kernels["share"]
    return np.logaddexp(
        np.log1p(-share) + mixture, np.log(share) + log_kernels(kernels, z, present)
    )


def log_kernels(kernels, z, present):
    """The mean of one Gaussian around each of some records."""
    d = len(kernels["noise"])
    triangle = np.zeros((d, d))
    triangle[np.tril_indices(d)] = kernels["spread"]
    spread = triangle + triangle.T - np.diag(np.diag(triangle))
    centres = np.array(kernels["centres"]).reshape(-1, d)[:, present]
    logs = [
        multivariate_normal.logpdf(
            z, centre, (scale * spread + np.diag(kernels["noise"]))[np.ix_(present, present)]
        )
        for centre, scale in zip(centres, kernels["scales"])
    ]
    return np.logaddexp.reduce(logs) - np.log(len(logs))


def exact(solver, derivative, y):
    return solve_ivp(derivative, (1, 0), y, method="DOP853", rtol=1e-9, atol=1e-9).y[:, -1]


def passes(solver, before, after, error):
    if solver["gridErrorLimit"] == 0:
        return True
    scale = solver["absoluteTolerance"] + solver["relativeTolerance"] * np.maximum(
        abs(before), abs(after)
    )
    error = abs(error) / scale
    return max(np.sqrt(np.mean(error[:-1] ** 2)), error[-1]) <= solver["gridErrorLimit"]


def as_the_solver_does(solver, derivative, y):
    """On its grid, each step checked; exactly where one fails, or where there is no grid."""
    if solver["fixedSteps"] == 0:
        return exact(solver, derivative, y)
    if solver.get("gridMethod") == "adams":
        return adams(solver, derivative, y)
    if solver["method"] == "dopri5":
        return equal_steps(solver, derivative, y)
    return exact(solver, derivative, y)


def adams(solver, derivative, y):
    """Predictor and corrector of Adams, one evaluation a step; the first is a third as long."""
    start = y
    lengths = np.array([1 / 3] + [1.0] * (solver["fixedSteps"] - 1))
    times = 1 - np.concatenate([[0], np.cumsum(lengths)]) / lengths.sum()
    slopes = [derivative(times[0], y)]
    for i in range(solver["fixedSteps"]):
        known = min(i + 1, 3)
        nodes, f = times[i + 1 - known : i + 1], np.array(slopes[-known:])
        predicted = y + integral(nodes, times[i], times[i + 1]) @ f
        slopes.append(derivative(times[i + 1], predicted))
        nodes, f = times[i + 1 - known : i + 2], np.array(slopes[-known - 1 :])
        corrected = y + integral(nodes, times[i], times[i + 1]) @ f
        if not passes(solver, y, corrected, corrected - predicted):
            return exact(solver, derivative, start)
        y = corrected
    return y


def integral(nodes, begin, end):
    """Weights of values at the nodes in the integral of the polynomial through them."""
    powers = np.arange(len(nodes))
    moments = ((end - begin) ** (powers + 1)) / (powers + 1)
    return np.linalg.solve(np.vander(nodes - begin, increasing=True).T, moments)


def equal_steps(solver, derivative, y):
    """Equal steps of Dormand-Prince 5(4)."""
    steps = solver["fixedSteps"]
    start, h = y, -1 / steps
    for index in range(steps):
        s = 1 + index * h
        k = np.empty((7, len(y)))
        k[0] = derivative(s, y)
        for stage in range(1, 6):
            k[stage] = derivative(s + RK45.C[stage] * h, y + h * RK45.A[stage, :stage] @ k[:stage])
        following = y + h * RK45.B @ k[:6]
        k[6] = derivative(s + h, following)
        if not passes(solver, y, following, h * RK45.E @ k):
            return exact(solver, derivative, start)
        y = following
    return y


def log_likelihood(model, field, values, categories, context, integrate):
    features = model["features"]
    dimensions = field.dimensions
    present = [i for i in range(dimensions) if not np.isnan(values[i])]
    d = len(present)
    context = np.array(context, dtype=float)
    u, total = encode(features["continuous"], values, context)

    def derivative(s, y):
        f, trace = field.value_and_trace(y[:d], s, context, present)
        return np.append(f, trace)

    if d > 0:
        end = integrate(model["solver"], derivative, np.append(u, 0))
        # Format versions below 7 have none.
        total += log_base(model.get("base"), end[:d], present) + end[d]
    for feature, value in zip(features["continuous"], values):
        p = feature["missingProbability"]
        total += np.log(p) if np.isnan(value) else np.log1p(-p)
    for constant, value in zip(features["constants"], values[dimensions:]):
        p = constant["changeProbability"]
        total += np.log1p(-p) if value == constant["value"] else np.log(p)
    texts = {c["name"]: text for c, text in zip(features["categorical"], categories)}
    levels = {c["name"]: [v["value"] for v in c["levels"]] for c in features["categorical"]}
    for category in features["categorical"]:
        name, parent = category["name"], category["parent"]
        # One for each level, then unknown, then missing.
        probabilities = [level["probability"] for level in category["levels"]]
        probabilities += [category["unknownProbability"], category["missingProbability"]]
        if parent is not None and texts[parent] in levels[parent]:
            index = levels[parent].index(texts[parent])
            if index < len(category["givenParent"]):
                probabilities = category["givenParent"][index]["probabilities"]
        if texts[name] is None:
            total += np.log(probabilities[-1])
        elif texts[name] in levels[name]:
            total += np.log(probabilities[levels[name].index(texts[name])])
        else:
            total += np.log(probabilities[-2])
    return float(total)


def context_of(features, values, categories):
    """The entries of categories and missing values; those of context features come with a row."""
    context = []
    for category, text in zip(features["categorical"], categories):
        levels = [level["value"] for level in category["levels"][: category["contextLevels"]]]
        context += [1.0 if text == level else 0.0 for level in levels]
    for feature, value in zip(features["continuous"], values):
        if feature["missingProbability"] > 0:
            context.append(1.0 if np.isnan(value) else 0.0)
    return context


def main():
    model, schema = read(sys.argv[1])
    if sha256(model, schema) != model["sha256"]:
        sys.exit("sha256 does not match the content")
    field = Field(model["field"])
    if len(sys.argv) > 2:
        features = model["features"]
        numbers = field.dimensions + len(features["constants"])
        inputs = numbers + len(features["categorical"])
        for row in csv.reader(open(sys.argv[2])):
            values = [float(v) if v else np.nan for v in row[:numbers]]
            categories = [v or None for v in row[numbers:inputs]]
            context = [float(v) for v in row[inputs:]]
            if not features["context"]:
                context = context_of(features, values, categories)
            print(
                repr(log_likelihood(model, field, values, categories, context, as_the_solver_does)),
                repr(log_likelihood(model, field, values, categories, context, exact)),
            )
        return
    probes = model["probes"]

    def worst(integrate):
        return max(
            abs(
                log_likelihood(
                    model,
                    field,
                    probe["values"],
                    probe.get("categories", []),
                    probe["context"],
                    integrate,
                )
                - probe["logLikelihood"]
            )
            for probe in probes
        )

    difference = worst(as_the_solver_does)
    print(f"sha256 ok, {len(probes)} probes, largest difference {difference:.2e} nats")
    print(f"from exact integration: {worst(exact):.2e} nats")
    sys.exit(0 if difference <= 1e-3 else 1)


main()
