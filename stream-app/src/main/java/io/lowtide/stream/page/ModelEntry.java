package io.lowtide.stream.page;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lowtide.kafka.model.ModelRole;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.Lineage;

/**
 * A model on the models topic.
 *
 * @param version its version
 * @param role what it is there for
 * @param createdAt when training ended, in milliseconds since 1970
 * @param publishedAt when it was published, in milliseconds since 1970
 * @param trainRecords records that it was fitted to
 * @param decision why a retraining published it; null for one that was trained by hand
 */
record ModelEntry(
    String version,
    ModelRole role,
    long createdAt,
    long publishedAt,
    long trainRecords,
    String decision) {

  static ModelEntry of(DensityModel model, ModelRole role, long publishedAt) {
    Lineage lineage = model.getProvenance().getLineage();
    return new ModelEntry(
        model.getModelVersion(),
        role,
        model.getCreatedAt().toEpochMilli(),
        publishedAt,
        model.getTraining().getTrainRecords(),
        lineage == null ? null : lineage.getDecision());
  }

  ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("version", version)
        .put("role", role.label())
        .put("createdAt", createdAt)
        .put("publishedAt", publishedAt)
        .put("trainRecords", trainRecords)
        .put("decision", decision);
  }
}
