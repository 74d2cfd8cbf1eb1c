package io.lowtide.trainer.command;

import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.feature.FeaturePlanFile;
import io.lowtide.trainer.feature.PlannedData;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lowtide features}: says what each field of the data would be taken for. */
@Command(
    name = "features",
    mixinStandardHelpOptions = true,
    description = {
      "Looks at a file of records and says what training would take each field for, and why, as a"
          + " file that a person edits and `lowtide train --features` reads."
    })
public final class FeaturesCommand implements Callable<Integer> {

  @Spec private CommandSpec command;

  @Mixin private RecordOptions records;

  @Option(
      names = "--columns",
      paramLabel = "NAME",
      split = ",",
      description = "Columns to look at, separated by commas; all if not given.")
  private List<String> columns = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "File to write, which must not exist; without it the screen.")
  private Path output;

  @Override
  public Integer call() throws IOException {
    try {
      String text =
          FeaturePlanFile.text(
              PlannedData.fields(records.data(), columns, records.label(), records.key()));
      if (output == null) {
        command.commandLine().getOut().print(text);
        command.commandLine().getOut().flush();
      } else {
        Files.writeString(output, text, StandardOpenOption.CREATE_NEW);
      }
      return 0;
    } catch (FileAlreadyExistsException e) {
      return refuse(output + ": exists already, and may have been edited; expected a new file");
    } catch (NoSuchFileException e) {
      return refuse(e.getFile() + ": cannot be written, expected an existing folder");
    } catch (DataException e) {
      return refuse(e.getMessage());
    }
  }

  private int refuse(String message) {
    command.commandLine().getErr().println(command.qualifiedName() + ": " + message);
    return 2;
  }
}
