package io.lowtide.kafka.settings;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hides what people typed into the places of secrets. Every setting passes through {@link
 * #remember}, and every error and log line that may repeat one through {@link #hide}: Kafka's
 * clients, the registry's and Java itself put a value that they do not understand into their
 * messages. What was typed is remembered for the whole process, since it may come back from
 * anywhere.
 */
public final class Secrets {

  /** Stands where a secret was. */
  public static final String HIDDEN = "[hidden]";

  /** Shorter ones would hide parts of ordinary words, and are guessed anyway. */
  private static final int SHORTEST = 3;

  private static final int DEEPEST_CAUSE = 16;

  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "passw(or)?d|passphrase|secret|token|jaas|user\\.?info|credential|api\\.?key"
              + "|private\\.?key|keystore\\.key|certificate");

  /** Ends of names that sound secret and hold a place, a kind or a number. */
  private static final Pattern NO_SECRET_NAME =
      Pattern.compile(
          "\\.(id|url|uri|source|class|type|location|file|path|name|ms|s|seconds|algorithm)$");

  private static final String JAAS = "jaas";
  private static final String JAAS_USER = "username";

  /** A word or a quoted text of a JAAS entry, and the equals sign after the name of an option. */
  private static final Pattern JAAS_TOKEN = Pattern.compile("([^\\s\"';=]+)(\\s*=)?");

  private static final Pattern JAAS_WORD =
      Pattern.compile("(?i)required|requisite|sufficient|optional|true|false|\\S*LoginModule");

  private static final Pattern PEM_LINE = Pattern.compile("-----[^-]*-----");

  /** The value of an option, which the closing quote may lack. */
  private static final Pattern JAAS_QUOTED =
      Pattern.compile("(\\w+)\\s*=\\s*(?:\"([^\"\\n]*)|'([^'\\n]*))");

  /** What stands before the host of a URL: USER:PASSWORD@, USER@ or :PASSWORD@. */
  private static final Pattern USER_IN_URL =
      Pattern.compile("(//)([^\\s/:,\"'@]*(?::[^\\s,\"']*)?)@(?=[^\\s@])");

  /** The same where the scheme was forgotten; without a colon it is no password. */
  private static final Pattern USER_WITHOUT_URL =
      Pattern.compile("()([^\\s/:@,\"'=(]+:(?!//)[^\\s,\"']*)@(?=[^\\s@])");

  /** What follows the question mark of a URL. */
  private static final Pattern QUERY = Pattern.compile("//[^\\s?,]*\\?([^\\s,]+)");

  private static final Pattern ARGUMENT =
      Pattern.compile("(-*[\\w.-]+)(?:[=:\\s](.*))?", Pattern.DOTALL);

  private static final Set<String> TYPED = ConcurrentHashMap.newKeySet();

  private Secrets() {}

  /** Whether a setting of this name holds a secret. */
  public static boolean isSecret(String name) {
    String small = name.toLowerCase(Locale.ROOT).replace('_', '.').replace('-', '.');
    return SECRET_NAME.matcher(small).find() && !NO_SECRET_NAME.matcher(small).find();
  }

  /**
   * Remembers the secrets in a setting: the value itself if its name says that it is one, and user,
   * password and query of a URL whatever the name.
   */
  public static void remember(String name, String value) {
    for (Pattern place : List.of(USER_IN_URL, USER_WITHOUT_URL)) {
      place.matcher(value).results().forEach(found -> rememberUserInfo(found.group(2)));
    }
    QUERY
        .matcher(value)
        .results()
        .flatMap(found -> Arrays.stream(found.group(1).split("&")))
        .map(parameter -> parameter.substring(parameter.indexOf('=') + 1))
        .forEach(Secrets::add);
    if (!isSecret(name)) {
      return;
    }
    add(value);
    if (name.toLowerCase(Locale.ROOT).contains(JAAS)) {
      rememberJaas(value);
    } else {
      rememberUserInfo(value);
      // Keys and certificates are printed line by line, if they are.
      PEM_LINE.matcher(value).replaceAll(" ").lines().forEach(Secrets::add);
    }
  }

  private static void rememberUserInfo(String userInfo) {
    add(userInfo);
    int colon = userInfo.indexOf(':');
    if (colon >= 0) {
      String password = userInfo.substring(colon + 1);
      add(password);
      try {
        add(URLDecoder.decode(password, StandardCharsets.UTF_8));
      } catch (IllegalArgumentException notEncoded) {
        // Then it is used as it is.
      }
    }
  }

  /** Of an entry that nobody may be able to read, every word that is no name of something. */
  private static void rememberJaas(String entry) {
    for (MatchResult quoted : JAAS_QUOTED.matcher(entry).results().toList()) {
      if (!quoted.group(1).equals(JAAS_USER)) {
        add(quoted.group(2) == null ? quoted.group(3) : quoted.group(2));
      }
    }
    String option = null;
    Matcher token = JAAS_TOKEN.matcher(entry);
    while (token.find()) {
      String word = token.group(1);
      if (token.group(2) != null && option == null) {
        option = word;
      } else {
        if (!JAAS_USER.equals(option) && !JAAS_WORD.matcher(word).matches()) {
          add(word);
        }
        option = null;
      }
    }
  }

  /** Remembers the secrets in arguments of a command line that may be malformed. */
  public static void rememberArguments(String... arguments) {
    boolean valueOfSecret = false;
    for (String argument : arguments) {
      if (valueOfSecret) {
        remember("secret", argument);
      }
      valueOfSecret = rememberArgument(argument);
    }
  }

  /** Whether it ends with the name of a secret, so that the next one may be its value. */
  private static boolean rememberArgument(String argument) {
    Matcher parts = ARGUMENT.matcher(argument);
    if (!parts.matches()) {
      return false;
    }
    String name = parts.group(1);
    String value = parts.group(2);
    if (!isSecret(name)) {
      return value != null && rememberArgument(value);
    }
    if (value != null) {
      remember(name, value);
    }
    return value == null;
  }

  private static void add(String text) {
    String stripped = text.strip();
    if (stripped.length() >= SHORTEST) {
      TYPED.add(stripped);
    }
  }

  /** The text without the secrets in it. */
  public static String hide(String text) {
    if (text == null) {
      return null;
    }
    String shown = text;
    List<String> longestFirst = new ArrayList<>(TYPED);
    longestFirst.sort(Comparator.comparingInt(String::length).reversed());
    for (String secret : longestFirst) {
      shown = shown.replace(secret, HIDDEN);
    }
    for (Pattern place : List.of(USER_IN_URL, USER_WITHOUT_URL)) {
      shown = place.matcher(shown).replaceAll("$1" + Matcher.quoteReplacement(HIDDEN) + "@");
    }
    return shown;
  }

  /**
   * The fault, if neither it nor its causes repeat a secret, or else one that says the same without
   * it.
   */
  public static Throwable hide(Throwable fault) {
    return repeatsOne(fault) ? hidden(fault, DEEPEST_CAUSE) : fault;
  }

  private static boolean repeatsOne(Throwable fault) {
    Throwable cause = fault;
    for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
      if (!String.valueOf(cause.getMessage()).equals(hide(String.valueOf(cause.getMessage())))) {
        return true;
      }
      for (Throwable suppressed : cause.getSuppressed()) {
        if (repeatsOne(suppressed)) {
          return true;
        }
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static HiddenSecretException hidden(Throwable fault, int depth) {
    Throwable cause =
        fault.getCause() == null || depth == 0 ? null : hidden(fault.getCause(), depth - 1);
    HiddenSecretException shown =
        new HiddenSecretException(fault.getClass(), hide(fault.getMessage()), cause);
    shown.setStackTrace(fault.getStackTrace());
    return shown;
  }
}
