#include "source/parquet_source.h"

#include <arrow/type.h>
#include <parquet/metadata.h>

#include <utility>

#include "source/parquet_chunks.h"
#include "source/parquet_footer.h"

namespace howdah {
namespace {

Result<SourceUnit> UnitOf(const ByteSource& file, const parquet::FileMetaData& footer,
                          int row_group, const std::vector<int>& leaves) {
  const auto group = footer.RowGroup(row_group);
  SourceUnit unit{.rows = group->num_rows()};
  for (const int leaf : leaves) {
    const int64_t bytes = group->ColumnChunk(leaf)->total_uncompressed_size();
    if (bytes < 0 || __builtin_add_overflow(unit.bytes, bytes, &unit.bytes)) {
      return Error(ErrorKind::kCorruption,
                   "{}: corrupt Parquet footer: a column of row group {} claims {} bytes",
                   file.name(), row_group, bytes);
    }
  }
  return unit;
}

class ParquetSource final : public SourceFormat {
 public:
  const std::string& name() const override {
    static const std::string name = "parquet";
    return name;
  }
  const std::vector<std::string>& extensions() const override {
    static const std::vector<std::string> extensions = {".parquet", ".parq"};
    return extensions;
  }

  Result<SourceFileInfo> Inspect(ByteSource& file,
                                 const InspectOptions& options) const override {
    HOWDAH_ASSIGN_OR_RETURN(const auto footer, ReadParquetFooter(file));
    SourceFileInfo info;
    HOWDAH_ASSIGN_OR_RETURN(info.schema, ParquetArrowSchema(file, *footer));
    const std::vector<int> leaves = ParquetLeaves(
        *footer, options.columns.empty() ? info.schema->field_names() : options.columns);
    const Status read = CatchParquet([&] {
      for (int i = 0; i < footer->num_row_groups(); ++i) {
        HOWDAH_ASSIGN_OR_RETURN(SourceUnit unit, UnitOf(file, *footer, i, leaves));
        info.units.push_back(unit);
      }
      return Status::OK();
    });
    if (!read.ok() && read.detail() == nullptr) {
      return Error(ErrorKind::kCorruption, "{}: corrupt Parquet footer: {}", file.name(),
                   read.message());
    }
    HOWDAH_RETURN_IF_ERROR(read);
    return info;
  }

  Result<std::unique_ptr<ChunkReader>> OpenChunks(
      const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
      const SplitReadOptions& options) const override {
    return MakeParquetChunkReader(split, std::move(files), options);
  }
};

}  // namespace

const SourceFormat& ParquetSourceFormat() {
  static const ParquetSource format;
  return format;
}

}  // namespace howdah
