package io.mycelium;

import io.mycelium.config.ConfigOption;
import io.mycelium.config.MyceliumConfig;
import io.mycelium.ops.Logging;
import java.io.File;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "serve",
    description = "Run a node until SIGTERM or SIGINT, which drain it.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class ServeCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(ServeCommand.class);

  @Mixin private ConfigOption file;

  @Option(
      names = "--demo",
      description =
          "Create the instances of the pages under /demo, and need no token, on this machine only.")
  private boolean demo;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Main port, over the one configured (web.port); 0 takes a free one.")
  private String port;

  @Option(
      names = "--plugins",
      paramLabel = "DIR",
      description = "Folder of plug-in jars, over the one configured (instances.plugins_dir).")
  private String plugins;

  @Override
  public Integer call() throws InterruptedException {
    Map<String, String> commandLine = new HashMap<>();
    if (demo) {
      commandLine.put("access.mode", "open");
      commandLine.put("access.open_to_network", "false");
    }
    if (port != null) {
      commandLine.put("web.port", port);
    }
    if (plugins != null) {
      commandLine.put("instances.plugins_dir", plugins);
    }
    MyceliumConfig config = file.load(commandLine);
    Logging.configure(config.ops().logFormat(), config.ops().logLevel());
    // Threads of plug-ins, say: in the log's own form, and not on standard error.
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, cause) -> log.error("thread {} has ended", thread.getName(), cause));
    Mycelium node = start(config);
    // The hook comes first: a process that sees the node up may stop it at once.
    node.drain().onShutdown();
    if (config.access().needsSecretFile()) {
      log.info(tokenHint(config.access().secretFile()));
    }
    node.announce();
    Training.run();
    // The drain halts the process; nothing else ends it.
    new CountDownLatch(1).await();
    return 0;
  }

  /** With the jar and the file that this process was started with, so that it can be copied. */
  private String tokenHint(String secretFile) {
    String classPath = System.getProperty("java.class.path");
    boolean isJar = classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator);
    return "no key is configured, so tokens are signed with "
        + secretFile
        + "; make a token: "
        + (isJar ? "java -jar " + classPath : "mycelium")
        + " token"
        + file.argument()
        + " --user ada --instances 'chat*' --expires 1h";
  }

  private Mycelium start(MyceliumConfig config) {
    try {
      return Mycelium.start(config, demo).await();
    } catch (RuntimeException e) {
      log.debug("start failed", e);
      throw e;
    }
  }
}
