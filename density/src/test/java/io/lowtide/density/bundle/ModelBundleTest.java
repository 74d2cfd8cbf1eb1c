package io.lowtide.density.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lowtide.density.TestBundles;
import io.lowtide.density.bundle.BundleException.Reason;
import io.lowtide.schemas.Calibration;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.ExpectedRanges;
import io.lowtide.schemas.HiddenLayer;
import io.lowtide.schemas.Kernels;
import io.lowtide.schemas.MixtureBase;
import io.lowtide.schemas.MixtureComponent;
import io.lowtide.schemas.Probe;
import io.lowtide.schemas.Solver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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
    assertRefused(model -> model.setFormatVersion(9), Reason.FORMAT_VERSION, "9, expected 2 to 8");
  }

  static Stream<Arguments> earlierVersionsWithTheFieldsThatTheyLack() {
    return Stream.of(
        arguments(
            2,
            Set.of(
                "base",
                "missingOffset",
                "contextWeights",
                "parent",
                "givenParent",
                "categories",
                "gridMethod")),
        arguments(3, Set.of("base", "gridMethod")),
        arguments(4, Set.of("base")));
  }

  @ParameterizedTest
  @MethodSource("earlierVersionsWithTheFieldsThatTheyLack")
  void shouldReadABundleOfAnEarlierFormatVersion(int version, Set<String> lacking)
      throws Exception {
    GenericRecord written = asWrittenBy(version, lacking);

    ModelBundle read = BundleCodec.decode(BundleHash.encode(written), written.getSchema());
    // What is read can be kept and published again, under the schema of today.
    assertThat(
            BundleCodec.decode(BundleCodec.encode(read), DensityModel.getClassSchema())
                .record()
                .getFormatVersion())
        .isEqualTo(version);
    assertThat(read.record().getFormatVersion()).isEqualTo(version);
    assertThat(read.record().getProbes().get(0).getLogLikelihood())
        .isEqualTo(bundle.record().getProbes().get(0).getLogLikelihood());
    assertThat(read.record().getCalibration()).isEqualTo(bundle.record().getCalibration());
  }

  @Test
  void shouldReadAFileOfTheFormatVersionBefore() throws Exception {
    GenericRecord written = asWrittenBy(4, Set.of("base"));
    assertThat(((GenericRecord) written.get("calibration")).hasField("sortedLogLikelihoods"))
        .isTrue();
    Path file = directory.resolve("model.avro");
    try (DataFileWriter<GenericRecord> writer = new DataFileWriter<>(new GenericDatumWriter<>())) {
      writer.create(written.getSchema(), file.toFile());
      writer.append(written);
    }

    ModelBundle read = BundleFiles.read(file);
    assertThat(read.record().getFormatVersion()).isEqualTo(4);
    assertThat(read.record().getCalibration()).isEqualTo(bundle.record().getCalibration());
    // As the stream application keeps a copy of it.
    BundleFiles.write(file, read);
    assertThat(BundleFiles.read(file).record()).isEqualTo(read.record());
  }

  /** Without the fields that the version lacks, and with the names that fields had in it. */
  private GenericRecord asWrittenBy(int version, Set<String> lacking) throws IOException {
    JsonNode json = new ObjectMapper().readTree(DensityModel.getClassSchema().toString());
    for (JsonNode renamed : json.findParents("aliases")) {
      ObjectNode field = (ObjectNode) renamed;
      field.set("name", field.remove("aliases").get(0));
    }
    // In binary no field has a name: the bundle's bytes are a record of this schema, too.
    Schema complete = new Schema.Parser().parse(json.toString());
    removeFields(json, lacking);
    Schema schema = new Schema.Parser().parse(json.toString());
    GenericRecord record =
        new GenericDatumReader<GenericRecord>(complete, schema)
            .read(null, DecoderFactory.get().binaryDecoder(BundleCodec.encode(bundle), null));
    record.put("formatVersion", version);
    record.put("sha256", "");
    record.put("sha256", BundleHash.of(record));
    return record;
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
  void shouldSayInItsFormatVersionThatItsBaseIsAMixture() throws Exception {
    requireReadAsWritten(TestBundles.mixtureBundle(), 7);
    assertThat(bundle.record().getFormatVersion()).isEqualTo(5);
  }

  @Test
  void shouldSayInItsFormatVersionThatKernelsStandBesideTheMixture() throws Exception {
    requireReadAsWritten(TestBundles.kernelBundle(), 8);
    requireReadAsWritten(TestBundles.optionalKernelBundle(), 8);
  }

  private static void requireReadAsWritten(ModelBundle written, int formatVersion)
      throws Exception {
    ModelBundle read =
        BundleCodec.decode(BundleCodec.encode(written), DensityModel.getClassSchema());

    assertThat(read.record()).isEqualTo(written.record());
    assertThat(read.record().getFormatVersion()).isEqualTo(formatVersion);
    double[] z = {0.2, -0.6, 1};
    assertThat(read.flow().base().newEvaluator().logDensity(z))
        .isEqualTo(written.flow().base().newEvaluator().logDensity(z));
  }

  @Test
  void shouldBeTheMixtureAloneWithoutItsKernels() throws Exception {
    ModelBundle kernels = TestBundles.kernelBundle();
    ModelBundle mixture = kernels.withoutKernels();

    assertThat(mixture.record().getFormatVersion()).isEqualTo(7);
    assertThat(mixture.record().getBase().getKernels()).isNull();
    assertThat(mixture.record().getBase().getComponents())
        .isEqualTo(kernels.record().getBase().getComponents());
    assertThat(mixture.record().getProbes()).isNotEqualTo(kernels.record().getProbes());
    assertThat(mixture.largestProbeDifference()).isZero();
    assertThat(mixture.withoutKernels()).isSameAs(mixture);
  }

  @Test
  void shouldRefuseKernelsOfOtherDimensionsOrOutOfRange() {
    assertRefused(
        model -> model.setBase(withKernels(kernels -> kernels.setNoise(List.of(1.0)))),
        Reason.SHAPE,
        "base.kernels.noise: 1 numbers, expected 3");
    assertRefused(
        model -> model.setBase(withKernels(kernels -> kernels.setSpread(List.of(1.0)))),
        Reason.SHAPE,
        "base.kernels.spread: 1 numbers, expected 6");
    assertRefused(
        model -> model.setBase(withKernels(kernels -> kernels.setScales(List.of(1f)))),
        Reason.SHAPE,
        "base.kernels.centres: 90 numbers, expected 3");
    assertRefused(
        model -> model.setBase(withKernels(kernels -> kernels.setShare(1.5))),
        Reason.INVALID_VALUE,
        "base: share: 1.5, expected above 0 and below 1");
    assertRefused(
        model -> model.setBase(withKernels(kernels -> kernels.setNoise(List.of(1.0, 0.0, 1.0)))),
        Reason.INVALID_VALUE,
        "base: noise: 0.0, expected above 0");
  }

  private static MixtureBase withKernels(UnaryOperator<Kernels.Builder> change) {
    MixtureBase base = TestBundles.kernelBundle().record().getBase();
    return new MixtureBase(
        base.getComponents(), change.apply(Kernels.newBuilder(base.getKernels())).build());
  }

  @Test
  void shouldRefuseAMixtureOfOtherDimensions() {
    assertRefused(
        model -> model.setBase(mixture(1.0, List.of(0.0, 0.0), List.of(1.0, 0.0, 1.0))),
        Reason.SHAPE,
        "base.components[0].mean: 2 numbers, expected 3");
    assertRefused(
        model -> model.setBase(mixture(1.0, List.of(0.0, 0.0, 0.0), List.of(1.0, 0.0, 1.0))),
        Reason.SHAPE,
        "base.components[0].factor: 3 numbers, expected 6");
  }

  @Test
  void shouldRefuseWhatIsNoMixture() {
    List<Double> mean = List.of(0.0, 0.0, 0.0);
    List<Double> factor = List.of(1.0, 0.0, 1.0, 0.0, 0.0, 1.0);
    assertRefused(
        model -> model.setBase(mixture(0.4, mean, factor)),
        Reason.INVALID_VALUE,
        "base: weights: their sum is 0.4, expected 1");
    assertRefused(
        model -> model.setBase(mixture(1.0, mean, List.of(1.0, 0.0, 1.0, 0.0, 0.0, -1.0))),
        Reason.INVALID_VALUE,
        "base.components[0]: factor: -1.0 on its diagonal, expected above 0");
    assertRefused(
        model -> model.setBase(new MixtureBase(List.of(), null)),
        Reason.INVALID_VALUE,
        "base: components: none, expected at least one");
  }

  private static MixtureBase mixture(double weight, List<Double> mean, List<Double> factor) {
    return new MixtureBase(List.of(new MixtureComponent(weight, mean, factor)), null);
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
  @Test
  void shouldRefuseExpectedRangesThatDoNotFit() {
    assertRefused(
        model -> model.setCalibration(withRanges(model, 0.9, List.of(1.0, 2.0))),
        Reason.SHAPE,
        "expected ranges of 2 features, expected 3");
    assertRefused(
        model -> model.setCalibration(withRanges(model, 0.9, List.of(1.0, -2.0, 1.0))),
        Reason.INVALID_VALUE,
        "a factor of -2.0, expected at least 0 and finite");
    assertRefused(
        model -> model.setCalibration(withRanges(model, 1.0, List.of(1.0, 2.0, 1.0))),
        Reason.INVALID_VALUE,
        "a coverage of 1.0, expected between 0 and 1");
  }

  private static Calibration withRanges(
      DensityModel.Builder model, double coverage, List<Double> factors) {
    return Calibration.newBuilder(model.getCalibration())
        .setExpectedRanges(new ExpectedRanges(coverage, factors))
        .build();
  }

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
