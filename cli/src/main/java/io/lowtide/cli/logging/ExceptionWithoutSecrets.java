package io.lowtide.cli.logging;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.IThrowableProxy;
import io.lowtide.kafka.settings.Secrets;

/** The exception of a log line but for the secrets in it. */
public final class ExceptionWithoutSecrets extends ThrowableProxyConverter {

  @Override
  protected String throwableProxyToString(IThrowableProxy thrown) {
    return Secrets.hide(super.throwableProxyToString(thrown));
  }
}
