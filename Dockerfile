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
# The AOT cache is made here, not in the build stage: it fits only the JVM and the jars that it was made with.
RUN --mount=from=build,source=/build/target/exercise,target=/mycelium/exercise \
    --mount=from=build,source=/build/.ci/aot-cache,target=/mycelium/aot-cache \
    JAR_DIR=. ./aot-cache mycelium.aot && mkdir -p plugins data && chown mycelium plugins data
USER 10001
# Main port (REST, WebSockets) and management port (health, metrics). No HEALTHCHECK: the orchestrator probes 4001.
EXPOSE 4000 4001
# 60 % of the container's memory for the heap; the rest is for sockets' buffers, threads and code. -Xmx in JDK_JAVA_OPTIONS
# overrides it.
ENTRYPOINT ["java", "@conf/jvm.options", "-XX:MaxRAMPercentage=60", "-XX:AOTCache=mycelium.aot", "-jar", "mycelium.jar"]
CMD ["serve"]
