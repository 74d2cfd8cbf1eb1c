package io.lowtide.trainer.nd4j;

import io.lowtide.trainer.engine.ProbeDistribution;
import io.lowtide.trainer.nd4j.ProbeDirection.Among;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** The directions of a field's forward-mode products. */
final class Probes {

  private final BatchArrays arrays;
  private final int dimensions;
  private final Presence presence;
  private final List<ProbeDirection> directions = new ArrayList<>();
  private final List<ProbeDirection> drawn = new ArrayList<>();

  /**
   * @param arrays makes the arrays
   * @param dimensions d
   * @param presence which components each record has
   */
  Probes(BatchArrays arrays, int dimensions, Presence presence) {
    this.arrays = arrays;
    this.dimensions = dimensions;
    this.presence = presence;
  }

  /** Components that a record may lack, ascending. */
  int[] optional() {
    return presence.optional();
  }

  /** The unit vector of one component, for records that have or lack it. */
  ProbeDirection unit(int component, Among among) {
    int records = arrays.records();
    double[] pattern = new double[records * dimensions];
    Arrays.fill(pattern, component * records, (component + 1) * records, 1);
    return add(pattern, among);
  }

  /** To be drawn, in every component that a record has or lacks. */
  ProbeDirection random(Among among) {
    ProbeDirection direction = add(new double[arrays.records() * dimensions], among);
    drawn.add(direction);
    return direction;
  }

  private ProbeDirection add(double[] pattern, Among among) {
    ProbeDirection direction = new ProbeDirection(arrays, dimensions, pattern, among);
    direction.update(presence.values());
    directions.add(direction);
    return direction;
  }

  /** Draws the random directions anew, where there are any. */
  void draw(ProbeDistribution distribution, RandomGenerator random) {
    for (ProbeDirection direction : drawn) {
      distribution.fill(direction.pattern(), random);
      direction.update(presence.values());
    }
  }

  /** Takes over which components each record has. */
  void update() {
    for (ProbeDirection direction : directions) {
      direction.update(presence.values());
    }
  }
}
