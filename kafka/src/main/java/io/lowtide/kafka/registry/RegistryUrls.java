package io.lowtide.kafka.registry;

import io.lowtide.kafka.settings.Secrets;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;

/**
 * The registry's URLs as configured, taken apart so that credentials in them reach the client as a
 * setting, and never a log line or an error.
 *
 * @param urls the URLs without credentials
 * @param userInfo {@code user:password} as written in the URLs, or null
 */
record RegistryUrls(List<String> urls, String userInfo) {

  static final String SETTING = "schema.registry.url";

  private static final Pattern PLACE =
      Pattern.compile("([A-Za-z][\\w+.-]*:)?/{0,2}[\\w.-]*(:\\d*)?(/(?!/)[^:?#]*)?");

  /** Takes the setting apart: one URL, or several separated by commas, or a list of them. */
  static RegistryUrls of(Object setting) {
    List<String> urls = new ArrayList<>();
    String userInfo = null;
    Secrets.remember(SETTING, String.valueOf(setting));
    for (String text : split(setting)) {
      URI uri = parse(text);
      if (uri.getRawUserInfo() != null) {
        if (userInfo != null && !userInfo.equals(uri.getRawUserInfo())) {
          throw new ConfigException(SETTING + ": its URLs carry different credentials; use one");
        }
        userInfo = uri.getRawUserInfo();
      }
      urls.add(text.replaceFirst("//[^/]*@", "//"));
    }
    if (urls.isEmpty()) {
      throw new ConfigException(
          SETTING + " is missing: give the schema registry's URL, such as http://localhost:8081");
    }
    return new RegistryUrls(List.copyOf(urls), userInfo);
  }

  /** The URLs without what follows a question mark, which may be a key. */
  List<String> shown() {
    return urls.stream().map(url -> url.replaceFirst("\\?.*", "")).toList();
  }

  private static List<String> split(Object setting) {
    if (setting == null) {
      return List.of();
    }
    List<String> parts = new ArrayList<>();
    for (Object each : setting instanceof List<?> list ? list : List.of(setting)) {
      for (String part : each.toString().split(",")) {
        if (!part.isBlank()) {
          parts.add(part.strip());
        }
      }
    }
    return parts;
  }

  /** Without credentials; not at all where what looks like a port is no number. */
  private static String shown(String text) {
    String withoutUser = text.substring(text.lastIndexOf('@') + 1);
    return PLACE.matcher(withoutUser).matches() ? withoutUser : Secrets.HIDDEN;
  }

  private static URI parse(String text) {
    try {
      URI uri = new URI(text);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if ("mock".equals(uri.getScheme()) || web && uri.getHost() != null) {
        return uri;
      }
    } catch (URISyntaxException malformed) {
      // Its message repeats the text, credentials included: refused below without it.
    }
    throw new ConfigException(
        SETTING
            + ": not a registry URL: "
            + shown(text)
            + "; expected http://HOST:PORT, https://HOST:PORT or mock://SCOPE");
  }
}
