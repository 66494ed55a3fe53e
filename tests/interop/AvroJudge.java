import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;

/**
 * What Java's Avro makes of files. A line of standard input is a path; the answer is a line with the
 * codec, one line of JSON for each row, and an empty line; or a line that begins with "error ".
 *
 * Values are those that stand in the file, without logical types: floats are the numbers of their
 * bits, bytes are base64. A file is read in splits as Hadoop's input format reads it.
 */
public class AvroJudge {
  private static final long SPLIT = 10_000;

  public static void main(String[] arguments) throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String path = in.readLine(); path != null; path = in.readLine()) {
      try {
        judge(new File(path), out);
      } catch (IOException | RuntimeException error) {
        out.println("error " + error.toString().replace('\n', ' '));
      }
      out.println();
      out.flush();
    }
  }

  private static void judge(File file, PrintStream out) throws IOException {
    try (var reader =
        new DataFileReader<GenericRecord>(file, new GenericDatumReader<GenericRecord>())) {
      out.println(reader.getMetaString("avro.codec"));
      for (long start = 0; start < file.length(); start += SPLIT) {
        reader.sync(start);
        while (reader.hasNext() && !reader.pastSync(start + SPLIT)) {
          var line = new StringBuilder();
          write(reader.getSchema(), reader.next(), line);
          out.println(line);
        }
      }
    }
  }

  private static void write(Schema schema, Object value, StringBuilder out) {
    switch (schema.getType()) {
      case RECORD -> {
        char before = '{';
        for (Schema.Field field : schema.getFields()) {
          text(field.name(), out.append(before));
          write(field.schema(), ((GenericRecord) value).get(field.pos()), out.append(':'));
          before = ',';
        }
        out.append('}');
      }
      case ARRAY -> {
        String before = "[";
        for (Object element : (Collection<?>) value) {
          write(schema.getElementType(), element, out.append(before));
          before = ",";
        }
        out.append(before.equals("[") ? "[]" : "]");
      }
      case MAP -> {
        String before = "{";
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
          text(entry.getKey().toString(), out.append(before));
          write(schema.getValueType(), entry.getValue(), out.append(':'));
          before = ",";
        }
        out.append(before.equals("{") ? "{}" : "}");
      }
      case UNION -> {
        if (value == null) {
          out.append("null");
        } else {
          Schema first = schema.getTypes().get(0);
          boolean isFirst = first.getType() != Schema.Type.NULL;
          write(isFirst ? first : schema.getTypes().get(1), value, out);
        }
      }
      case FLOAT -> out.append(Float.floatToRawIntBits((Float) value));
      case DOUBLE -> out.append(Double.doubleToRawLongBits((Double) value));
      case STRING -> text(value.toString(), out);
      case BYTES -> base64(((ByteBuffer) value).array(), out);
      case FIXED -> base64(((GenericFixed) value).bytes(), out);
      default -> out.append(value);
    }
  }

  private static void base64(byte[] bytes, StringBuilder out) {
    out.append('"').append(Base64.getEncoder().encodeToString(bytes)).append('"');
  }

  private static void text(String value, StringBuilder out) {
    out.append('"');
    value.chars().forEach(unit -> out.append(String.format("\\u%04x", unit)));
    out.append('"');
  }
}
