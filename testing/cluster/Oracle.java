import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.crypto.key.KeyProvider;
import org.apache.hadoop.crypto.key.KeyProviderFactory;
import org.apache.hadoop.fs.ContentSummary;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.ha.HAServiceProtocol.RequestSource;
import org.apache.hadoop.ha.HAServiceProtocol.StateChangeRequestInfo;
import org.apache.hadoop.ha.protocolPB.HAServiceProtocolClientSideTranslatorPB;
import org.apache.hadoop.hdfs.DFSUtilClient;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.client.HdfsDataOutputStream;
import org.apache.hadoop.hdfs.protocol.ClientDatanodeProtocol;
import org.apache.hadoop.hdfs.protocol.DatanodeID;
import org.apache.hadoop.hdfs.protocol.DatanodeInfo;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.apache.hadoop.hdfs.protocol.LocatedBlock;
import org.apache.hadoop.hdfs.protocol.LocatedBlocks;
import org.apache.hadoop.net.NetUtils;
import org.apache.hadoop.util.DataChecksum;

/**
 * Hadoop's own client as a service: what it says about a file is the truth that tests compare with.
 *
 * Arguments: Hadoop's configuration files. Each line on standard input is a request, a JSON object with
 * "id", "op", the operation's arguments and perhaps "user", as whom to act. Each request has a thread of
 * its own, so answers come in any order, one line each: {"id", "result"} or {"id", "error": the class of
 * the exception, "message"}. The end of the input ends the process, and with it open files.
 * oracle.py says what each operation takes and gives.
 */
public final class Oracle {
  private interface Operation {
    Object run(JsonNode request) throws Exception;
  }

  private interface Call {
    Object run() throws IOException;
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Configuration conf = new Configuration();
  private final Map<String, Operation> operations = new LinkedHashMap<>();
  private final Map<String, DistributedFileSystem> systems = new ConcurrentHashMap<>();
  private final Map<Integer, FSDataOutputStream> open = new ConcurrentHashMap<>();
  private final AtomicInteger lastHandle = new AtomicInteger();
  private final PrintStream answers;

  public static void main(String[] files) throws Exception {
    Oracle oracle = new Oracle(files, System.out);
    System.setOut(System.err);  // whoever else prints must not disturb the answers
    oracle.serve(System.in);
    System.exit(0);
  }

  private Oracle(String[] files, PrintStream answers) {
    for (String file : files) {
      conf.addResource(new org.apache.hadoop.fs.Path(new File(file).toURI()));
    }
    // Java's client waits a minute for each stopped DataNode; a witness has other replicas to ask.
    conf.setIfUnset("dfs.client.socket-timeout", "10000");
    this.answers = answers;
    addContents();
    addNames();
    addWriters();
    addAdministration();
  }

  private void serve(InputStream input) throws IOException {
    ExecutorService threads = Executors.newCachedThreadPool();
    BufferedReader lines = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode request = JSON.readTree(line);
      threads.execute(() -> answer(request));
    }
  }

  private void answer(JsonNode request) {
    ObjectNode answer = JSON.createObjectNode();
    answer.set("id", request.get("id"));
    try {
      Operation operation = operations.get(request.get("op").asText());
      if (operation == null) {
        throw new IllegalArgumentException("no operation " + request.get("op"));
      }
      answer.set("result", JSON.valueToTree(operation.run(request)));
    } catch (Throwable error) {
      answer.put("error", error.getClass().getName()).put("message", String.valueOf(error.getMessage()));
    }
    synchronized (answers) {
      answers.println(answer);
      answers.flush();
    }
  }

  // ------------------------------------------------------------------------------- contents of files

