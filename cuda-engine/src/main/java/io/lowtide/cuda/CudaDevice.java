package io.lowtide.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import io.lowtide.trainer.engine.EngineException;
import java.nio.charset.StandardCharsets;

/**
 * The first GPU that the driver shows ({@code CUDA_VISIBLE_DEVICES} chooses among several), and
 * what is asked of the driver. Shared by every fit of a process.
 */
final class CudaDevice {

  /** The least compute capability that kernels are made for, times ten. */
  static final int LEAST_CAPABILITY = 70;

  private static final String LIBRARY = "libcuda.so.1";

  private static final int MULTIPROCESSOR_COUNT = 16;
  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;
  private static final int COOPERATIVE_LAUNCH = 95;
  private static final int MAX_SHARED_MEMORY_PER_BLOCK_OPTIN = 97;
  private static final int FUNCTION_DYNAMIC_SHARED_MEMORY = 8;
  private static final int FUNCTION_SHARED_MEMORY_CARVEOUT = 9;
  private static final int WHOLE = 100;
  private static final int NON_BLOCKING = 1;

  private final DriverLibrary driver;
  private final Pointer context;
  private final String name;
  private final int driverVersion;
  private final int capability;
  private final int multiprocessors;
  private final int sharedBytes;
  private final boolean launchesTogether;

  private CudaDevice(DriverLibrary driver) {
    this.driver = driver;
    this.driverVersion = number("the driver's version", driver::cuDriverGetVersion);
    int device = number("the first GPU", value -> driver.cuDeviceGet(value, 0));
    byte[] text = new byte[256];
    check("the name of the GPU", driver.cuDeviceGetName(text, text.length, device));
    this.name = Native.toString(text, StandardCharsets.US_ASCII.name());
    this.capability =
        10 * attribute(CAPABILITY_MAJOR, device) + attribute(CAPABILITY_MINOR, device);
    this.multiprocessors = attribute(MULTIPROCESSOR_COUNT, device);
    this.sharedBytes = attribute(MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, device);
    this.launchesTogether = attribute(COOPERATIVE_LAUNCH, device) != 0;
    if (capability < LEAST_CAPABILITY) {
      throw new EngineException(
          name
              + " has compute capability "
              + capability / 10.0
              + ", expected at least "
              + LEAST_CAPABILITY / 10.0,
          null);
    }
    PointerByReference primary = new PointerByReference();
    check("the context of the GPU", driver.cuDevicePrimaryCtxRetain(primary, device));
    this.context = primary.getValue();
  }

  /**
   * Opens the driver's library and the first GPU.
   *
   * @throws EngineException if there is none that serves; the message is one line for people
   */
  static CudaDevice open() {
    return open(LIBRARY);
  }

  /**
   * Opens a library in the place of the driver's. One at a time: what is asked of a device goes to
   * the library that was opened last.
   *
   * @param library name or path
   */
  static synchronized CudaDevice open(String library) {
    DriverLibrary driver;
    try {
      driver = new DriverLibrary(library);
    } catch (LinkageError e) {
      throw new EngineException(
          "no NVIDIA driver: " + library + " cannot be loaded on this machine", e);
    }
    int error = driver.cuInit(0);
    IntByReference count = new IntByReference();
    if (error == 0) {
      error = driver.cuDeviceGetCount(count);
    }
    if (error != 0) {
      throw new EngineException("the NVIDIA driver shows no GPU: " + text(driver, error), null);
    }
    if (count.getValue() == 0) {
      throw new EngineException("the NVIDIA driver shows no GPU", null);
    }
    try {
      return new CudaDevice(driver);
    } catch (CudaException e) {
      throw new EngineException(e.getMessage(), e);
    }
  }

  /** Of the GPU. */
  String name() {
    return name;
  }

  /** The newest version of CUDA that the driver serves, as it is written: 13.0. */
  String driverVersion() {
    return driverVersion / 1000 + "." + driverVersion % 1000 / 10;
  }

  /** Compute capability times ten: 90 for 9.0. */
  int capability() {
    return capability;
  }

  /** Streaming multiprocessors. */
  int multiprocessors() {
    return multiprocessors;
  }

  /** Shared memory that a block can have. */
  int sharedBytes() {
    return sharedBytes;
  }

  /** Whether blocks can be launched that wait for each other. */
  boolean launchesTogether() {
    return launchesTogether;
  }

  /** To be called by a thread before it asks for anything below. */
  void enter() {
    check("to enter the context", driver.cuCtxSetCurrent(context));
  }

  /** Loads machine code, or PTX, which the driver compiles. */
  Pointer load(byte[] image) {
    // PTX is read to its end by a zero.
    try (Memory memory = new Memory(image.length + 1L)) {
      memory.write(0, image, 0, image.length);
      memory.setByte(image.length, (byte) 0);
      PointerByReference module = new PointerByReference();
      check("to load a kernel", driver.cuModuleLoadData(module, memory));
      return module.getValue();
    }
  }

