package io.lowtide.quickstart;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;

/** Holds the modules to the arrows between them; each module has a package of its own. */
@AnalyzeClasses(packages = "io.lowtide", importOptions = DoNotIncludeTests.class)
final class ModuleArrowsTest {

  private static final String SCHEMAS = "io.lowtide.schemas..";
  private static final String DENSITY = "io.lowtide.density..";
  private static final String TRAINER = "io.lowtide.trainer..";
  private static final String STREAM = "io.lowtide.stream..";
  private static final String QUICKSTART = "io.lowtide.quickstart..";
  private static final String CONFLUENT_AND_ITS_AVRO = "org.apache.flink.avro..";

  @ArchTest
  static void shouldSeeTheClassesItJudges(JavaClasses classes) {
    assertThat(classes.that(resideInAPackage(SCHEMAS))).isNotEmpty();
    assertThat(classes.that(resideInAPackage(DENSITY))).isNotEmpty();
    assertThat(classes.that(resideInAPackage(QUICKSTART))).isNotEmpty();
  }

  @ArchTest
  static final ArchRule schemasShouldDependOnNoOtherModule =
      noClasses()
          .that()
          .resideInAPackage(SCHEMAS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(DENSITY, TRAINER, STREAM, QUICKSTART);

  @ArchTest
  static final ArchRule densityShouldDependOnSchemasOnly =
      noClasses()
          .that()
          .resideInAPackage(DENSITY)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(TRAINER, STREAM, QUICKSTART);

  @ArchTest
  static final ArchRule densityShouldKnowNeitherKafkaNorNd4j =
      noClasses()
          .that()
          .resideInAPackage(DENSITY)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..", "org.nd4j..");

  @ArchTest
  static final ArchRule onlyTheTrainerShouldUseNd4j =
      noClasses()
          .that()
          .resideOutsideOfPackage(TRAINER)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.nd4j..");

  @ArchTest
  static final ArchRule theTrainerShouldNotDependOnTheStream =
      noClasses()
          .that()
          .resideInAPackage(TRAINER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(STREAM, QUICKSTART)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule theStreamShouldNotDependOnTheTrainer =
      noClasses()
          .that()
          .resideInAPackage(STREAM)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(TRAINER, QUICKSTART)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule onlyOneClassShouldKnowConfluentsClient =
      noClasses()
          .that()
          .doNotBelongToAnyOf(ConfluentSchemaRegistry.class)
          .should()
          .dependOnClassesThat(resideInAPackage(CONFLUENT_AND_ITS_AVRO));

  @ArchTest
  static final ArchRule thePackagesOfSchemasShouldHaveNoCycles =
      slices().matching("io.lowtide.schemas.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule thePackagesOfDensityShouldHaveNoCycles =
      slices().matching("io.lowtide.density.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule thePackagesOfTheStreamAppShouldHaveNoCycles =
      slices().matching("io.lowtide.stream.(*)..").should().beFreeOfCycles();
}