  private void addContents() {
    operations.put("put", request -> {
      try (InputStream in = Files.newInputStream(Path.of(request.get("source").asText()));
          OutputStream out = create(request)) {
        return in.transferTo(out);
      }
    });
    operations.put("cat", request -> {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      long length = 0;
      try (InputStream in = system(request).open(path(request));
          OutputStream out = request.hasNonNull("target")
              ? Files.newOutputStream(Path.of(request.get("target").asText()))
              : OutputStream.nullOutputStream()) {
        byte[] buffer = new byte[1 << 17];
        for (int got = in.read(buffer); got > 0; got = in.read(buffer)) {
          digest.update(buffer, 0, got);
          out.write(buffer, 0, got);
          length += got;
        }
      }
      return Map.of("length", length, "sha256", HexFormat.of().formatHex(digest.digest()));
    });
    operations.put("read", request -> {
      try (InputStream in = system(request).open(path(request))) {
        long length = 0;
        byte[] buffer = new byte[1 << 17];
        for (int got = in.read(buffer); got > 0; got = in.read(buffer)) {
          length += got;
        }
        return length;
      }
    });
    operations.put("checksum", request -> Map.of(
        "composite", checksum(request, "COMPOSITE_CRC"), "md5", checksum(request, "MD5MD5CRC")));
    operations.put("health", request -> {
      List<Map<String, Object>> files = new ArrayList<>();
      addHealth(system(request), path(request), files);
      return files;
    });
  }

  /** Makes a harmless call: a connection to a process that has ended is given up by the first. */
  private static void renewConnection(Call call) {
    try {
      call.run();
    } catch (IOException expected) {
      // The next call makes a new connection.
    }
  }

  private Object checksum(JsonNode request, String mode) throws IOException {
    Configuration asked = new Configuration(conf);
    asked.set("dfs.checksum.combine.mode", mode);
    try (FileSystem files = FileSystem.newInstance(FileSystem.getDefaultUri(conf), asked)) {
      FileChecksum sum = files.getFileChecksum(path(request));
      return Map.of("algorithm", sum.getAlgorithmName(),
          "bytes", HexFormat.of().formatHex(sum.getBytes()));
    }
  }

  /** What the NameNode knows about the blocks of a file, or of all files below a directory. */
  private static void addHealth(DistributedFileSystem system, org.apache.hadoop.fs.Path path,
      List<Map<String, Object>> files) throws IOException {
    for (FileStatus status : system.listStatus(path)) {
      if (status.isDirectory()) {
        addHealth(system, status.getPath(), files);
        continue;
      }
      String name = status.getPath().toUri().getPath();
      LocatedBlocks located = system.getClient().getLocatedBlocks(name, 0, Long.MAX_VALUE);
      List<Object> blocks = new ArrayList<>();
      for (LocatedBlock block : located.getLocatedBlocks()) {
        List<String> locations = new ArrayList<>();
        for (DatanodeInfo node : block.getLocations()) {
          locations.add(node.getXferAddr());
        }
        blocks.add(Map.of("id", block.getBlock().getBlockId(),
            "generation", block.getBlock().getGenerationStamp(), "length", block.getBlockSize(),
            "corrupt", block.isCorrupt(), "locations", locations));
      }
      files.add(Map.of("path", name, "length", located.getFileLength(),
          "under_construction", located.isUnderConstruction(),
          "replication", (int) status.getReplication(), "blocks", blocks));
    }
  }

  // ------------------------------------------------------------------------------------------- names

