"""The score of a pair: the mean of a logistic regression and of boosted trees.

The regression is the steadier of the two, the trees know that a shared number means little between messages that are
about something else. Together they are better than each (see docs/duplicates.md).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from tracker_worker.models.duplicates.trees import Trees

PENALTY = 0.1
"""Inverse strength of the L2 penalty of the regression."""
TREES = {
    "max_iter": 150,
    "learning_rate": 0.05,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 80,
    "l2_regularization": 20,
    "early_stopping": False,
    "random_state": 1,
}


@dataclass(frozen=True)
class Fitted:
    """Both parts, as they are shipped."""

    weights: NDArray[np.float32]
    bias: float
    trees: Trees

    def probabilities(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the chance of each pair that both messages report the same thing."""
        line = 1 / (1 + np.exp(-(rows @ self.weights + self.bias).astype(np.float64)))
        return np.asarray((line + 1 / (1 + np.exp(-self.trees.log_odds(rows)))) / 2)


def fit(rows: NDArray[np.float32], same: NDArray[np.bool_]) -> Fitted:
    """Fit both parts."""
    scaler = StandardScaler().fit(rows)
    line = LogisticRegression(C=PENALTY, max_iter=3000).fit(scaler.transform(rows), same)
    weights = (line.coef_[0] / scaler.scale_).astype(np.float32)
    bias = float(line.intercept_[0] - weights @ scaler.mean_)
    return Fitted(weights, bias, _flat(HistGradientBoostingClassifier(**TREES).fit(rows, same)))


def _flat(forest: HistGradientBoostingClassifier) -> Trees:
    """Return the trees as arrays; scikit-learn keeps them in private attributes and has no other way to export them."""
    grown = [predictors[0].nodes for predictors in forest._predictors]  # noqa: SLF001
    size = max(map(len, grown))
    own = np.arange(size)
    feature, left, right = (np.zeros((len(grown), size), dtype=np.int64) for _ in range(3))
    threshold, value = (np.zeros((len(grown), size)) for _ in range(2))
    for place, nodes in enumerate(grown):
        leaf, used = nodes["is_leaf"].astype(bool), slice(len(nodes))
        feature[place, used] = np.where(leaf, 0, nodes["feature_idx"])
        threshold[place, used] = np.where(leaf, 0.0, nodes["num_threshold"])
        left[place, used] = np.where(leaf, own[used], nodes["left"])
        right[place, used] = np.where(leaf, own[used], nodes["right"])
        value[place, used] = np.where(leaf, nodes["value"], 0.0)
    depth = max(int(nodes["depth"].max()) for nodes in grown)
    return Trees(feature, threshold, left, right, value, depth, float(forest._baseline_prediction.item()))  # noqa: SLF001
