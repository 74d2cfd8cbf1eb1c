"""The strongest PyTorch peer of the CUDA engine that we know: no error control at all.

The same field as Lowtide's (concat-squash, 8 dimensions, two hidden layers of 64, tanh) with the
exact divergence in closed form and every derivative written by hand, eight equal steps of
Dormand-Prince forward and eight of the adjoint back, in one CUDA graph, without and with
torch.compile. Prints milliseconds per iteration, loss and gradient without an optimiser.

Usage: python3 fixed_grid_torch.py BATCH...
"""

import statistics
import sys
import time

import torch

torch.set_default_device("cuda")
torch.manual_seed(1)
D, H, STEPS = 8, 64, 8
NODES = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1]
ROWS = [
    [],
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
]
W1, W2, W3 = torch.randn(H, D) / D**0.5, torch.randn(H, H) / 8, torch.randn(D, H) / 16
GATES = [0.1 * torch.randn(H) for _ in range(8)]
B3 = [0.05 * torch.randn(D) for _ in range(2)]


def layers(s, z):
    g1c, g1t, b1c, b1t, g2c, g2t, b2c, b2t = GATES
    g1, g2 = 2 * torch.sigmoid(g1c + g1t * s), 2 * torch.sigmoid(g2c + g2t * s)
    l1 = z @ W1.T
    h1 = torch.tanh(g1 * l1 + b1c + b1t * s)
    l2 = h1 @ W2.T
    h2 = torch.tanh(g2 * l2 + b2c + b2t * s)
    return g1, g2, l1, l2, h1, h2, h2 @ W3.T + B3[0] + B3[1] * s


def forward(s, z, trace):
    g1, g2, _, _, h1, h2, f = layers(s, z)
    return f, ((((1 - h2 * h2) * g2) @ trace.T) * ((1 - h1 * h1) * g1)).sum(1)


def backward(s, z, a, trace):
    g1, g2, l1, l2, h1, h2, f = layers(s, z)
    e1, e2 = 1 - h1 * h1, 1 - h2 * h2
    u1, u2 = e1 * g1, e2 * g2
    c1, c2 = -(u2 @ trace.T), -(u1 @ trace)
    p2 = e2 * (a @ W3 - 2 * h2 * g2 * c2)
    p1 = e1 * ((g2 * p2) @ W2 - 2 * h1 * g1 * c1)
    q1, q2 = g1 * p1, g2 * p2
    r1 = ((p1 * l1 + c1 * e1) * (g1 * (1 - g1 / 2))).sum(0)
    r2 = ((p2 * l2 + c2 * e2) * (g2 * (1 - g2 / 2))).sum(0)
    sums = [p1.sum(0), p2.sum(0), a.sum(0), r1, r2]
    integrands = [q1.T @ z, q2.T @ h1, a.T @ h2, -(u1.T @ u2)] + sums + [s * v for v in sums]
    return f, -(q1 @ W1), integrands


def combined(y, slopes, weights):
    return torch.stack([y] + slopes).mul(weights).sum(0) if slopes else y


def iteration(x, functions, nodes, weights):
    one, other = functions
    trace = (W1 @ W3) * W2.T
    z, change = x, torch.zeros(len(x), 1)
    for step in range(STEPS):
        slopes, traces = [], []
        for stage in range(6):
            f, t = one(nodes[0][step][stage], combined(z, slopes, weights[0][stage]), trace)
            slopes.append(f)
            traces.append(t[:, None])
        z = combined(z, slopes, weights[0][6])
        change = combined(change, traces, weights[0][6])
    a, gradient = z, None
    for step in range(STEPS):
        slopes, cotangents = [], []
        for stage in range(6):
            f, slope, integrands = other(
                nodes[1][step][stage],
                combined(z, slopes, weights[1][stage]),
                combined(a, cotangents, weights[1][stage]),
                trace,
            )
            slopes.append(f)
            cotangents.append(slope)
            weight = ROWS[6][stage] / STEPS
            if weight and gradient is None:
                gradient = list(torch._foreach_mul(integrands, weight))
            elif weight:
                torch._foreach_add_(gradient, integrands, alpha=weight)
        z, a = combined(z, slopes, weights[1][6]), combined(a, cotangents, weights[1][6])
    outer = gradient[3] * W2.T
    gradient[0] = gradient[0] + outer @ W3.T
    gradient[1] = gradient[1] + (gradient[3] * (W1 @ W3)).T
    gradient[2] = gradient[2] + (W1.T @ outer)
    return -0.5 * (z * z).sum(1) + change[:, 0], gradient


def measure(name, functions, batch):
    x = torch.randn(batch, D)
    nodes = [
        [[torch.tensor(1 - (n + c) / STEPS) for c in NODES] for n in range(STEPS)],
        [[torch.tensor((n + c) / STEPS) for c in NODES] for n in range(STEPS)],
    ]
    weights = [
        [torch.tensor([1.0] + [sign * w / STEPS for w in row])[:, None, None] for row in ROWS]
        for sign in (-1, 1)
    ]
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.no_grad(), torch.cuda.stream(stream):
        for _ in range(2):
            iteration(x, functions, nodes, weights)
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.no_grad(), torch.cuda.graph(graph):
        iteration(x, functions, nodes, weights)
    milliseconds = []
    for _ in range(21):
        torch.cuda.synchronize()
        started = time.perf_counter()
        graph.replay()
        torch.cuda.synchronize()
        milliseconds.append(1e3 * (time.perf_counter() - started))
    print(f"{name}_graph_batch_{batch}_ms", round(statistics.median(milliseconds), 3), flush=True)


batches = [int(argument) for argument in sys.argv[1:]]
for batch in batches:
    measure("op_by_op", (forward, backward), batch)
compiled = torch.compile(forward, dynamic=False), torch.compile(backward, dynamic=False)
for batch in batches:
    measure("compiled", compiled, batch)
