#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_io.h"
#include "base/status.h"
#include "types/task_commit.h"

namespace arrow {
class MemoryPool;
class RecordBatch;
class Schema;
}  // namespace arrow

namespace howdah {

class Environment;

/// Which readers files must suit.
enum class Profile {
  kLake,  ///< all that read a Hadoop lake: Hive, Spark, Trino, Impala, and DuckDB, Arrow
  kCompact,  ///< smaller files for readers of these years
};

/// By the name that job files give it. InvalidInput: another one.
Result<Profile> ProfileNamed(std::string_view name);
/// The name that job files give it.
std::string_view Name(Profile profile);

/// How text formats, csv and json, write what is a matter of taste or of the reader.
struct TextOptions {
  std::string dialect = "rfc4180";  ///< csv: "rfc4180" or "hive-text"
  bool header = true;               ///< csv, rfc4180: names in the first record
  std::string null;                 ///< csv, rfc4180: what stands for null, not quoted
  /// csv: floats of other than key columns have this many digits behind the point.
  std::optional<int> decimals;
  bool nan_as_string = false;  ///< json: "NaN", "Infinity", "-Infinity"; else refused
};

struct EncoderOptions {
  Profile profile = Profile::kLake;
  std::string compression = "snappy";  ///< one of Format::compressions
  int64_t row_group_bytes = int64_t{128}
                            << 20;  ///< encoded bytes at which a row group is cut
  /// What the buffers of a file that holds little should keep to, where many are open at
  /// once: pages of Parquet are smaller then. 0: there are few.
  int64_t memory_bytes = 0;
  /// Names of the columns by which rows are looked up: they get a page index.
  std::vector<std::string> key_columns;
  std::vector<std::pair<std::string, std::string>>
      metadata;  ///< file-level key/value pairs
  TextOptions text;
  /// How many may compress a file at the same time, in formats whose blocks stand for
  /// themselves: avro. The blocks hold the same rows.
  int64_t threads = 1;
  arrow::MemoryPool* pool = nullptr;   ///< nullptr: Arrow's default
  Environment* environment = nullptr;  ///< for random markers; nullptr: the system's
};

/// What the encoder knows of a finished file.
struct EncodedFile {
  int64_t rows = 0;
  int64_t row_groups = 0;
  std::vector<ColumnStats> columns;
};

/// Writes batches of one schema as one file. Thread-confined. Order: Write*, then Close.
class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Errors of the sink are passed on as they are. After an error only destruction is
  /// allowed.
  virtual Status Write(const arrow::RecordBatch& batch) = 0;
  /// Bytes given to the sink so far plus an estimate of what is buffered: for rolling
  /// files.
  virtual int64_t EstimatedBytes() const = 0;
  /// Bytes of memory held in buffers: for budgets.
  virtual int64_t BufferedBytes() const = 0;
  /// Give the sink what is buffered, and its memory back; the file goes on. A row group
  /// or a block ends here, so that few are as large as they were to be.
  virtual Status Flush() = 0;
  /// Write what is buffered and the footer. The sink is left open: committing it is the
  /// caller's.
  virtual Result<EncodedFile> Close() = 0;
};

/// What a finished file says of itself: read back from its bytes, not remembered.
struct ReadBackFile {
  std::shared_ptr<arrow::Schema> schema;
  int64_t rows = 0;
  int64_t row_groups = 0;
  std::vector<ColumnStats> columns;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::string created_by;
};

/// One way in which a file differs from what a profile's files are.
struct ProfileFinding {
  bool outside = true;  ///< false: for information, the file may still be inside
  std::string place;    ///< path of a column, or "the file"
  std::string rule;     ///< "codec", "encoding", "list structure", …
  std::string detail;   ///< what it is, and why that matters
};

/// Reads the rows of a finished file again. Thread-confined.
class RowReader {
 public:
  virtual ~RowReader() = default;
  /// The next rows in their order, some thousands at most; nullptr at the end. Corruption
  /// names the file and the place.
  virtual Result<std::shared_ptr<arrow::RecordBatch>> Next() = 0;
};

/// An output format. Thread-safe, stateless. Where a call takes EncoderOptions, they are
/// those that the file is or was written with.
class Format {
 public:
  virtual ~Format() = default;
  virtual const std::string& name() const = 0;  ///< "parquet"
  /// What files' names end with: ".parquet", ".csv.gz". `compression` is one of
  /// compressions().
  virtual std::string extension(const std::string& compression) const = 0;
  /// What files of `profile` may be compressed with, the default first.
  virtual const std::vector<std::string>& compressions(Profile profile) const = 0;
  /// Whether a file says the types of its columns. Where it does not (text), ReadRows
  /// must be told.
  virtual bool says_types() const { return true; }
  /// `schema` as a file of it says when it is read back (ReadBackFile::schema; metadata
  /// apart): a format may know fewer types. SchemaMismatch: a type that the format cannot
  /// hold truly (names the column).
  virtual Result<std::shared_ptr<arrow::Schema>> StoredSchema(
      const std::shared_ptr<arrow::Schema>& schema,
      const EncoderOptions& options) const = 0;
  /// The rows as they read back, where the format bends a value as it says it does: the
  /// payload of a NaN in text, digits that were not asked for. Mostly `batch` itself.
  virtual Result<std::shared_ptr<arrow::RecordBatch>> AsStored(
      std::shared_ptr<arrow::RecordBatch> batch, const EncoderOptions& options) const;
  /// `sink` must outlive the encoder.
  virtual Result<std::unique_ptr<Encoder>> MakeEncoder(
      std::shared_ptr<arrow::Schema> schema, ByteSink* sink,
      const EncoderOptions& options) const = 0;
  /// Read a file's own account of itself: its footer, or, where there is none, all of it
  /// in bounded memory. Corruption when it is not whole.
  virtual Result<ReadBackFile> ReadBack(ByteSource& file,
                                        const EncoderOptions& options) const = 0;
  /// Each way in which `file`, ours or anybody's, is outside of `profile`; no rows are
  /// decoded. Corruption: not a whole file. Unsupported: a format without profiles.
  virtual Result<std::vector<ProfileFinding>> Lint(ByteSource& file,
                                                   Profile profile) const;
  /// The rows of `file`, whose writer was given `schema`, with its types; for formats
  /// that do not say them (others: Unsupported).
  virtual Result<std::unique_ptr<RowReader>> ReadRows(
      std::shared_ptr<ByteSource> file, std::shared_ptr<arrow::Schema> schema,
      const EncoderOptions& options) const;
};

/// Every format there is; conformance and interop tests, `inspect` and the docs walk this
/// list.
const std::vector<const Format*>& BuiltinFormats();
/// By name; nullptr if there is none.
const Format* FindFormat(std::string_view name);

}  // namespace howdah
