package io.lowtide.schemas;

import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;

/** Lets Avro instantiate the classes generated from the contracts; it refuses unknown classes. */
public final class GeneratedClasses {

  static {
    ClassSecurityPredicate configured = ClassSecurityValidator.getGlobal();
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            configured, type -> type.getPackage() == GeneratedClasses.class.getPackage()));
  }

  private GeneratedClasses() {}

  /** To be called before a generated class is read from Avro; what was trusted before stays so. */
  public static void trust() {
    // The static initialiser does it, once.
  }
}
