package io.lowtide.trainer.command;

import io.lowtide.cli.LowtideCommand;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
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
public final class FeaturesCommand implements LowtideCommand {

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
    String text =
        FeaturePlanFile.text(
            PlannedData.fields(records.source(), columns, records.label(), records.key()));
    if (output == null) {
      command.commandLine().getOut().print(text);
      command.commandLine().getOut().flush();
    } else {
      write(text);
    }
    return ExitCode.OK;
  }

  private void write(String text) throws IOException {
    try {
      Files.writeString(output, text, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      throw new DataException(
          output + ": exists already, and may have been edited; expected a new file", e);
    } catch (NoSuchFileException e) {
      throw new DataException(e.getFile() + ": cannot be written, expected an existing folder", e);
    }
  }
}
