package io.lowtide.benchmarks;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import java.util.List;

/**
 * Holds the modules to the arrows between them; each module has a package of its own. The test
 * lives in the module that sees all others.
 */
@AnalyzeClasses(packages = "io.lowtide", importOptions = DoNotIncludeTests.class)
final class ModuleArrowsTest {

  private static final String SCHEMAS = "io.lowtide.schemas..";
  private static final String DENSITY = "io.lowtide.density..";
  private static final String KAFKA = "io.lowtide.kafka..";
  private static final String CLI = "io.lowtide.cli..";
  private static final String TRAINER = "io.lowtide.trainer..";
  private static final String CUDA = "io.lowtide.cuda..";
  private static final String STREAM = "io.lowtide.stream..";
  private static final String QUICKSTART = "io.lowtide.quickstart..";
  private static final String BENCHMARKS = "io.lowtide.benchmarks..";
  private static final String DETECTION = "io.lowtide.stream.detection..";
  private static final String ND4J_ENGINE = "io.lowtide.trainer.nd4j..";
  private static final String VECTOR_ENGINE = "io.lowtide.trainer.vector..";
  private static final String FIELD = "io.lowtide.density.field..";
  private static final String FLOW = "io.lowtide.density.flow..";
  private static final String CONFLUENT_AND_ITS_AVRO = "org.apache.flink.avro..";

  @ArchTest
  static void shouldSeeTheClassesItJudges(JavaClasses classes) {
    for (String module :
        List.of(SCHEMAS, DENSITY, KAFKA, CLI, TRAINER, CUDA, STREAM, QUICKSTART, BENCHMARKS)) {
      assertThat(classes.that(resideInAPackage(module))).as(module).isNotEmpty();
    }
    for (String part : List.of(ND4J_ENGINE, VECTOR_ENGINE, FIELD, FLOW)) {
      assertThat(classes.that(resideInAPackage(part))).as(part).isNotEmpty();
    }
  }

  @ArchTest
  static final ArchRule modulesShouldBeUsedByThoseAboveThemOnly =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("schemas")
          .definedBy(SCHEMAS)
          .layer("density")
          .definedBy(DENSITY)
          .layer("kafka")
          .definedBy(KAFKA)
          .layer("cli")
          .definedBy(CLI)
          .layer("trainer")
          .definedBy(TRAINER)
          .layer("cuda")
          .definedBy(CUDA)
          .layer("stream")
          .definedBy(STREAM)
          .layer("quickstart")
          .definedBy(QUICKSTART)
          .layer("benchmarks")
          .definedBy(BENCHMARKS)
          .whereLayer("benchmarks")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("quickstart")
          .mayOnlyBeAccessedByLayers("benchmarks")
          .whereLayer("stream")
          .mayOnlyBeAccessedByLayers("quickstart", "benchmarks")
          .whereLayer("cuda")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("trainer")
          .mayOnlyBeAccessedByLayers("cuda", "quickstart", "benchmarks")
          .whereLayer("cli")
          .mayOnlyBeAccessedByLayers("trainer", "stream", "quickstart", "benchmarks")
          .whereLayer("kafka")
          .mayOnlyBeAccessedByLayers("cli", "trainer", "cuda", "stream", "quickstart", "benchmarks")
          .whereLayer("density")
          .mayOnlyBeAccessedByLayers(
              "kafka", "cli", "trainer", "cuda", "stream", "quickstart", "benchmarks");

  @ArchTest
  static final ArchRule contractsAndDensityShouldKnowNeitherKafkaNorNd4j =
      noClasses()
          .that()
          .resideInAnyPackage(SCHEMAS, DENSITY)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..", "org.nd4j..");

  @ArchTest
  static final ArchRule whatIsSaidOfARecordShouldBeDecidedFromItsDensityAlone =
      classes()
          .that()
          .resideInAPackage(DETECTION)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(DETECTION, DENSITY, SCHEMAS, "org.apache.avro..", "java..");

  @ArchTest
  static final ArchRule onlyOnePackageShouldKnowNd4j =
      noClasses()
          .that()
          .resideOutsideOfPackage(ND4J_ENGINE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.nd4j..", "org.bytedeco..");

  @ArchTest
  static final ArchRule onlyOneModuleShouldCallNativeLibraries =
      noClasses()
          .that()
          .resideOutsideOfPackage(CUDA)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.sun.jna..");

  @ArchTest
  static final ArchRule onlyKernelsShouldKnowTheIncubatingModule =
      noClasses()
          .that()
          .resideOutsideOfPackages(FIELD, FLOW, VECTOR_ENGINE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jdk.incubator..");

  @ArchTest
  static final ArchRule nobodyShouldNameTheEngineOnNd4j =
      noClasses()
          .that()
          .resideOutsideOfPackage(ND4J_ENGINE)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ND4J_ENGINE);

  @ArchTest
  static final ArchRule nobodyShouldNameTheEngineOnVectors =
      noClasses()
          .that()
          .resideOutsideOfPackage(VECTOR_ENGINE)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(VECTOR_ENGINE);

  @ArchTest
  static final ArchRule onlyCommandsShouldKnowTheCommandLine =
      noClasses()
          .that(
              not(
                  resideInAnyPackage(
                      CLI,
                      "io.lowtide.trainer.command..",
                      "io.lowtide.stream.command..",
                      "io.lowtide.quickstart.demo..",
                      BENCHMARKS)))
          .should()
          .dependOnClassesThat(resideInAnyPackage(CLI, "picocli.."));

  @ArchTest
  static final ArchRule onlyOneClassShouldKnowConfluentsClient =
      noClasses()
          .that()
          .doNotBelongToAnyOf(ConfluentSchemaRegistry.class)
          .should()
          .dependOnClassesThat(resideInAPackage(CONFLUENT_AND_ITS_AVRO));

  @ArchTest
  static final ArchRule thePackagesOfDensityShouldHaveNoCycles =
      slices().matching("io.lowtide.density.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule thePackagesOfKafkaShouldHaveNoCycles =
      slices().matching("io.lowtide.kafka.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule thePackagesOfTheCommandLineShouldHaveNoCycles =
      slices().matching("io.lowtide.(cli.*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule thePackagesOfTheTrainerShouldHaveNoCycles =
      slices().matching("io.lowtide.trainer.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule thePackagesOfTheStreamAppShouldHaveNoCycles =
      slices().matching("io.lowtide.stream.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule thePackagesOfTheQuickstartShouldHaveNoCycles =
      slices().matching("io.lowtide.quickstart.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule thePackagesOfTheBenchmarksShouldHaveNoCycles =
      slices().matching("io.lowtide.benchmarks.(*)..").should().beFreeOfCycles();
}
