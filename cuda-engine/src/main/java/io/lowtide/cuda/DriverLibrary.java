package io.lowtide.cuda;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/**
 * What is used of the CUDA driver API, the library that comes with NVIDIA's driver. Every function
 * returns 0, or the number of an error. Device memory is addressed by number.
 *
 * <p>Calls go straight to the library, without a proxy: an iteration makes a dozen. So the last
 * library that was opened serves every instance.
 */
final class DriverLibrary {

  /**
   * Opens it.
   *
   * @param name or path
   * @throws LinkageError if there is no such library, or it lacks a function
   */
  DriverLibrary(String name) {
    Native.register(DriverLibrary.class, NativeLibrary.getInstance(name));
  }

  native int cuInit(int flags);

  native int cuDriverGetVersion(IntByReference version);

  native int cuDeviceGetCount(IntByReference count);

  native int cuDeviceGet(IntByReference device, int ordinal);

  native int cuDeviceGetName(byte[] name, int length, int device);

  native int cuDeviceGetAttribute(IntByReference value, int attribute, int device);

  native int cuDevicePrimaryCtxRetain(PointerByReference context, int device);

  native int cuCtxSetCurrent(Pointer context);

  native int cuModuleLoadData(PointerByReference module, Pointer image);

  native int cuModuleGetFunction(PointerByReference function, Pointer module, String name);

  native int cuFuncSetAttribute(Pointer function, int attribute, int value);

  native int cuFuncGetAttribute(IntByReference value, int attribute, Pointer function);

  native int cuOccupancyMaxActiveBlocksPerMultiprocessor(
      IntByReference blocks, Pointer function, int threads, long sharedBytes);

  native int cuMemAlloc_v2(LongByReference address, long bytes);

  native int cuMemFree_v2(long address);

  native int cuMemHostAlloc(PointerByReference memory, long bytes, int flags);

  native int cuMemFreeHost(Pointer memory);

  native int cuMemcpyHtoDAsync_v2(long to, Pointer from, long bytes, Pointer stream);

  native int cuMemcpyDtoHAsync_v2(Pointer to, long from, long bytes, Pointer stream);

  native int cuMemsetD8Async(long to, byte value, long bytes, Pointer stream);

  native int cuStreamCreate(PointerByReference stream, int flags);

  native int cuStreamSynchronize(Pointer stream);

  native int cuStreamDestroy_v2(Pointer stream);

  native int cuLaunchKernel(
      Pointer function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      Pointer stream,
      Pointer parameters,
      Pointer extra);

  native int cuLaunchCooperativeKernel(
      Pointer function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      Pointer stream,
      Pointer parameters);

  native int cuGetErrorName(int error, PointerByReference name);

  native int cuGetErrorString(int error, PointerByReference text);
}
