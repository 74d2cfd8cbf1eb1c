package io.lowtide.cli.models;

import io.lowtide.kafka.model.ModelCatalog;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lowtide models diff}: in what two models differ. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description = "Shows in what two models of a detector differ.")
final class DiffModelsCommand implements Callable<Integer> {

  @Spec private CommandSpec command;

  @Parameters(index = "0", paramLabel = "DETECTOR", description = "Detector.")
  private String detector;

  @Parameters(
      index = "1",
      paramLabel = "VERSION",
      description = "Version, or champion or challenger.")
  private String first;

  @Parameters(
      index = "2",
      paramLabel = "OTHER",
      arity = "0..1",
      defaultValue = "champion",
      description = "Another one; default: ${DEFAULT-VALUE}.")
  private String second;

  @Mixin private ModelsTopic topic;

  @Override
  public Integer call() {
    ModelCatalog catalog = topic.read();
    Map<String, String> one = ModelDescription.of(topic.bundle(catalog, detector, first));
    Map<String, String> other = ModelDescription.of(topic.bundle(catalog, detector, second));
    Set<String> names = new LinkedHashSet<>(one.keySet());
    names.addAll(other.keySet());
    PrintWriter out = command.commandLine().getOut();
    for (String name : names) {
      String left = one.getOrDefault(name, "-");
      String right = other.getOrDefault(name, "-");
      if (!left.equals(right)) {
        out.printf("%s%n  %s%n  %s%n", name, left, right);
      }
    }
    out.flush();
    return ExitCode.OK;
  }
}
