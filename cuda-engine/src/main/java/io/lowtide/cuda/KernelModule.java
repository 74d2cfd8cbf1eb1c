package io.lowtide.cuda;

import com.sun.jna.Pointer;

/** Kernels of one shape, loaded. */
final class KernelModule {

  /** Threads of a block of every kernel but {@code flow}. */
  static final int THREADS = 256;

  private static final int SIZES = 5;

  private final CudaDevice device;
  private final KernelShape shape;
  private final Pointer flow;
  private final Pointer prepare;
  private final Pointer reduce;
  private final Pointer finish;
  private final int parameters;
  private final int parametersPerContext;
  private final int operands;
  private final int sharedNumbers;
  private final int sharedNumbersPerContext;

  /**
   * @param device whose context the calling thread is in
   * @param image of the kernels
   */
  KernelModule(CudaDevice device, KernelShape shape, byte[] image) {
    this.device = device;
    this.shape = shape;
    Pointer module = device.load(image);
    this.flow = device.function(module, "flow");
    this.prepare = device.function(module, "prepare");
    this.reduce = device.function(module, "reduce");
    this.finish = device.function(module, "finish");
    device.allowSharedBytes(flow);
    int[] sizes = sizes(device, device.function(module, "describe"));
    this.parameters = sizes[0];
    this.parametersPerContext = sizes[1];
    this.operands = sizes[2];
    this.sharedNumbers = sizes[3];
    this.sharedNumbersPerContext = sizes[4];
  }

  /** The source alone says how it lays its memory out. */
  private static int[] sizes(CudaDevice device, Pointer describe) {
    long bytes = (long) SIZES * Integer.BYTES;
    long address = device.allocate(bytes);
    Pointer host = device.allocateHost(bytes);
    Pointer stream = device.newStream();
    try (KernelArgument argument = new KernelArgument()) {
      argument.setSizes(address);
      device.launch(describe, 1, 1, 0, stream, argument.pointer());
      device.download(host, address, bytes, stream);
      device.await(stream);
      return host.getIntArray(0, SIZES);
    } finally {
      device.close(stream);
      device.freeHost(host);
      device.free(address);
    }
  }

  KernelShape shape() {
    return shape;
  }

  /** Length of the kernel's parameter vector. */
  int parameters(int contextDimensions) {
    return parameters + contextDimensions * parametersPerContext;
  }

  /** Numbers of the operands. */
  int operands() {
    return operands;
  }

  /** Shared memory of a block. */
  int sharedBytes(int contextDimensions) {
    return shape.bytes() * (sharedNumbers + contextDimensions * sharedNumbersPerContext);
  }

  /** Blocks that the device runs at a time; 0 if not even one. */
  int blocksAtATime(int contextDimensions) {
    return device.multiprocessors()
        * device.blocksAtATime(flow, shape.threads(), sharedBytes(contextDimensions));
  }

  /** Registers of a thread, and bytes of it that found no register. */
  int[] registersAndSpilledBytes() {
    return new int[] {device.functionAttribute(flow, 4), device.functionAttribute(flow, 3)};
  }

  void prepare(Pointer stream, Pointer argument) {
    each(prepare, Math.max(shape.units() * shape.units(), 4 * shape.units() * shape.layers()))
        .launch(stream, argument);
  }

  /**
   * Solves.
   *
   * @param together whether blocks wait for each other
   */
  void flow(int blocks, boolean together, int contextDimensions, Pointer stream, Pointer argument) {
    int bytes = sharedBytes(contextDimensions);
    if (together) {
      device.launchTogether(flow, blocks, shape.threads(), bytes, stream, argument);
    } else {
      device.launch(flow, blocks, shape.threads(), bytes, stream, argument);
    }
  }

  /** Sums the blocks' parts of the gradient, and finishes it. */
  void sum(int contextDimensions, Pointer stream, Pointer argument) {
    each(reduce, parameters(contextDimensions)).launch(stream, argument);
    each(finish, parameters(contextDimensions)).launch(stream, argument);
  }

  private interface Launch {
    void launch(Pointer stream, Pointer argument);
  }

  private Launch each(Pointer kernel, int elements) {
    int blocks = (elements + THREADS - 1) / THREADS;
    return (stream, argument) -> device.launch(kernel, blocks, THREADS, 0, stream, argument);
  }
}
