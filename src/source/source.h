#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "base/status.h"
#include "types/split.h"

namespace arrow {
class MemoryPool;
class RecordBatch;
class Schema;
}  // namespace arrow

namespace howdah {

/// A piece of a file that can be read by itself: a row group.
struct SourceUnit {
  int64_t rows = 0;
  int64_t bytes = 0;  ///< uncompressed bytes of the columns asked for
};

/// What the planning pass knows of one input file.
struct SourceFileInfo {
  std::shared_ptr<arrow::Schema> schema;
  std::vector<SourceUnit> units;  ///< in file order
};

/// Rows on their way through the engine.
struct SourceBatch {
  std::shared_ptr<arrow::RecordBatch> rows;
  int64_t file = 0;       ///< index into the plan's input files, of the first row
  int64_t first_row = 0;  ///< that row's offset inside its file
};

/// Reads one split. Thread-confined.
class SplitReader {
 public:
  virtual ~SplitReader() = default;
  /// The next rows in input order: exactly `batch_rows` of them, fewer in the split's
  /// last batch only; nullopt-like (rows == nullptr) at the end. Corruption names file
  /// and row group.
  virtual Result<SourceBatch> Next() = 0;
};

struct SplitReadOptions {
  std::vector<std::string> columns;  ///< top-level names to read, in this order
  int64_t batch_rows = 1024;
  arrow::MemoryPool* pool = nullptr;  ///< nullptr: Arrow's default
};

/// A format that inputs can have. Thread-safe, stateless.
class SourceFormat {
 public:
  virtual ~SourceFormat() = default;
  virtual const std::string& name() const = 0;  ///< "parquet"
  virtual const std::vector<std::string>& extensions()
      const = 0;  ///< {".parquet", ".parq"}

  /// Read what planning needs: schema and units, no rows. `columns` empty: bytes of all.
  /// Corruption: the bytes are not this format, or are cut (names the file, what was
  /// expected).
  virtual Result<SourceFileInfo> Inspect(ByteSource& file,
                                         std::span<const std::string> columns) const = 0;
  /// Open `split`; `files` are the opened files of its parts, by part.
  virtual Result<std::unique_ptr<SplitReader>> Open(
      const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
      const SplitReadOptions& options) const = 0;
};

/// Every format there is; the list that tests, `inspect` and the docs walk.
const std::vector<const SourceFormat*>& BuiltinSourceFormats();
/// By name; nullptr if there is none.
const SourceFormat* FindSourceFormat(std::string_view name);

}  // namespace howdah
