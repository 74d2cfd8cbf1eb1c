package io.lowtide.density.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.lowtide.density.TestBundles;
import io.lowtide.density.bundle.BundleException.Reason;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.HiddenLayer;
import io.lowtide.schemas.Probe;
import io.lowtide.schemas.Solver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelBundleTest {

  private final ModelBundle bundle = TestBundles.bundle();

  @TempDir private Path directory;

  @Test
  void shouldReadTheFileItWrote() throws Exception {
    Path file = directory.resolve("model.avro");
    BundleFiles.write(file, bundle);
    assertThat(BundleFiles.read(file).record()).isEqualTo(bundle.record());
    assertThat(directory).isDirectoryContaining(path -> path.equals(file));
    assertThat(Files.list(directory)).hasSize(1);
  }

  @Test
  void shouldDecodeTheMessageItEncoded() throws Exception {
    ModelBundle decoded =
        BundleCodec.decode(BundleCodec.encode(bundle), DensityModel.getClassSchema());
    assertThat(decoded.record()).isEqualTo(bundle.record());
  }

  @Test
  void shouldRefuseEveryFlippedBit() throws Exception {
    byte[] intact = BundleCodec.encode(bundle);
    Random random = new Random(3);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = intact.clone();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> BundleCodec.decode(bytes, DensityModel.getClassSchema()))
          .isInstanceOf(BundleException.class);
    }
  }

  @Test
  void shouldRefuseEveryFlippedBitOfAFile() throws Exception {
    Path file = directory.resolve("model.avro");
    BundleFiles.write(file, bundle);
    byte[] intact = Files.readAllBytes(file);
    Random random = new Random(4);
    for (int i = 0; i < 1000; i++) {
      byte[] bytes = intact.clone();
      // The header holds the schema text, whose documentation may change without harm.
      int header = intact.length - BundleCodec.encode(bundle).length;
      bytes[header + random.nextInt(bytes.length - header)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bytes);
      assertThatThrownBy(() -> BundleFiles.read(file)).isInstanceOf(BundleException.class);
    }
  }

  @Test
  void shouldRefuseATruncatedBundle() throws Exception {
    byte[] intact = BundleCodec.encode(bundle);
    for (int length : new int[] {0, 1, 10, intact.length / 2, intact.length - 1}) {
      byte[] bytes = Arrays.copyOf(intact, length);
      BundleException refusal =
          catchThrowableOfType(
              BundleException.class,
              () -> BundleCodec.decode(bytes, DensityModel.getClassSchema()));
      assertThat(refusal.reason()).isEqualTo(Reason.UNREADABLE);
      assertThat(refusal).hasMessageContaining(length + " bytes");
    }
  }

  @Test
  void shouldRefuseAnEmptyFile() throws Exception {
    Path file = Files.createFile(directory.resolve("empty.avro"));
    BundleException refusal =
        catchThrowableOfType(BundleException.class, () -> BundleFiles.read(file));
    assertThat(refusal.reason()).isEqualTo(Reason.UNREADABLE);
  }

  @Test
  void shouldRefuseAnUnknownFormatVersion() {
    assertRefused(model -> model.setFormatVersion(5), Reason.FORMAT_VERSION, "5, expected 2 to 4");
  }

  /** As the version before wrote it: without the fields that came later. */
  @Test
  void shouldReadABundleOfTheFormatVersionBefore() throws Exception {
    Schema current = DensityModel.getClassSchema();
    JsonNode json = new ObjectMapper().readTree(current.toString());
    removeFields(
        json,
        Set.of(
            "missingOffset",
            "contextWeights",
            "parent",
            "givenParent",
            "categories",
            "gridMethod"));
    Schema second = new Schema.Parser().parse(json.toString());
    GenericRecord record =
        new GenericDatumReader<GenericRecord>(current, second)
            .read(null, DecoderFactory.get().binaryDecoder(BundleCodec.encode(bundle), null));
    record.put("formatVersion", 2);
    record.put("sha256", "");
    record.put("sha256", BundleHash.of(record));

    ModelBundle read = BundleCodec.decode(BundleHash.encode(record), second);
    assertThat(read.record().getFormatVersion()).isEqualTo(2);
    assertThat(read.record().getProbes().get(0).getLogLikelihood())
        .isEqualTo(bundle.record().getProbes().get(0).getLogLikelihood());
  }

  private static void removeFields(JsonNode node, Set<String> names) {
    JsonNode fields = node.path("fields");
    for (int i = fields.size() - 1; i >= 0; i--) {
      if (names.contains(fields.get(i).path("name").asText())) {
        ((ArrayNode) fields).remove(i);
      }
    }
    node.forEach(child -> removeFields(child, names));
  }

  @Test
  void shouldRefuseAnUnknownGridMethod() {
    assertRefused(
        model -> {
          Solver solver = Solver.newBuilder(model.getSolver()).setGridMethod("milne").build();
          model.setSolver(solver);
        },
        Reason.INVALID_VALUE,
        "grid method: \"milne\", expected runge-kutta or adams");
  }

  @Test
  void shouldRefuseAGridOfTooManySteps() {
    assertRefused(
        model -> {
          Solver solver = Solver.newBuilder(model.getSolver()).setFixedSteps(10_001).build();
          model.setSolver(solver);
        },
        Reason.INVALID_VALUE,
        "fixedSteps: 10001, expected between 0 and 10000");
  }

  @Test
  void shouldRefuseContentThatDoesNotMatchItsHash() {
    DensityModel tampered = DensityModel.newBuilder(bundle.record()).setDetector("other").build();
    assertThatThrownBy(() -> ModelBundle.of(tampered))
        .isInstanceOfSatisfying(
            BundleException.class, e -> assertThat(e.reason()).isEqualTo(Reason.HASH_MISMATCH));
  }

  @Test
  void shouldRefuseWeightsOfTheWrongLength() {
    assertRefused(
        model -> {
          HiddenLayer layer = bundle.record().getField().getHidden().get(0);
          List<Float> shortened = layer.getWeights().subList(1, layer.getWeights().size());
          model.getField().getHidden().set(0, withWeights(layer, shortened));
        },
        Reason.SHAPE,
        "hidden[0].weights: 47 numbers, expected 48");
  }

  @Test
  void shouldRefuseAWeightThatIsNotFinite() {
    assertRefused(
        model -> {
          HiddenLayer layer = bundle.record().getField().getHidden().get(0);
          List<Float> weights = new ArrayList<>(layer.getWeights());
          weights.set(3, Float.NaN);
          model.getField().getHidden().set(0, withWeights(layer, weights));
        },
        Reason.INVALID_VALUE,
        "hidden[0].weights[3]: NaN");
  }

  @Test
  void shouldRefuseAProbeThatScoresDifferently() {
    assertRefused(
        model -> {
          Probe probe = model.getProbes().get(1);
          model
              .getProbes()
              .set(
                  1,
                  new Probe(
                      probe.getValues(),
                      probe.getCategories(),
                      probe.getContext(),
                      probe.getLogLikelihood() + 0.1));
        },
        Reason.PROBE_MISMATCH,
        "probes[1]: log-likelihood");
  }

  private static HiddenLayer withWeights(HiddenLayer layer, List<Float> weights) {
    return HiddenLayer.newBuilder(layer).setWeights(weights).build();
  }

  /** Applies a change, hashes the result as an attacker or a careless tool would, and loads it. */
  private void assertRefused(Consumer<DensityModel.Builder> change, Reason reason, String message) {
    DensityModel.Builder builder = DensityModel.newBuilder(bundle.record());
    change.accept(builder);
    DensityModel changed = builder.setSha256("").build();
    DensityModel hashed =
        DensityModel.newBuilder(changed).setSha256(BundleHash.of(changed)).build();
    assertThatThrownBy(() -> ModelBundle.of(hashed))
        .isInstanceOfSatisfying(
            BundleException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }
}
