package io.lowtide.density.calibration;

import java.util.SplittableRandom;

/**
 * The last so many scores, ranked: a treap (Seidel and Aragon 1996) whose nodes know the size of
 * their subtree, over the places of a ring. Counting, selecting and adding take O(log n) and
 * allocate nothing. What it answers follows from the scores and their order alone.
 */
final class RankedWindow {

  /** No node; that of place i is i + 1. */
  private static final int NONE = 0;

  private final int capacity;
  private final double[] scores;
  private final int[] priorities;
  private final int[] lower;
  private final int[] higher;
  private final int[] sizes;
  private int root = NONE;
  private int next = 1;

  /**
   * @param capacity how many scores it keeps, at least 1
   */
  RankedWindow(int capacity) {
    this.capacity = capacity;
    this.scores = new double[capacity + 1];
    this.priorities = new SplittableRandom(1).ints(capacity + 1).toArray();
    this.lower = new int[capacity + 1];
    this.higher = new int[capacity + 1];
    this.sizes = new int[capacity + 1];
  }

  /** How many scores there are. */
  int size() {
    return sizes[root];
  }

  /** Whether the next score takes the place of the oldest. */
  boolean isFull() {
    return size() == capacity;
  }

  /** Adds a score, for which the oldest goes if there is no room. */
  void add(double score) {
    if (isFull()) {
      root = without(root, next);
    }
    scores[next] = score;
    lower[next] = NONE;
    higher[next] = NONE;
    sizes[next] = 1;
    root = with(root, next);
    next = next == capacity ? 1 : next + 1;
  }

  /** How many scores are at most the given one. */
  int countAtMost(double score) {
    int count = 0;
    int node = root;
    while (node != NONE) {
      if (scores[node] <= score) {
        count += sizes[lower[node]] + 1;
        node = higher[node];
      } else {
        node = lower[node];
      }
    }
    return count;
  }

  /**
   * A score by its rank.
   *
   * @param rank from 0, the lowest, to size - 1
   */
  double ofRank(int rank) {
    int left = rank;
    int node = root;
    while (left != sizes[lower[node]]) {
      if (left < sizes[lower[node]]) {
        node = lower[node];
      } else {
        left -= sizes[lower[node]] + 1;
        node = higher[node];
      }
    }
    return scores[node];
  }

  private boolean isLower(int node, int than) {
    return scores[node] < scores[than] || scores[node] == scores[than] && node < than;
  }

  private void resize(int node) {
    sizes[node] = sizes[lower[node]] + 1 + sizes[higher[node]];
  }

  private int with(int tree, int node) {
    if (tree == NONE) {
      return node;
    }
    if (priorities[node] > priorities[tree]) {
      split(tree, node);
      resize(node);
      return node;
    }
    if (isLower(node, tree)) {
      lower[tree] = with(lower[tree], node);
    } else {
      higher[tree] = with(higher[tree], node);
    }
    resize(tree);
    return tree;
  }

  /** Hangs what is lower and what is higher than a node under it. */
  private void split(int tree, int node) {
    if (tree == NONE) {
      lower[node] = NONE;
      higher[node] = NONE;
    } else if (isLower(tree, node)) {
      split(higher[tree], node);
      higher[tree] = lower[node];
      resize(tree);
      lower[node] = tree;
    } else {
      split(lower[tree], node);
      lower[tree] = higher[node];
      resize(tree);
      higher[node] = tree;
    }
  }

  private int without(int tree, int node) {
    if (tree == node) {
      return joined(lower[node], higher[node]);
    }
    if (isLower(node, tree)) {
      lower[tree] = without(lower[tree], node);
    } else {
      higher[tree] = without(higher[tree], node);
    }
    resize(tree);
    return tree;
  }

  private int joined(int low, int high) {
    if (low == NONE || high == NONE) {
      return low == NONE ? high : low;
    }
    if (priorities[low] > priorities[high]) {
      higher[low] = joined(higher[low], high);
      resize(low);
      return low;
    }
    lower[high] = joined(low, lower[high]);
    resize(high);
    return high;
  }
}