  private void addNames() {
    operations.put("rename", request -> {
      system(request).rename(path(request), new org.apache.hadoop.fs.Path(request.get("to").asText()),
          flag(request, "overwrite") ? Options.Rename.OVERWRITE : Options.Rename.NONE);
      return null;
    });
    operations.put("delete", request -> system(request).delete(path(request), true));
    operations.put("exists", request -> system(request).exists(path(request)));
    operations.put("mkdirs", request -> system(request).mkdirs(path(request)));
    operations.put("stat", request -> describe(system(request).getFileStatus(path(request))));
    operations.put("list", request -> {
      List<Object> entries = new ArrayList<>();
      for (FileStatus status : system(request).listStatus(path(request))) {
        entries.add(describe(status));
      }
      return entries;
    });
    operations.put("summary", request -> {
      ContentSummary summary = system(request).getContentSummary(path(request));
      return Map.of("files", summary.getFileCount(), "directories", summary.getDirectoryCount(),
          "bytes", summary.getLength(), "space", summary.getSpaceConsumed(),
          "quota_names", summary.getQuota(), "quota_space", summary.getSpaceQuota());
    });
    operations.put("chmod", request -> {
      short mode = Short.parseShort(request.get("mode").asText(), 8);
      system(request).setPermission(path(request), new FsPermission(mode));
      return null;
    });
    operations.put("chown", request -> {
      system(request).setOwner(path(request), text(request, "owner"), text(request, "group"));
      return null;
    });
    operations.put("set_acl", request -> {
      system(request).setAcl(path(request), AclEntry.parseAclSpec(request.get("acl").asText(), true));
      return null;
    });
    operations.put("acl", request -> system(request).getAclStatus(path(request)).getEntries()
        .stream().map(AclEntry::toString).sorted().toList());
    operations.put("set_replication", request -> system(request).setReplication(
        path(request), (short) request.get("replication").asInt()));
  }

