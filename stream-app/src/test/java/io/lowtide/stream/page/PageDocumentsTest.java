package io.lowtide.stream.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.stream.http.Document;
import io.lowtide.stream.http.HostNames;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PageDocumentsTest {

  private static final Map<String, String> BODIES =
      PageDocuments.all(HostNames.any()).stream()
          .collect(
              Collectors.toMap(
                  Document::path, (Function<Document, String>) d -> d.answer().body()));

  private static Set<String> found(String pattern) {
    Set<String> found = new TreeSet<>();
    for (String body : BODIES.values()) {
      Matcher matcher = Pattern.compile(pattern).matcher(body);
      while (matcher.find()) {
        found.add(matcher.group(1));
      }
    }
    return found;
  }

  @Test
  void shouldServeEachFileThatThePageAsksFor() {
    assertThat(BODIES).containsKey("/");
    assertThat(BODIES.keySet()).containsAll(found("(?:href|src)=\"(/[^\"#]*)\""));
    Set<String> modules = found("from \"\\./([a-z]+\\.js)\"");
    assertThat(modules).hasSizeGreaterThan(5);
    assertThat(BODIES.keySet()).containsAll(modules.stream().map(m -> "/page/" + m).toList());
  }

  @Test
  void shouldAskForNothingFromElsewhere() {
    assertThat(found("(https?://[^\"' ]*)")).containsOnly("http://www.w3.org/2000/svg");
    assertThat(found("((?:src|href)=\"//)")).isEmpty();
    assertThat(found("(@import|url\\()")).isEmpty();
  }

  @Test
  void shouldTakeNoTextForMarkupOrCode() {
    List<String> sinks =
        List.of("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");
    for (String body : BODIES.values()) {
      assertThat(body).doesNotContain(sinks.toArray(String[]::new));
    }
    assertThat(found("( on[a-z]+=)")).isEmpty();
    assertThat(found("( style=|<style|<script>)")).isEmpty();
  }

  @Test
  void shouldForbidWhatThePageDoesNotNeed() {
    for (Document document : PageDocuments.all(HostNames.any())) {
      assertThat(document.answer().headers().get("Content-Security-Policy"))
          .contains("default-src 'none'", "frame-ancestors 'none'", "form-action 'none'")
          .doesNotContain("unsafe", "*", "data:", "http");
      assertThat(document.answer().contentType()).isNotNull();
    }
  }
}
