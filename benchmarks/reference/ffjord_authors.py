"""FFJORD by its authors (the repository ffjord of R. T. Q. Chen, with his torchdiffeq), trained on a table: how long until which validation likelihood.

Their model for tables with the architecture of Lowtide's defaults: one flow, concat-squash layers, two hidden
layers of 64 with tanh, Dormand-Prince 5(4) at 1e-5, Hutchinson's estimator with Rademacher probes; their
optimiser with their learning rate (1e-3, and 5e-3 where the last argument says so). Validation by the exact
divergence, as their code does it at the end, twenty times; its time is not counted. Prints a line "SECONDS
ITERATION EVALUATIONS NLL" for each.

Usage: python3 ffjord_authors.py CLONE TRAIN.csv VALIDATION.csv SECONDS [THREADS] [RATE]
"""

import argparse
import sys
import time

import numpy as np
import torch

clone, train_file, validation_file, limit = sys.argv[1:5]
threads = int(sys.argv[5]) if len(sys.argv) > 5 else 2
rate = float(sys.argv[6]) if len(sys.argv) > 6 else 1e-3
sys.path.insert(0, clone)

from lib.custom_optimizers import Adam  # noqa: E402
from train_misc import (  # noqa: E402
    build_model_tabular,
    count_nfe,
    override_divergence_fn,
    set_cnf_options,
    standard_normal_logprob,
)

BATCH = 512
VALIDATIONS = 20


def table(name):
    return torch.from_numpy(np.loadtxt(name, delimiter=",", dtype=np.float32, ndmin=2))


def loss(model, x):
    z, change = model(x, torch.zeros(len(x), 1))
    return -(standard_normal_logprob(z).sum(1, keepdim=True) - change).mean()


def validate(model, x):
    model.eval()
    override_divergence_fn(model, "brute_force")
    total = 0.0
    with torch.no_grad():
        for batch in x.split(BATCH):
            total += float(loss(model, batch)) * len(batch)
    override_divergence_fn(model, "approximate")
    model.train()
    return total / len(x)


def main():
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    x, validation = table(train_file), table(validation_file)
    options = argparse.Namespace(
        dims="64-64", num_blocks=1, layer_type="concatsquash", nonlinearity="tanh",
        divergence_fn="approximate", residual=False, rademacher=True, time_length=1.0, train_T=True,
        batch_norm=False, bn_lag=0, solver="dopri5", atol=1e-5, rtol=1e-5, step_size=None,
        test_solver=None, test_atol=None, test_rtol=None,
    )
    model = build_model_tabular(options, x.shape[1], [])
    set_cnf_options(options, model)
    model.train()
    optimizer = Adam(model.parameters(), lr=rate, weight_decay=1e-6)
    iteration, seconds, evaluations, since = 0, 0.0, 0, 0
    following = float(limit) / VALIDATIONS
    while seconds < float(limit):
        for batch in x[torch.randperm(len(x))].split(BATCH):
            started = time.perf_counter()
            optimizer.zero_grad()
            value = loss(model, batch)
            value.backward()
            evaluations += count_nfe(model)
            optimizer.step()
            iteration += 1
            since += 1
            seconds += time.perf_counter() - started
            if seconds >= following:
                nll = validate(model, validation)
                print(f"{seconds:.2f} {iteration} {evaluations / since:.1f} {nll:.4f}", flush=True)
                evaluations = since = 0
                following += float(limit) / VALIDATIONS
                if seconds >= float(limit):
                    break


main()
