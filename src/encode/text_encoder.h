#pragma once

#include <memory>
#include <string>
#include <vector>

#include "encode/encoder.h"
#include "encode/text_column.h"

namespace howdah {

/// What stands around the cells of a file.
struct TextLayout {
  std::string header;  ///< first bytes of the file
  /// Before each cell, by column: "" and then ",", or `{"a":` and then `,"b":`.
  std::vector<std::string> leads;
  std::string row_end;
};

/// The columns of a file as `style` has them; `key_style` for those among
/// options.key_columns. SchemaMismatch: no columns; two of one name; a type that the
/// dialect cannot hold (names the column).
Result<std::vector<std::unique_ptr<TextColumn>>> MakeTextColumns(
    const arrow::Schema& schema, const EncoderOptions& options, const TextStyle& style,
    const TextStyle& key_style);

/// An encoder of text. `compression`: "none" or "gzip".
Result<std::unique_ptr<Encoder>> MakeTextEncoder(
    std::shared_ptr<arrow::Schema> schema, ByteSink* sink,
    std::vector<std::unique_ptr<TextColumn>> columns, TextLayout layout,
    const EncoderOptions& options);

}  // namespace howdah
