"""scikit-learn's side of the SVM benchmark: LinearSVC on the same features, and both solutions under one ruler.

Reads one job as JSON from stdin: file (safetensors: x, y, x_test, y_test, weights [K, D], bias [K]), cost, problems.
LinearSVC solves one class against the others after the other: of many classes the first `problems` are timed.
"""

import json
import sys
import time
import warnings

import numpy as np
import sklearn
from safetensors.numpy import load_file
from sklearn.svm import LinearSVC


def objective(x, signs, weights, bias, cost):
    """|w|^2 / 2 + cost x sum of squared hinges, in float64, the bias among the weights as LIBLINEAR has it."""
    total = 0.0
    for first in range(0, len(x), 8192):
        block = x[first : first + 8192].astype(np.float64)
        hinge = np.maximum(0, 1 - signs[first : first + 8192] * (block @ weights + bias))
        total += float(hinge @ hinge)
    return (float(weights @ weights) + bias * bias) / 2 + cost * total


def main():
    job = json.load(sys.stdin)
    data = load_file(job["file"])
    x, y, cost = data["x"], data["y"], job["cost"]
    classes = len(data["bias"])
    double = x.astype(np.float64)
    seconds, ours, theirs, converged = 0.0, [], [], True
    coefficients, intercepts = [], []
    for k in range(min(job["problems"], classes)):
        signs = np.where(y == k, 1.0, -1.0)
        model = LinearSVC(C=cost, max_iter=1000)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            begin = time.perf_counter()
            model.fit(double, signs)
            seconds += time.perf_counter() - begin
        converged = converged and not caught
        coefficients.append(model.coef_[0])
        intercepts.append(model.intercept_[0])
        theirs.append(objective(x, signs, model.coef_[0], model.intercept_[0], cost))
        ours.append(objective(x, signs, data["weights"][k].astype(np.float64), float(data["bias"][k]), cost))
    accuracy = None
    if len(intercepts) == classes:
        scores = data["x_test"] @ np.array(coefficients).T + np.array(intercepts)
        accuracy = float(np.mean(scores.argmax(1) == data["y_test"]))
    result = {"version": sklearn.__version__, "seconds": seconds, "problems": len(intercepts)}
    result |= {"ours": ours, "theirs": theirs, "converged": converged, "accuracy": accuracy}
    print(json.dumps(result))


main()
