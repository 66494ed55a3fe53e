#pragma once

#include <cstdint>
#include <memory>
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

struct EncoderOptions {
  std::string compression = "snappy";  ///< one of Format::compressions
  int64_t row_group_bytes = int64_t{128}
                            << 20;  ///< encoded bytes at which a row group is cut
  /// Names of the columns by which rows are looked up: they get a page index.
  std::vector<std::string> key_columns;
  std::vector<std::pair<std::string, std::string>>
      metadata;                       ///< file-level key/value pairs
  arrow::MemoryPool* pool = nullptr;  ///< nullptr: Arrow's default
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

/// An output format. Thread-safe, stateless.
class Format {
 public:
  virtual ~Format() = default;
  virtual const std::string& name() const = 0;       ///< "parquet"
  virtual const std::string& extension() const = 0;  ///< ".parquet"
  virtual const std::vector<std::string>& compressions()
      const = 0;  ///< the default first
  /// `schema` as a file of it says when it is read back (ReadBackFile::schema; metadata
  /// apart): a format may know fewer types. SchemaMismatch: a type that the format cannot
  /// hold truly (names the column).
  virtual Result<std::shared_ptr<arrow::Schema>> StoredSchema(
      const std::shared_ptr<arrow::Schema>& schema) const = 0;
  /// `sink` must outlive the encoder.
  virtual Result<std::unique_ptr<Encoder>> MakeEncoder(
      std::shared_ptr<arrow::Schema> schema, ByteSink* sink,
      const EncoderOptions& options) const = 0;
  /// Read a file's own account of itself (its footer). Corruption when it is not whole.
  virtual Result<ReadBackFile> ReadBack(ByteSource& file) const = 0;
};

/// Every format there is; conformance and interop tests, `inspect` and the docs walk this
/// list.
const std::vector<const Format*>& BuiltinFormats();
/// By name; nullptr if there is none.
const Format* FindFormat(std::string_view name);

}  // namespace howdah
