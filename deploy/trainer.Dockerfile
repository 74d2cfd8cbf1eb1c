# Context: the repository's root, for example: docker build -f deploy/trainer.Dockerfile -t lowtide-trainer .
# Training and what goes with it (train, retrain, verify, features, evaluate, publish, models, alerts), for jobs.
# On a host with NVIDIA's container toolkit, docker run --gpus all trains on the GPU (docs/gpu.md).
FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /src
COPY . .
RUN mvn -B -ntp -DskipTests -pl cuda-engine -am package \
      dependency:copy-dependencies -DincludeScope=runtime \
 && mkdir -p /app/lib \
 && cp cuda-engine/target/dependency/*.jar cuda-engine/target/cuda-engine-*-SNAPSHOT.jar /app/lib/

FROM eclipse-temurin:17-jre
RUN useradd --system --uid 10001 --create-home lowtide
COPY --from=build /app/lib /app/lib
USER lowtide
WORKDIR /data
ENV JAVA_TOOL_OPTIONS="--add-modules jdk.incubator.vector -XX:MaxRAMPercentage=50" \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
ENTRYPOINT ["java", "-cp", "/app/lib/*", "io.lowtide.cli.Lowtide"]
CMD ["--help"]
