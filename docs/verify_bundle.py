#!/usr/bin/env python3
"""Checks a Lowtide model bundle with SciPy and Avro's Python library alone, from docs/model-bundle.md.

Usage: verify_bundle.py MODEL.avro [VALUES.csv]

Without a second file, verifies the hash and reproduces the probe scores, integrating as the
bundle's solver does; prints the largest difference, and exits with 1 if it is above 1e-3 nats. It
also prints how far those scores are from exact integration (DOP853 at 1e-9). With a second file
(rows of comma-separated numbers: continuous features, then constants, in the bundle's order),
prints two log-likelihoods a row: as the solver integrates, and exact.
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


def encode(features, values):
    encoded, log_determinant = [], 0.0
    for feature, x in zip(features, values):
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
        encoded.append((y - feature["location"]) / feature["scale"])
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

    def value_and_trace(self, z, s):
        h, jacobian = z, np.eye(self.dimensions)
        for layer in self.hidden:
            weights = layer["weights"].reshape(len(layer["gateConstant"]), -1)
            gate = 2 / (1 + np.exp(-(layer["gateConstant"] + layer["gateTime"] * s)))
            a = gate * (weights @ h) + layer["biasConstant"] + layer["biasTime"] * s
            if self.softplus:
                h, slope = np.logaddexp(0, a), 1 / (1 + np.exp(-a))
            else:
                h = np.tanh(a)
                slope = 1 - h**2
            jacobian = (slope * gate)[:, None] * (weights @ jacobian)
        weights = self.output["weights"].reshape(self.dimensions, -1)
        f = weights @ h + self.output["biasConstant"] + self.output["biasTime"] * s
        return f, np.trace(weights @ jacobian)


def exact(solver, derivative, y):
    return solve_ivp(derivative, (1, 0), y, method="DOP853", rtol=1e-9, atol=1e-9).y[:, -1]


def as_the_solver_does(solver, derivative, y):
    """Equal steps of Dormand-Prince 5(4), each checked; adaptive steps where one fails."""
    steps = solver["fixedSteps"]
    if solver["method"] != "dopri5" or steps == 0:
        return exact(solver, derivative, y)
    start, h = y, -1 / steps
    for index in range(steps):
        s = 1 + index * h
        k = np.empty((7, len(y)))
        k[0] = derivative(s, y)
        for stage in range(1, 6):
            k[stage] = derivative(s + RK45.C[stage] * h, y + h * RK45.A[stage, :stage] @ k[:stage])
        following = y + h * RK45.B @ k[:6]
        k[6] = derivative(s + h, following)
        scale = solver["absoluteTolerance"] + solver["relativeTolerance"] * np.maximum(
            abs(y), abs(following)
        )
        error = abs(h * RK45.E @ k) / scale
        norm = max(np.sqrt(np.mean(error[:-1] ** 2)), error[-1])
        if solver["gridErrorLimit"] > 0 and not norm <= solver["gridErrorLimit"]:
            return exact(solver, derivative, start)
        y = following
    return y


def log_likelihood(model, field, values, integrate):
    d = field.dimensions
    u, total = encode(model["features"]["continuous"], values)

    def derivative(s, y):
        f, trace = field.value_and_trace(y[:d], s)
        return np.append(f, trace)

    end = integrate(model["solver"], derivative, np.append(u, 0))
    total += -0.5 * end[:d] @ end[:d] - 0.5 * d * np.log(2 * np.pi) + end[d]
    for constant, value in zip(model["features"]["constants"], values[d:]):
        p = constant["changeProbability"]
        total += np.log1p(-p) if value == constant["value"] else np.log(p)
    return total


def main():
    model, schema = read(sys.argv[1])
    if sha256(model, schema) != model["sha256"]:
        sys.exit("sha256 does not match the content")
    field = Field(model["field"])
    if len(sys.argv) > 2:
        for row in csv.reader(open(sys.argv[2])):
            values = [float(v) for v in row]
            print(
                repr(float(log_likelihood(model, field, values, as_the_solver_does))),
                repr(float(log_likelihood(model, field, values, exact))),
            )
        return
    probes = model["probes"]

    def worst(integrate):
        return max(
            abs(log_likelihood(model, field, probe["values"], integrate) - probe["logLikelihood"])
            for probe in probes
        )

    difference = worst(as_the_solver_does)
    print(f"sha256 ok, {len(probes)} probes, largest difference {difference:.2e} nats")
    print(f"from exact integration: {worst(exact):.2e} nats")
    sys.exit(0 if difference <= 1e-3 else 1)


main()
