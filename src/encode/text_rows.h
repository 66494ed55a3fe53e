#pragma once

#include <memory>
#include <string>

#include "encode/encoder.h"
#include "encode/text_column.h"

namespace arrow {
class ArrayBuilder;
}

namespace howdah {

/// What a reader of rows must know of a file beside its columns.
struct TextFileStyle {
  TextStyle text;
  bool header = false;  ///< the first record has the columns' names
  std::string compression = "none";
};

/// The rows of `file`, which MakeTextEncoder wrote with such a style from batches of
/// `schema`. Corruption: the first record or value that this encoder does not write so
/// (names the file, the record and the column).
Result<std::unique_ptr<RowReader>> ReadTextRows(std::shared_ptr<ByteSource> file,
                                                std::shared_ptr<arrow::Schema> schema,
                                                TextFileStyle style);

/// Append the cell `text` of hive-text, `depth` deep, to `builder`. Corruption: a clause.
Status AppendHive(std::string_view text, int depth, arrow::ArrayBuilder* builder);

}  // namespace howdah
