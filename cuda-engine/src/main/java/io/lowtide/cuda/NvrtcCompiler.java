package io.lowtide.cuda;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import io.lowtide.density.field.Activation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * NVIDIA's run-time compiler, where a CUDA toolkit is installed: on the loader's path, in the
 * toolkit's folder, or in the folders named by {@code NVRTC_PATH}. Makes machine code for the card.
 */
final class NvrtcCompiler implements KernelCompiler {

  private static final Logger LOG = LoggerFactory.getLogger(NvrtcCompiler.class);

  private static final String SOURCE = "ffjord.cu";
  private static final String HEADER = "tensor.cuh";
  private static final List<String> NAMES =
      List.of("libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2");
  private static final List<String> FOLDERS =
      List.of(
          "/usr/local/cuda/lib64", "/usr/local/cuda/targets/x86_64-linux/lib", "/opt/cuda/lib64");

  /** What is used of the library; every function returns 0, or the number of an error. */
  interface NvrtcLibrary extends Library {

    int nvrtcVersion(IntByReference major, IntByReference minor);

    int nvrtcCreateProgram(
        PointerByReference program,
        String source,
        String name,
        int headers,
        String[] headerTexts,
        String[] headerNames);

    int nvrtcCompileProgram(Pointer program, int options, String[] values);

    int nvrtcGetProgramLogSize(Pointer program, LongByReference size);

    int nvrtcGetProgramLog(Pointer program, Pointer log);

    int nvrtcGetCUBINSize(Pointer program, LongByReference size);

    int nvrtcGetCUBIN(Pointer program, Pointer code);

    int nvrtcDestroyProgram(PointerByReference program);
  }

  private final NvrtcLibrary library;
  private final int capability;
  private final KernelCache cache;
  private final String version;
  private final String source;
  private final String header;

  private NvrtcCompiler(NvrtcLibrary library, int capability, KernelCache cache) {
    this.library = library;
    this.cache = cache;
    this.capability = capability;
    IntByReference major = new IntByReference();
    IntByReference minor = new IntByReference();
    check("its version", library.nvrtcVersion(major, minor));
    this.version = major.getValue() + "." + minor.getValue();
    this.source = text(SOURCE);
    this.header = text(HEADER);
  }

  /**
   * The compiler of this machine, if there is one.
   *
   * @param capability of the card, times ten
   * @param cache of kernels that were compiled before
   */
  static Optional<NvrtcCompiler> find(int capability, KernelCache cache) {
    for (String name : names()) {
      try {
        openBuiltIns(name);
        return Optional.of(
            new NvrtcCompiler(Native.load(name, NvrtcLibrary.class), capability, cache));
      } catch (LinkageError | CudaException e) {
        LOG.debug("No run-time compiler {}", name, e);
      }
    }
    return Optional.empty();
  }

  private static List<String> names() {
    List<String> names = new ArrayList<>(NAMES);
    String own = System.getenv("NVRTC_PATH");
    Stream.concat(own == null ? Stream.empty() : Stream.of(own.split(":")), FOLDERS.stream())
        .forEach(folder -> names.addAll(files(Path.of(folder), "libnvrtc.so*")));
    return names;
  }

  private static List<String> files(Path folder, String pattern) {
    List<String> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pattern)) {
        files.forEach(file -> found.add(file.toString()));
      } catch (IOException e) {
        LOG.debug("Folder {} cannot be read", folder, e);
      }
    }
    found.sort(null);
    return found;
  }

  /** The library opens its built-ins by bare name; having them open already serves off the path. */
  private static void openBuiltIns(String name) {
    Path folder = Path.of(name).getParent();
    if (folder != null) {
      files(folder, "libnvrtc-builtins.so*").forEach(NativeLibrary::getInstance);
    }
  }

  private static String text(String resource) {
    try (InputStream in = NvrtcCompiler.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  @Override
  public String description() {
    return "NVRTC " + version;
  }

  @Override
  public boolean serves(KernelShape shape) {
    return true;
  }

  @Override
  public Optional<byte[]> compile(KernelShape shape) {
    List<String> options = new ArrayList<>();
    options.add("--gpu-architecture=sm_" + capability);
    options.add("--std=c++17");
    shape.macros().forEach(macro -> options.add("-D" + macro));
    options.add("-DSOFTPLUS=" + (shape.activation() == Activation.SOFTPLUS ? 1 : 0));
    String key = KernelCache.key(List.of(description(), source, header, String.join(" ", options)));
    Optional<byte[]> kept = cache.read(key);
    if (kept.isPresent()) {
      return kept;
    }
    byte[] image = compile(shape, options);
    cache.write(key, image);
    return Optional.of(image);
  }

  private byte[] compile(KernelShape shape, List<String> options) {
    PointerByReference program = new PointerByReference();
    check(
        "a program",
        library.nvrtcCreateProgram(
            program, source, SOURCE, 1, new String[] {header}, new String[] {HEADER}));
    try {
      int error =
          library.nvrtcCompileProgram(
              program.getValue(), options.size(), options.toArray(String[]::new));
      if (error != 0) {
        throw new CudaException(
            "kernel " + shape.name() + " does not compile: " + log(program.getValue()), error);
      }
      return code(program.getValue());
    } finally {
      library.nvrtcDestroyProgram(program);
    }
  }

  private byte[] code(Pointer program) {
    LongByReference size = new LongByReference();
    check("the size of the code", library.nvrtcGetCUBINSize(program, size));
    try (Memory code = new Memory(size.getValue())) {
      check("the code", library.nvrtcGetCUBIN(program, code));
      return code.getByteArray(0, (int) size.getValue());
    }
  }

  private String log(Pointer program) {
    LongByReference size = new LongByReference();
    check("the size of the log", library.nvrtcGetProgramLogSize(program, size));
    try (Memory log = new Memory(size.getValue() + 1)) {
      check("the log", library.nvrtcGetProgramLog(program, log));
      return log.getString(0);
    }
  }

  private static void check(String wanted, int error) {
    if (error != 0) {
      throw new CudaException("NVRTC refused " + wanted + ": error " + error, error);
    }
  }
}
