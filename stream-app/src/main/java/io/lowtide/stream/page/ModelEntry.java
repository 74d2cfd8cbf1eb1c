package io.lowtide.stream.page;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lowtide.schemas.DensityModel;

/**
 * A model on the models topic.
 *
 * @param version its version
 * @param createdAt when training ended, in milliseconds since 1970
 * @param publishedAt when it was published, in milliseconds since 1970
 * @param trainRecords records that it was fitted to
 * @param calibrationRecords records that it was calibrated on
 */
record ModelEntry(
    String version, long createdAt, long publishedAt, long trainRecords, long calibrationRecords) {

  static ModelEntry of(DensityModel model, long publishedAt) {
    return new ModelEntry(
        model.getModelVersion(),
        model.getCreatedAt().toEpochMilli(),
        publishedAt,
        model.getTraining().getTrainRecords(),
        model.getTraining().getCalibrationRecords());
  }

  ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("version", version)
        .put("createdAt", createdAt)
        .put("publishedAt", publishedAt)
        .put("trainRecords", trainRecords)
        .put("calibrationRecords", calibrationRecords);
  }
}