  private static Object describe(FileStatus status) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("path", status.getPath().toUri().getPath());
    entry.put("directory", status.isDirectory());
    entry.put("length", status.getLen());
    entry.put("replication", (int) status.getReplication());
    entry.put("block_size", status.getBlockSize());
    entry.put("modified_ms", status.getModificationTime());
    entry.put("accessed_ms", status.getAccessTime());
    entry.put("mode", String.format("%04o", status.getPermission().toShort()));
    entry.put("owner", status.getOwner());
    entry.put("group", status.getGroup());
    entry.put("file_id", ((HdfsFileStatus) status).getFileId());
    return entry;
  }

  // ------------------------------------------------------------------------------- files held open

  private void addWriters() {
    operations.put("create", request -> hold(create(request)));
    operations.put("append", request -> hold(system(request).append(path(request))));
    operations.put("write", request -> {
      byte[] bytes = request.get("base64").binaryValue();
      open.get(request.get("handle").asInt()).write(bytes);
      return null;
    });
    operations.put("flush", request -> {
      open.get(request.get("handle").asInt()).hflush();
      return null;
    });
    operations.put("sync", request -> {
      ((HdfsDataOutputStream) open.get(request.get("handle").asInt())).hsync(
          EnumSet.of(HdfsDataOutputStream.SyncFlag.UPDATE_LENGTH));
      return null;
    });
    operations.put("close", request -> {
      open.remove(request.get("handle").asInt()).close();
      return null;
    });
    operations.put("recover_lease", request -> system(request).recoverLease(path(request)));
  }

  private int hold(FSDataOutputStream stream) {
    int handle = lastHandle.incrementAndGet();
    open.put(handle, stream);
    return handle;
  }

  private FSDataOutputStream create(JsonNode request) throws Exception {
    DistributedFileSystem system = system(request);
    EnumSet<CreateFlag> flags = EnumSet.of(CreateFlag.CREATE);
    if (flag(request, "overwrite")) {
      flags.add(CreateFlag.OVERWRITE);
    }
    int chunk = (int) number(request, "bytes_per_checksum", conf.getLong("dfs.bytes-per-checksum", 512));
    return system.create(path(request), FsPermission.getFileDefault(), flags, 1 << 16,
        (short) number(request, "replication", system.getDefaultReplication(path(request))),
        number(request, "block_size", system.getDefaultBlockSize(path(request))), null,
        new Options.ChecksumOpt(DataChecksum.Type.CRC32C, chunk));
  }

  // --------------------------------------------------------------------------------- administration

  private void addAdministration() {
    operations.put("set_quota", request -> {
      system(request).setQuota(path(request), number(request, "names", Long.MAX_VALUE),
          number(request, "space", Long.MAX_VALUE));
      return null;
    });
    operations.put("allow_snapshot", request -> {
      system(request).allowSnapshot(path(request));
      return null;
    });
    operations.put("create_snapshot", request -> system(request).createSnapshot(
        path(request), request.get("name").asText()).toUri().getPath());
    operations.put("delete_snapshot", request -> {
      system(request).deleteSnapshot(path(request), request.get("name").asText());
      return null;
    });
    operations.put("set_erasure_coding", request -> {
      String policy = request.get("policy").asText();
      system(request).enableErasureCodingPolicy(policy);
      system(request).setErasureCodingPolicy(path(request), policy);
      return null;
    });
    operations.put("create_key", request -> {
      KeyProvider keys = KeyProviderFactory.getProviders(conf).get(0);
      keys.createKey(request.get("name").asText(), new KeyProvider.Options(conf));
      keys.flush();
      return null;
    });
    operations.put("create_encryption_zone", request -> {
      system(request).createEncryptionZone(path(request), request.get("key").asText());
      return null;
    });
    operations.put("shut_down_for_upgrade", request -> {
      InetSocketAddress ipc = NetUtils.createSocketAddr(request.get("address").asText());
      String host = ipc.getHostString();
      DatanodeID node = new DatanodeID(host, host, "", 0, 0, 0, ipc.getPort());
      ClientDatanodeProtocol datanode =
          DFSUtilClient.createClientDatanodeProtocolProxy(node, conf, 60_000, false);
      renewConnection(datanode::getDatanodeInfo);
      datanode.shutdownDatanode(true);
      return null;
    });
    operations.put("safemode", request -> system(request).setSafeMode(
        SafeModeAction.valueOf(request.get("action").asText().toUpperCase())));
    operations.put("reconnect", request -> {
      for (DistributedFileSystem system : systems.values()) {
        renewConnection(() -> system.exists(new org.apache.hadoop.fs.Path("/")));
      }
      return null;
    });
    operations.put("transition", request -> {
      InetSocketAddress address = NetUtils.createSocketAddr(request.get("address").asText());
      StateChangeRequestInfo why =
          new StateChangeRequestInfo(RequestSource.REQUEST_BY_USER_FORCED);
      try (HAServiceProtocolClientSideTranslatorPB node =
          new HAServiceProtocolClientSideTranslatorPB(address, conf)) {
        renewConnection(node::getServiceStatus);
        if (request.get("to").asText().equals("active")) {
          node.transitionToActive(why);
        } else {
          node.transitionToStandby(why);
        }
      }
      return null;
    });
  }

  // ---------------------------------------------------------------------------------- of a request

  private DistributedFileSystem system(JsonNode request) throws Exception {
    String user = request.hasNonNull("user") ? request.get("user").asText() : "";
    synchronized (systems) {
      if (!systems.containsKey(user)) {
        URI where = FileSystem.getDefaultUri(conf);
        FileSystem made = user.isEmpty() ? FileSystem.newInstance(where, conf)
            : FileSystem.newInstance(where, conf, user);
        systems.put(user, (DistributedFileSystem) made);
      }
      return systems.get(user);
    }
  }

  private static org.apache.hadoop.fs.Path path(JsonNode request) {
    // Made of its parts: a colon in a name is no scheme.
    return new org.apache.hadoop.fs.Path(null, null, request.get("path").asText());
  }

  private static String text(JsonNode request, String name) {
    return request.hasNonNull(name) ? request.get(name).asText() : null;
  }

  private static boolean flag(JsonNode request, String name) {
    return request.hasNonNull(name) && request.get(name).asBoolean();
  }

  private static long number(JsonNode request, String name, long otherwise) {
    return request.hasNonNull(name) ? request.get(name).asLong() : otherwise;
  }
}
