package io.lowtide.stream.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lowtide.kafka.model.ModelRole;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class KeptModelsTest {

  private final KeptModels models = new KeptModels();

  private static ModelEntry model(String version, ModelRole role, long publishedAt) {
    return new ModelEntry(version, role, 1, publishedAt, 1_000, "because of " + version);
  }

  private List<String> shown() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    models.addAll(array);
    return StreamSupport.stream(array.spliterator(), false)
        .map(one -> one.get("version").asText() + " " + one.get("role").asText())
        .toList();
  }

  @Test
  void shouldShowEachVersionOnceAsWhatItWasLast() {
    models.add(model("v1", ModelRole.CHAMPION, 10));
    models.add(model("v1", ModelRole.ARCHIVE, 10));
    models.add(model("v2", ModelRole.ARCHIVE, 20));
    models.add(model("v2", ModelRole.CHAMPION, 20));
    models.add(model("v3", ModelRole.CHALLENGER, 30));
    assertThat(shown()).containsExactly("v1 champion", "v2 champion", "v3 challenger");

    models.add(model("v3", ModelRole.CHAMPION, 40));
    models.add(model("v1", ModelRole.CHAMPION, 50));
    assertThat(shown()).containsExactly("v2 champion", "v3 champion", "v1 champion");
  }

  @Test
  void shouldForgetAChallengerThatIsTakenAway() {
    models.add(model("v1", ModelRole.CHAMPION, 10));
    models.add(model("v2", ModelRole.CHALLENGER, 20));
    shown();
    assertThat(models.haveChanged()).isFalse();
    models.removeChallenger();
    assertThat(models.haveChanged()).isTrue();
    assertThat(shown()).containsExactly("v1 champion");
    models.removeChallenger();
    assertThat(models.haveChanged()).isFalse();
  }

  @Test
  void shouldKeepTheNewest() {
    for (int i = 0; i < 100; i++) {
      models.add(model("v" + i, ModelRole.CHAMPION, i));
    }
    assertThat(shown()).hasSize(20).endsWith("v99 champion");
  }
}
