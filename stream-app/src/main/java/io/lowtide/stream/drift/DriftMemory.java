package io.lowtide.stream.drift;

import java.util.List;

/** Where what the watches of a partition have seen is remembered. */
public interface DriftMemory {

  /**
   * What is remembered of one watch.
   *
   * @param group value of the group's field, or null for all records
   * @param blocks what changes with each block of records
   * @param open what changes with each record, or null
   */
  record Remembered(String group, byte[] blocks, byte[] open) {}

  /** All that is remembered, that of all records first. */
  List<Remembered> all();

  /** Remembers what changes with each block of records. */
  void rememberBlocks(String group, byte[] blocks);

  /** Remembers what changes with each record. */
  void rememberOpen(String group, byte[] open);

  /** Forgets a group. */
  void forget(String group);
}
