package io.lowtide.trainer.command;

import io.lowtide.cli.LowtideCommand;
import io.lowtide.cli.OptionException;
import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.TableSelection;
import io.lowtide.trainer.evaluation.Evaluation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lowtide evaluate}: says how a model does on labelled records. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = {
      "Scores a file of records with a model, and says how well the scores separate anomalies"
          + " from normal records and how many false alarms there are.",
      "With --what-if: replays scores that the stream has stored, and says what its alerts would"
          + " have been under another budget, window or silence."
    })
public final class EvaluateCommand implements LowtideCommand {

  @Spec private CommandSpec command;

  @Mixin private RecordOptions records;

  @Mixin private WhatIfOptions whatIf;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "Model bundle, as `lowtide train` writes it.")
  private Path model;

  @Override
  public Integer call() throws BundleException, IOException {
    if (whatIf.isAsked()) {
      whatIf.run(command.commandLine().getOut(), Optional.ofNullable(model));
      return ExitCode.OK;
    }
    if (model == null) {
      throw new OptionException("Missing required option: '--model=FILE'");
    }
    ModelBundle bundle = BundleFiles.read(model);
    TableSelection selection = Evaluation.selection(bundle, records.label(), records.key());
    LabelledTable read = records.source(bundle.encoder().texts()).read(selection);
    print(bundle, Evaluation.of(bundle, read, records.key()));
    return ExitCode.OK;
  }

  private void print(ModelBundle bundle, Evaluation evaluation) {
    PrintWriter out = command.commandLine().getOut();
    Locale locale = Locale.ROOT;
    out.printf(locale, "model              %s %s%n", bundle.detector(), bundle.version());
    out.printf(locale, "normal records     %,d%n", evaluation.normalRecords());
    out.printf(locale, "anomalies          %,d%n", evaluation.anomalies());
    out.printf(locale, "unscorable         %,d%n", evaluation.unscorable());
    out.printf(
        locale,
        "log-likelihood     %.3f nats in the median, %.3f on average (normal)%n",
        evaluation.medianLogLikelihood(),
        evaluation.meanLogLikelihood());
    out.printf(
        locale,
        "false-alarm rate   %.3f %% at a budget of %.3f %%%n",
        100 * evaluation.falseAlarmRate(),
        100 * bundle.calibration().defaultBudget());
    evaluation
        .metrics()
        .ifPresent(
            metrics -> {
              out.printf(locale, "recall             %.1f %%%n", 100 * evaluation.recall());
              out.printf(locale, "AUROC              %.4f%n", metrics.areaUnderCurve());
              out.printf(locale, "average precision  %.4f%n", metrics.averagePrecision());
            });
    out.printf(locale, "evaluations        %.1f per score%n", evaluation.meanEvaluations());
    out.flush();
  }
}
