package io.lowtide.quickstart.traffic;

/** Operating mode of a machine: how often it occurs, and the speed and load it runs at. */
enum MachineMode {
  IDLE(0.2, 420, 25, 0.06, 0.02),
  CRUISE(0.45, 1480, 40, 0.48, 0.08),
  HEAVY(0.25, 1180, 60, 0.82, 0.06),
  SPRINT(0.1, 2650, 70, 0.62, 0.07);

  final double share;
  final double speed;
  final double speedDeviation;
  final double load;
  final double loadDeviation;

  MachineMode(
      double share, double speed, double speedDeviation, double load, double loadDeviation) {
    this.share = share;
    this.speed = speed;
    this.speedDeviation = speedDeviation;
    this.load = load;
    this.loadDeviation = loadDeviation;
  }

  /** The mode at a point of the unit interval that the shares divide. */
  static MachineMode at(double point) {
    double rest = point;
    for (MachineMode mode : values()) {
      if (rest < mode.share) {
        return mode;
      }
      rest -= mode.share;
    }
    return CRUISE;
  }
}
