#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "pipeline/inputs.h"
#include "schema/feed.h"
#include "types/tensor.h"

namespace arrow {
class DataType;
class Field;
class Schema;
}  // namespace arrow

namespace howdah {

/// The columns of all input files, brought to one type each. Thread-confined.
class InputColumns {
 public:
  /// \param wanted  names of the columns that the job asks for: only these must agree.
  /// All
  ///   arguments must outlive this.
  InputColumns(const InputSet& inputs, const std::vector<std::string>& wanted)
      : inputs_(inputs), wanted_(wanted) {}

  /// Add the columns of inputs.files[file]; file 0 first. Of a wanted column the first
  /// file that has it says its metadata, and with it what the format makes of files that
  /// do not. SchemaMismatch: a wanted column has types in two files that the format does
  /// not unite, or is missing in one (names both files).
  Status Add(const std::shared_ptr<arrow::Schema>& schema, size_t file);

  /// The columns of the files, then those of their directories, which win over a column
  /// of the same name, as in Hive and Spark, with a warning if it is wanted. Where text
  /// files have no value at all in a column it is of numbers if it feeds a tensor of
  /// numbers, else text.
  std::shared_ptr<arrow::Schema> Schema(const Signature& signature,
                                        const TensorColumns& tensors,
                                        std::vector<std::string>* warnings) const;

 private:
  struct File {
    size_t index = 0;
    std::shared_ptr<arrow::Schema> schema;
  };
  /// A wanted column on its way.
  struct Wanted {
    std::optional<size_t> file;  // the first that has it
    std::vector<File> without;   // those before it
  };

  Status AddWanted(const std::string& name, const File& file);
  /// Bring the column, which a file had already, and that of another file to one type.
  Status Unite(const std::string& name, const File& file);
  Status Disagreement(const arrow::Field& mine, const arrow::Field* other,
                      size_t file) const;

  const InputSet& inputs_;
  const std::vector<std::string>& wanted_;
  std::vector<std::shared_ptr<arrow::Field>> fields_;
  std::map<std::string, Wanted> columns_;  // by name
};

}  // namespace howdah
