# syntax=docker/dockerfile:1

# .ci/image, which has no registry, puts others here.
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG RUNTIME_IMAGE=eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY . .
# The tests have run before an image is made: see .ci/run.
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -q package -Dmaven.test.skip -Dcheckstyle.skip -Dspotless.check.skip \
    && javac -d target/exercise .ci/Exercise.java

FROM ${RUNTIME_IMAGE}
RUN groupadd --gid 10001 mycelium && useradd --uid 10001 --gid 10001 --home-dir /mycelium --create-home mycelium
WORKDIR /mycelium
COPY --from=build /build/target/mycelium.jar ./
COPY --from=build /build/target/lib lib
COPY conf conf
# The AOT caches are made here, not in the build stage: they fit only the JVM and the jars that they were made with. The second is
# for nodes of a cluster, which name it in place of the first, as k8s/chart does; a node that is alone is slower with it.
RUN --mount=from=build,source=/build/target/exercise,target=/mycelium/exercise \
    --mount=from=build,source=/build/.ci/aot-cache,target=/mycelium/aot-cache \
    JAR_DIR=. ./aot-cache mycelium.aot && JAR_DIR=. TRAINING_CLUSTER_PORT=4992 ./aot-cache mycelium-cluster.aot \
    && mkdir -p plugins data && chown mycelium plugins data
USER 10001
# Main port (REST, WebSockets) and management port (health, metrics). No HEALTHCHECK: the orchestrator probes 4001.
EXPOSE 4000 4001
# 60 % of the container's memory for the heap; the rest is for sockets' buffers, threads and code. -Xmx in JDK_JAVA_OPTIONS
# overrides it.
ENTRYPOINT ["java", "@conf/jvm.options", "-XX:MaxRAMPercentage=60", "-XX:AOTCache=mycelium.aot", "-jar", "mycelium.jar"]
CMD ["serve"]
