package io.lowtide.density;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What a module brings along when it is installed, as the build lists it for the module's tests.
 */
public final class RuntimeClassPath {

  private static final Path LIST = Path.of("target", "runtime-class-path.txt");

  private RuntimeClassPath() {}

  /**
   * File names of the jars that the tested module needs at run time, its own left out; a module of
   * this build may be a folder of classes, and then has the module's name.
   */
  public static List<String> jars() throws IOException {
    return Arrays.stream(Files.readString(LIST).strip().split(File.pathSeparator))
        .map(Path::of)
        .map(path -> path.endsWith("target/classes") ? path.getParent().getParent() : path)
        .map(path -> path.getFileName().toString())
        .toList();
  }
}
