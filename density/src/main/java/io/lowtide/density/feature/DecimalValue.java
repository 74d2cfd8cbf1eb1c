package io.lowtide.density.feature;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import org.apache.avro.Conversions;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;

/** Avro's decimals as numbers: those of bytes and of fixed length, and those that carry a scale. */
final class DecimalValue {

  private static final Conversions.BigDecimalConversion BIG_DECIMAL =
      new Conversions.BigDecimalConversion();

  private DecimalValue() {}

  /**
   * The number.
   *
   * @param value of a field, not null
   * @param schema schema of the field, or a union with it
   * @return NaN if it is no decimal
   */
  static double of(Object value, Schema schema) {
    if (value instanceof BigDecimal decimal) {
      return decimal.doubleValue();
    }
    if (value instanceof GenericFixed fixed) {
      return ofBytes(fixed.bytes(), fixed.getSchema());
    }
    if (value instanceof ByteBuffer bytes) {
      Schema branch = branchOfBytes(schema);
      if (branch.getLogicalType() instanceof LogicalTypes.BigDecimal type) {
        return BIG_DECIMAL.fromBytes(bytes.duplicate(), branch, type).doubleValue();
      }
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      return ofBytes(copy, branch);
    }
    return Double.NaN;
  }

  private static double ofBytes(byte[] bytes, Schema schema) {
    return schema.getLogicalType() instanceof LogicalTypes.Decimal decimal && bytes.length > 0
        ? new BigDecimal(new BigInteger(bytes), decimal.getScale()).doubleValue()
        : Double.NaN;
  }

  private static Schema branchOfBytes(Schema schema) {
    if (schema.getType() == Schema.Type.UNION) {
      for (Schema branch : schema.getTypes()) {
        if (branch.getType() == Schema.Type.BYTES) {
          return branch;
        }
      }
    }
    return schema;
  }
}
