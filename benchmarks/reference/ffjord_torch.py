"""The comparison's other side: FFJORD on PyTorch, as its authors built it.

Concat-squash layers with tanh (Grathwohl et al. 2018, arXiv 1810.01367, section 4), divergence by
Hutchinson's estimator through autograd, Dormand-Prince 5(4) with one step for the whole batch and
the root-mean-square norm over it (as torchdiffeq), gradients by the adjoint method. Prints one
"name value" pair a line: medians of milliseconds per score and per training iteration.

Usage: python3 ffjord_torch.py [dimensions] [threads] [device] [batch] [problem]; on another device
than the CPU it times training alone. A problem is a file of float32 numbers: the field (of each
layer the weights, row by row, then, for hidden ones, its gate's constants and slopes, then the
slopes of its bias), then records, row by row; without one, the field is trained a little on records
drawn anew for each iteration.
"""

import array
import statistics
import sys
import time

import torch

DIMENSIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 8
torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 2)
DEVICE = sys.argv[3] if len(sys.argv) > 3 else "cpu"
torch.set_default_device(DEVICE)
torch.manual_seed(1)
TOLERANCE = 1e-5
BATCH = int(sys.argv[4]) if len(sys.argv) > 4 else 512
PROBLEM = sys.argv[5] if len(sys.argv) > 5 else None

C = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1]
A = [
    [],
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
]
ERROR = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40]


