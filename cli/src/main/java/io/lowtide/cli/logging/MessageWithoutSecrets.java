package io.lowtide.cli.logging;

import ch.qos.logback.classic.pattern.MessageConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.lowtide.kafka.settings.Secrets;

/** The message of a log line, whoever wrote it, but for the secrets in it. */
public final class MessageWithoutSecrets extends MessageConverter {

  @Override
  public String convert(ILoggingEvent event) {
    return Secrets.hide(super.convert(event));
  }
}
