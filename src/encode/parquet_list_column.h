#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"

namespace arrow {
class Array;
class Field;
class MemoryPool;
class ResizableBuffer;
namespace io {
class OutputStream;
}  // namespace io
namespace util {
class Codec;
}  // namespace util
}  // namespace arrow

namespace howdah {

/// Where a column chunk lies, and how large it is.
struct ColumnChunk {
  int64_t rows = 0;
  int64_t levels = 0;  ///< Parquet's "values": elements, and empty lists
  int64_t elements = 0;
  int64_t first_page = 0;
  int32_t pages = 0;
  int64_t compressed_bytes = 0;    ///< with the headers of the pages
  int64_t uncompressed_bytes = 0;  ///< the same
};

/// Makes the pages of a column of lists as tensors give them: required lists of required
/// numbers of 4 or 8 bytes, stored PLAIN. Of equally long lists the levels are the same
/// few bytes again and again, where a general writer looks at each element; and a page of
/// numbers that Snappy cannot compress goes into the file by one copy. Thread-confined.
///
/// What repeats from file to file is kept apart from the numbers: pages are made while
/// rows come, and written when the row group is.
class ListColumn {
 public:
  /// Whether columns of `field` can be written by this class.
  static bool Fits(const arrow::Field& field);

  /// \param codec  nullptr: pages are stored as they are.
  /// \param stores_incompressible  the codec is Snappy's: pages that it does not make
  ///   smaller are stored as literals.
  ListColumn(int value_bytes, std::unique_ptr<arrow::util::Codec> codec,
             bool stores_incompressible, arrow::MemoryPool* pool);
  ~ListColumn();

  /// Take `rows`, a ListArray, whose values are copied. InvalidInput: there
  /// is a null. ResourceExhausted: a list larger than a page can be.
  Status Append(const arrow::Array& rows);
  /// Write the rows taken since the last call as a column chunk.
  Result<ColumnChunk> WriteChunk(arrow::io::OutputStream& out);

 private:
  struct Page {
    std::string head;  // levels; before them what the codec needs
    std::unique_ptr<arrow::ResizableBuffer> body;
    int32_t levels = 0;
    int32_t elements = 0;
    int32_t uncompressed_bytes = 0;
  };
  enum class Form { kStored, kLiterals, kCompressed };

  Status BeginPage();
  void AddLengths(const int32_t* offsets, int64_t lists);
  Status AddValues(const uint8_t* values, int64_t bytes);
  Status EndPage();
  Result<std::string> BeginSnappy(const std::string& levels, int64_t bytes);
  Status Compress(Page* page, const std::string& levels);

  const int value_bytes_;
  const std::unique_ptr<arrow::util::Codec> codec_;
  const bool stores_incompressible_;
  arrow::MemoryPool* const pool_;

  // Of the page at hand:
  Form form_ = Form::kStored;
  std::unique_ptr<arrow::ResizableBuffer> body_;
  int64_t body_bytes_ = 0;     // used in body_
  int64_t literal_bytes_ = 0;  // of the last literal in it
  int64_t values_size_ = 0;    // bytes of values
  int64_t lists_ = 0;
  int64_t length_ = 0;  // of all lists, unless lengths_ tells it of each
  std::vector<int32_t> lengths_;

  // Of the column chunk:
  std::vector<Page> pages_;
  int64_t rows_ = 0;

  // Of the file:
  int64_t pages_begun_ = 0;
  bool compresses_ = true;  // the last page that was tried became smaller
};

}  // namespace howdah
