package io.lowtide.quickstart.traffic;

import java.util.Random;

/**
 * One reading of a machine's eight sensors, tied together by (simplified) physics: torque and speed
 * give power, power draws current, current heats the winding, speed heats and shakes the bearing,
 * speed drives the oil pump, warm oil is thinner.
 */
final class MachineReading {

  /** Names of the sensors, in the order of the values. */
  static final String[] SENSORS = {
    "speed",
    "load",
    "power",
    "current",
    "windingTemperature",
    "bearingTemperature",
    "vibration",
    "oilPressure"
  };

  static final int SPEED = 0;
  static final int LOAD = 1;
  static final int POWER = 2;
  static final int CURRENT = 3;
  static final int WINDING_TEMPERATURE = 4;
  static final int BEARING_TEMPERATURE = 5;
  static final int VIBRATION = 6;
  static final int OIL_PRESSURE = 7;

  private MachineReading() {}

  /**
   * A normal reading of a machine in that mode.
   *
   * @param moreLoad what it carries more than that mode does, as a share of the full load
   */
  static double[] normal(MachineMode mode, double moreLoad, Random random) {
    double speed = mode.speed + mode.speedDeviation * random.nextGaussian();
    double load = Math.abs(mode.load + moreLoad + mode.loadDeviation * random.nextGaussian());
    return reading(speed, load, random);
  }

  private static double[] reading(double speed, double load, Random random) {
    double ambient = 21 + 3 * random.nextGaussian();
    double[] values = new double[SENSORS.length];
    values[SPEED] = speed;
    values[LOAD] = 100 * load;
    values[POWER] =
        0.8
            + 32 * load * speed / 1500 * (1 + 0.02 * random.nextGaussian())
            + 0.15 * random.nextGaussian();
    values[CURRENT] = 3 + 1.9 * values[POWER] + 0.35 * random.nextGaussian();
    values[WINDING_TEMPERATURE] =
        ambient + 12 + 0.011 * square(values[CURRENT]) + 0.9 * random.nextGaussian();
    values[BEARING_TEMPERATURE] =
        ambient + 8 + 16 * Math.pow(speed / 1500, 1.4) + 6 * load + 0.7 * random.nextGaussian();
    values[VIBRATION] =
        (0.6 + 1.1 * square(speed / 1500) + 1.4 * resonance(speed))
            * Math.exp(0.12 * random.nextGaussian());
    values[OIL_PRESSURE] =
        1.1
            + 1.6 * speed / 1500
            - 0.012 * (values[BEARING_TEMPERATURE] - 40)
            + 0.04 * random.nextGaussian();
    return values;
  }

  /** The frame resonates near 1,200 revolutions per minute. */
  private static double resonance(double speed) {
    return Math.exp(-square((speed - 1200) / 130));
  }

  private static double square(double value) {
    return value * value;
  }
}
