package io.lowtide.quickstart.traffic;

import java.util.Random;

/** The kinds of fault that the demo's machines develop. */
enum AnomalyKind {
  /** One sensor far outside of its range. */
  SPIKE("spike (one field)", false) {
    @Override
    double[] corrupt(double[] reading, double[] other, Random random) {
      int sensor = random.nextInt(reading.length);
      double sign = sensor == MachineReading.VIBRATION || random.nextBoolean() ? 1 : -1;
      reading[sensor] += sign * (1.5 + random.nextDouble()) * span(sensor);
      return reading;
    }
  },

  /** Current and power no longer belong to the speed and load at hand; each is in its range. */
  SLIPPING_DRIVE("slipping drive (joint)", true) {
    @Override
    double[] corrupt(double[] reading, double[] other, Random random) {
      double factor = 0.45 + 0.25 * random.nextDouble();
      reading[MachineReading.POWER] *= factor;
      reading[MachineReading.CURRENT] = 3 + 1.9 * reading[MachineReading.POWER];
      return reading;
    }
  },

  /** The winding is warmer than its current explains, yet no warmer than in other modes. */
  BLOCKED_COOLING("blocked cooling (joint)", true) {
    @Override
    double[] corrupt(double[] reading, double[] other, Random random) {
      reading[MachineReading.WINDING_TEMPERATURE] += 15 + 12 * random.nextDouble();
      return reading;
    }
  },

  /** Bearing heat and vibration rise together, within the range of faster modes. */
  WORN_BEARING("worn bearing (joint)", true) {
    @Override
    double[] corrupt(double[] reading, double[] other, Random random) {
      double wear = 0.6 + 0.6 * random.nextDouble();
      reading[MachineReading.BEARING_TEMPERATURE] += 11 * wear;
      reading[MachineReading.VIBRATION] *= 1 + 0.9 * wear;
      return reading;
    }
  },

  /** Half of the sensors report another machine: a wiring or gateway fault. */
  CROSSED_SIGNALS("crossed signals (joint)", true) {
    @Override
    double[] corrupt(double[] reading, double[] other, Random random) {
      for (int sensor = MachineReading.WINDING_TEMPERATURE; sensor < reading.length; sensor++) {
        reading[sensor] = other[sensor];
      }
      return reading;
    }
  };

  final String label;

  /** Whether every field must stay within the range of normal records. */
  final boolean joint;

  AnomalyKind(String label, boolean joint) {
    this.label = label;
    this.joint = joint;
  }

  /**
   * Applies the fault.
   *
   * @param reading a normal reading, changed in place
   * @param other a normal reading of a machine in another mode
   */
  abstract double[] corrupt(double[] reading, double[] other, Random random);

  private static double span(int sensor) {
    return switch (sensor) {
      case MachineReading.SPEED -> 2500;
      case MachineReading.LOAD -> 100;
      case MachineReading.POWER -> 35;
      case MachineReading.CURRENT -> 65;
      case MachineReading.WINDING_TEMPERATURE -> 60;
      case MachineReading.BEARING_TEMPERATURE -> 45;
      case MachineReading.VIBRATION -> 5;
      default -> 3.5;
    };
  }
}
