package io.lowtide.trainer.retrain;

import io.lowtide.trainer.data.ReadingTally;
import io.lowtide.trainer.data.Table;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of a run, in the order of their time, as the run keeps them from its first step to
 * its last.
 *
 * @param table the records, with the past values and changes that models ask for
 * @param alerted for each, whether it takes no part in a fit because an alert was raised for it
 * @param tally what was met when they were read
 */
public record RunRecords(Table table, boolean[] alerted, ReadingTally tally) {

  /** Number of records, the newest, that models are compared on. */
  int heldOut(double share) {
    return Math.max(1, (int) (table.size() * share));
  }

  /** The newest records. */
  Table newest(double share) {
    return table.rows(table.size() - heldOut(share), table.size());
  }

  /** The others. */
  Table older(double share) {
    return table.rows(0, table.size() - heldOut(share));
  }

  /** Those of the others that take part in a fit, or those that do not. */
  Table older(double share, boolean withAlert) {
    List<double[]> rows = new ArrayList<>();
    for (int row = 0; row < table.size() - heldOut(share); row++) {
      if (alerted[row] == withAlert) {
        rows.add(table.rows()[row]);
      }
    }
    return table.withRows(rows.toArray(double[][]::new));
  }
}
