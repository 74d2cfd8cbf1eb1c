package io.lowtide.cli;

import java.util.concurrent.Callable;

/**
 * A command of {@code lowtide}: a class with picocli's {@code @Command} and a public constructor
 * without arguments, in the module whose feature it is. It is found by {@link
 * java.util.ServiceLoader}, so that an installation offers just the commands that its class path
 * holds.
 *
 * <p>It writes to the {@code getOut()} of its command line, throws what goes wrong for {@link
 * CommandErrors} to tell, and returns an exit code of {@code CommandLine.ExitCode}.
 */
public interface LowtideCommand extends Callable<Integer> {}
