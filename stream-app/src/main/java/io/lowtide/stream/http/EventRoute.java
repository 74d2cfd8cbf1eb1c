package io.lowtide.stream.http;

/**
 * A path under which server-sent events are followed: its connections stay open, and each event is
 * sent to all of them. HEAD asks whether there is room for one more.
 *
 * @param path the whole path, such as {@code /page/events}
 * @param hosts the names that it may be asked for under
 * @param audience those who follow
 */
public record EventRoute(String path, HostNames hosts, EventAudience audience)
    implements Resource {}