class ConcatSquash(torch.nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.layer = torch.nn.Linear(inputs, outputs)
        self.bias = torch.nn.Linear(1, outputs, bias=False)
        self.gate = torch.nn.Linear(1, outputs)

    def forward(self, s, z):
        s = s.view(1, 1)
        return self.layer(z) * torch.sigmoid(self.gate(s)) + self.bias(s)


class Field(torch.nn.Module):
    def __init__(self):
        super().__init__()
        widths = [DIMENSIONS, 64, 64, DIMENSIONS]
        self.layers = torch.nn.ModuleList(
            ConcatSquash(i, o) for i, o in zip(widths[:-1], widths[1:])
        )
        self.evaluations = 0

    def forward(self, s, z, probe):
        """f and the divergence estimate, differentiable in z and the parameters."""
        self.evaluations += 1
        with torch.enable_grad():
            z = z if z.requires_grad else z.detach().requires_grad_(True)
            h = self.layers[0](s, z)
            for layer in self.layers[1:]:
                h = layer(s, torch.tanh(h))
            product = torch.autograd.grad(h, z, probe, create_graph=True)[0]
            return h, (product * probe).sum(1)


def norm(state, reference):
    scaled = torch.cat(
        [(s / (TOLERANCE + TOLERANCE * r.abs())).flatten() for s, r in zip(state, reference)]
    )
    return float(scaled.pow(2).mean().sqrt())


def integrate(function, state, start, end, normed):
    """Dormand-Prince 5(4); the first `normed` tensors of the state enter the error norm."""
    direction = 1.0 if end > start else -1.0
    time_now = start
    first = function(torch.tensor(time_now), state)
    d0, d1 = norm(state[:normed], state[:normed]), norm(first[:normed], state[:normed])
    h0 = 1e-6 if min(d0, d1) < 1e-5 else 0.01 * d0 / d1
    ahead = [y + direction * h0 * k for y, k in zip(state, first)]
    second = function(torch.tensor(time_now + direction * h0), ahead)
    d2 = norm([b - a for a, b in zip(first, second)][:normed], state[:normed]) / h0
    step = min(100 * h0, (0.01 / max(d1, d2)) ** 0.2, abs(end - start))
    while (end - time_now) * direction > 1e-9:
        step = min(step, abs(end - time_now))
        stages = [first]
        for i in range(1, 7):
            trial = [
                y + direction * step * sum(a * k[j] for a, k in zip(A[i], stages) if a)
                for j, y in enumerate(state)
            ]
            stages.append(function(torch.tensor(time_now + direction * step * C[i]), trial))
        error = [
            step * sum(e * k[j] for e, k in zip(ERROR, stages) if e) for j in range(normed)
        ]
        bound = [torch.maximum(y.abs(), t.abs()) for y, t in zip(state[:normed], trial)]
        ratio = norm(error, bound)
        if ratio <= 1:
            time_now += direction * step
            state, first = trial, stages[-1]
        factor = 10.0 if ratio == 0 else min(10.0, max(0.2, 0.9 * ratio**-0.2))
        step *= factor if ratio <= 1 else min(1.0, factor)
    return state


def log_density(field, x, probe):
    def dynamics(s, state):
        f, trace = field(s, state[0], probe)
        return [f.detach(), trace.detach()[:, None]]

    z, change = integrate(dynamics, [x, torch.zeros(len(x), 1)], 1.0, 0.0, 2)
    base = -0.5 * (z**2).sum(1) - 0.5 * DIMENSIONS * torch.log(torch.tensor(2 * torch.pi))
    return base + change[:, 0], z


def iteration(field, optimizer, x):
    """One training iteration by the adjoint method; mean negative log-likelihood."""
    probe = torch.randint(0, 2, x.shape).float() * 2 - 1
    values, z = log_density(field, x, probe)
    forward = field.evaluations
    parameters = list(field.parameters())
    cotangent_l = torch.full((len(x),), -1.0 / len(x))

    def dynamics(s, state):
        z, a = state[0].detach().requires_grad_(True), state[1]
        f, trace = field(s, z, probe)
        with torch.enable_grad():
            gradients = torch.autograd.grad(
                [f, trace], [z] + parameters, [a, -cotangent_l], allow_unused=True
            )
        pulled = [torch.zeros_like(p) if g is None else g for g, p in zip(gradients[1:], parameters)]
        return [f.detach(), -gradients[0]] + [-g for g in pulled]

    adjoint = z / len(x)
    start = [z, adjoint] + [torch.zeros_like(p) for p in parameters]
    end = integrate(dynamics, start, 0.0, 1.0, 2)
    optimizer.zero_grad()
    for parameter, gradient in zip(parameters, end[2:]):
        parameter.grad = gradient
    optimizer.step()
    return float(-values.mean()), forward


def median_ms(action, repetitions):
    times = []
    for _ in range(repetitions):
        started = time.perf_counter()
        action()
        times.append(1e3 * (time.perf_counter() - started))
    return statistics.median(times)


def load(field):
    """Puts the problem's field into this one; the problem's records."""
    numbers = array.array("f")
    with open(PROBLEM, "rb") as file:
        numbers.frombytes(file.read())
    numbers = torch.tensor(numbers)

    def take(*shape):
        nonlocal numbers
        size = torch.Size(shape).numel()
        taken, numbers = numbers[:size].reshape(shape), numbers[size:]
        return taken

    with torch.no_grad():
        for layer in field.layers:
            units, inputs = layer.layer.weight.shape
            # A gate of the problem is twice a sigmoid; its output layer has none.
            layer.layer.weight.copy_(2 * take(units, inputs))
            layer.layer.bias.zero_()
            layer.gate.bias.zero_()
            layer.gate.weight.zero_()
            if layer is not field.layers[-1]:
                layer.gate.bias.copy_(take(units))
                layer.gate.weight.copy_(take(units, 1))
            layer.bias.weight.copy_(take(units, 1))
    return take(len(numbers) // DIMENSIONS, DIMENSIONS)


def time_problem():
    field = Field()
    records = load(field)[:BATCH]
    optimizer = torch.optim.Adam(field.parameters(), lr=0)
    for _ in range(3):
        value, forward = iteration(field, optimizer, records)
        field.evaluations = 0
    milliseconds = median_ms(lambda: iteration(field, optimizer, records), 11)
    print("training_iteration_ms", round(milliseconds, 2))
    print("training_evaluations", round(field.evaluations / 11, 1))
    print("training_negative_log_likelihood", round(value, 4))


def main():
    if PROBLEM:
        time_problem()
        return
    field = Field()
    optimizer = torch.optim.Adam(field.parameters(), lr=1e-3)
    mix = torch.randn(DIMENSIONS, DIMENSIONS)
    centres = 1.5 * torch.randn(4, DIMENSIONS)

    def draw(count):
        z = torch.randn(count, DIMENSIONS)
        x = torch.tanh(z @ mix / DIMENSIONS**0.5) + 0.3 * z + centres[torch.randint(0, 4, (count,))]
        return x / 1.5

    for _ in range(100):
        iteration(field, optimizer, draw(BATCH))
    field.evaluations = 0
    rounds = 15
    milliseconds = median_ms(lambda: iteration(field, optimizer, draw(BATCH)), rounds)
    print("training_iteration_ms", round(milliseconds, 2))
    print("training_evaluations", field.evaluations / rounds)
    print("training_evaluation_ms", round(milliseconds * rounds / field.evaluations, 3))
    if DEVICE != "cpu":
        return
    for batch, repetitions in ((1, 60), (64, 20), (1000, 10)):
        field.evaluations = 0
        x = draw(batch)
        probe = torch.randint(0, 2, x.shape).float() * 2 - 1
        milliseconds = median_ms(lambda: log_density(field, x, probe), repetitions)
        print(f"score_us_per_record_batch_{batch}", round(1e3 * milliseconds / batch, 1))
        print(f"score_evaluations_batch_{batch}", field.evaluations / repetitions)


main()
