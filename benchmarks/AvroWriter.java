import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.EncoderFactory;

/**
 * Java's Avro as fast as it goes: rows from arrays into memory that is there, each put together by
 * code for its columns and given to DataFileWriter.appendEncoded. Records of GenericDatumWriter take
 * three to eight times the time.
 *
 * <p>Usage: AvroWriter COLUMNS CODEC SCHEMA ROWS WIDTH... COLUMNS is a file of all values, column by
 * column, little-endian; WIDTH, one for each column, is how many values a row has in it. Each line of
 * standard input is a file to be written; the answer is how many bytes that has.
 */
public class AvroWriter {
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int MOST_VARINT = 10;
  private static final int ENCODER_BUFFER = 1 << 16; // twice as fast as with Avro's 2 kB

  private interface Column {
    /** Put a row's value into `out` from `at` on; where it ends. */
    int put(int row, byte[] out, int at);
  }

  private record Longs(long[] values) implements Column {
    @Override
    public int put(int row, byte[] out, int at) {
      return putLong(values[row], out, at);
    }
  }

  private record Ints(int[] values) implements Column {
    @Override
    public int put(int row, byte[] out, int at) {
      return putLong(values[row], out, at);
    }
  }

  private record Floats(float[] values) implements Column {
    @Override
    public int put(int row, byte[] out, int at) {
      FLOAT.set(out, at, values[row]);
      return at + Float.BYTES;
    }
  }

  private record Lists(float[] values, int width) implements Column {
    @Override
    public int put(int row, byte[] out, int at) {
      int begin = putLong(width, out, at);
      ByteBuffer.wrap(out, begin, width * Float.BYTES).slice().order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer().put(values, row * width, width);
      int end = begin + width * Float.BYTES;
      out[end] = 0;
      return end + 1;
    }
  }

  /** A number of variable length, its sign in the lowest bit. */
  private static int putLong(long value, byte[] out, int at) {
    long left = (value << 1) ^ (value >> 63);
    for (; (left & ~0x7fL) != 0; left >>>= 7) {
      out[at++] = (byte) (left | 0x80);
    }
    out[at++] = (byte) left;
    return at;
  }

  private static final class Memory extends OutputStream {
    private final byte[] bytes;
    private int used;

    Memory(int size) {
      bytes = new byte[size];
      Arrays.fill(bytes, (byte) 1);
    }

    @Override
    public void write(int more) {
      bytes[used++] = (byte) more;
    }

    @Override
    public void write(byte[] more, int from, int count) {
      System.arraycopy(more, from, bytes, used, count);
      used += count;
    }
  }

  private final Schema schema;
  private final CodecFactory codec;
  private final int rows;
  private final Column[] columns;
  private final byte[] row;
  private final Memory memory;

  private AvroWriter(String[] arguments) throws IOException {
    codec = codecOf(arguments[1]);
    schema = new Schema.Parser().parse(arguments[2]);
    rows = Integer.parseInt(arguments[3]);
    columns = new Column[schema.getFields().size()];
    int most = 0;
    try (FileChannel file = FileChannel.open(Path.of(arguments[0]))) {
      ByteBuffer values = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size());
      values.order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < columns.length; ++i) {
        int width = Integer.parseInt(arguments[4 + i]);
        columns[i] = columnOf(schema.getFields().get(i).schema(), width, values);
        most += 2 * MOST_VARINT + width * Float.BYTES;
      }
      memory = new Memory((int) file.size() * 2 + (1 << 20));
    }
    row = new byte[most];
  }

  /** Level 1, as Howdah has it, where there are levels. */
  private static CodecFactory codecOf(String name) {
    return switch (name) {
      case "none" -> CodecFactory.nullCodec();
      case "snappy" -> CodecFactory.snappyCodec();
      case "deflate" -> CodecFactory.deflateCodec(1);
      case "zstandard" -> CodecFactory.zstandardCodec(1, false, true);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private Column columnOf(Schema kind, int width, ByteBuffer values) {
    switch (kind.getType()) {
      case LONG -> {
        long[] longs = new long[rows];
        values.asLongBuffer().get(longs);
        values.position(values.position() + rows * Long.BYTES);
        return new Longs(longs);
      }
      case INT -> {
        int[] ints = new int[rows];
        values.asIntBuffer().get(ints);
        values.position(values.position() + rows * Integer.BYTES);
        return new Ints(ints);
      }
      default -> {
        float[] floats = new float[rows * width];
        values.asFloatBuffer().get(floats);
        values.position(values.position() + floats.length * Float.BYTES);
        boolean isList = kind.getType() == Schema.Type.ARRAY;
        return isList ? new Lists(floats, width) : new Floats(floats);
      }
    }
  }

  private int write() throws IOException {
    memory.used = 0;
    ByteBuffer encoded = ByteBuffer.wrap(row);
    try (var file = new DataFileWriter<Object>(new GenericDatumWriter<>(schema))) {
      file.setCodec(codec).setEncoder(
          out -> new EncoderFactory().configureBufferSize(ENCODER_BUFFER).binaryEncoder(out, null));
      file.create(schema, memory);
      for (int i = 0; i < rows; ++i) {
        int end = 0;
        for (Column column : columns) {
          end = column.put(i, row, end);
        }
        file.appendEncoded(encoded.clear().limit(end));
      }
    }
    return memory.used;
  }

  public static void main(String[] arguments) throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in));
    var writer = new AvroWriter(arguments);
    while (in.readLine() != null) {
      System.out.println(writer.write());
    }
  }
}
