package io.lowtide.trainer.fit;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.trainer.data.Table;
import java.util.List;
import java.util.Map;

/**
 * A model and how it came about.
 *
 * @param bundle the model
 * @param history a report for each validation
 * @param settings every setting with its value
 * @param findings what was found in columns that is no part of them, a sentence each
 * @param recordsLeftOut number of records that had no part in training because of that
 * @param records the others, in their order
 * @param heldOut p-values of records that had no part in the fit and the calibration
 */
public record TrainingResult(
    ModelBundle bundle,
    List<EpochReport> history,
    Map<String, String> settings,
    List<String> findings,
    int recordsLeftOut,
    Table records,
    HeldOutPValues heldOut) {}