  /** A kernel of a module. */
  Pointer function(Pointer module, String function) {
    PointerByReference found = new PointerByReference();
    check("kernel " + function, driver.cuModuleGetFunction(found, module, function));
    return found.getValue();
  }

  /** Lets a kernel have all the shared memory that a block can have. */
  void allowSharedBytes(Pointer function) {
    check(
        sharedBytes + " bytes of shared memory for a block",
        driver.cuFuncSetAttribute(function, FUNCTION_DYNAMIC_SHARED_MEMORY, sharedBytes));
    check(
        "the share of shared memory",
        driver.cuFuncSetAttribute(function, FUNCTION_SHARED_MEMORY_CARVEOUT, WHOLE));
  }

  /** Blocks that a multiprocessor runs at a time. */
  int blocksAtATime(Pointer function, int threads, int bytes) {
    return number(
        "the occupancy of a kernel",
        value ->
            driver.cuOccupancyMaxActiveBlocksPerMultiprocessor(value, function, threads, bytes));
  }

  /** An attribute of a kernel, by its number in the driver's header. */
  int functionAttribute(Pointer function, int attribute) {
    return number(
        "an attribute of a kernel", value -> driver.cuFuncGetAttribute(value, attribute, function));
  }

  /** Memory of the GPU, at least one byte. */
  long allocate(long bytes) {
    LongByReference address = new LongByReference();
    check(bytes + " bytes of GPU memory", driver.cuMemAlloc_v2(address, Math.max(1, bytes)));
    return address.getValue();
  }

  /** Gives memory of the GPU back. */
  void free(long address) {
    check("to free GPU memory", driver.cuMemFree_v2(address));
  }

  /** Memory of the machine that the GPU copies from and to by itself, at least one byte. */
  Pointer allocateHost(long bytes) {
    PointerByReference memory = new PointerByReference();
    check(bytes + " bytes of pinned memory", driver.cuMemHostAlloc(memory, Math.max(1, bytes), 0));
    return memory.getValue();
  }

  /** Gives pinned memory back. */
  void freeHost(Pointer memory) {
    check("to free pinned memory", driver.cuMemFreeHost(memory));
  }

  /** A queue of work of its own. */
  Pointer newStream() {
    PointerByReference stream = new PointerByReference();
    check("a stream", driver.cuStreamCreate(stream, NON_BLOCKING));
    return stream.getValue();
  }

  /** Waits until a stream has done all its work. */
  void await(Pointer stream) {
    check("the work of a stream", driver.cuStreamSynchronize(stream));
  }

  /** Gives a stream back. */
  void close(Pointer stream) {
    check("to close a stream", driver.cuStreamDestroy_v2(stream));
  }

  /** Queues a copy to the GPU. */
  void upload(long to, Pointer from, long bytes, Pointer stream) {
    check("a copy to the GPU", driver.cuMemcpyHtoDAsync_v2(to, from, bytes, stream));
  }

  /** Queues a copy from the GPU. */
  void download(Pointer to, long from, long bytes, Pointer stream) {
    check("a copy from the GPU", driver.cuMemcpyDtoHAsync_v2(to, from, bytes, stream));
  }

  /**
   * Queues a kernel.
   *
   * @param argument its one argument, which is copied before the call returns
   */
  void launch(
      Pointer function, int blocks, int threads, int bytes, Pointer stream, Pointer argument) {
    check(
        "to launch a kernel",
        driver.cuLaunchKernel(
            function, blocks, 1, 1, threads, 1, 1, bytes, stream, argument, Pointer.NULL));
  }

  /**
   * Queues a kernel whose blocks all run at a time, so that they can wait for each other.
   *
   * @param argument its one argument, which is copied before the call returns
   */
  void launchTogether(
      Pointer function, int blocks, int threads, int bytes, Pointer stream, Pointer argument) {
    check(
        "to launch a kernel whose blocks run at a time",
        driver.cuLaunchCooperativeKernel(
            function, blocks, 1, 1, threads, 1, 1, bytes, stream, argument));
  }

  /** Queues the filling of GPU memory with zeros. */
  void clear(long address, long bytes, Pointer stream) {
    check("to clear GPU memory", driver.cuMemsetD8Async(address, (byte) 0, bytes, stream));
  }

  private interface NumberCall {
    int into(IntByReference value);
  }

  private int number(String wanted, NumberCall call) {
    IntByReference value = new IntByReference();
    check(wanted, call.into(value));
    return value.getValue();
  }

  private int attribute(int attribute, int device) {
    return number(
        "an attribute of the GPU", value -> driver.cuDeviceGetAttribute(value, attribute, device));
  }

  private void check(String wanted, int error) {
    if (error != 0) {
      throw new CudaException("CUDA refused " + wanted + ": " + text(driver, error), error);
    }
  }

  private static String text(DriverLibrary driver, int error) {
    PointerByReference name = new PointerByReference();
    PointerByReference text = new PointerByReference();
    if (driver.cuGetErrorName(error, name) != 0 || driver.cuGetErrorString(error, text) != 0) {
      return "error " + error;
    }
    return name.getValue().getString(0) + " (" + text.getValue().getString(0) + ")";
  }
}
