#include "source/arrow_source.h"

#include <utility>

#include "source/arrow_chunks.h"
#include "source/arrow_file.h"

namespace howdah {
namespace {

class ArrowSource final : public SourceFormat {
 public:
  const std::string& name() const override {
    static const std::string name = "arrow";
    return name;
  }
  const std::vector<std::string>& extensions() const override {
    static const std::vector<std::string> extensions = {".arrow", ".feather", ".ipc",
                                                        ".arrows"};
    return extensions;
  }

  Result<SourceFileInfo> Inspect(ByteSource& file,
                                 const InspectOptions& options) const override {
    HOWDAH_ASSIGN_OR_RETURN(const ArrowLayout layout, ArrowLayoutOf(file));
    return InspectArrow(file, layout, options.columns);
  }

  Result<std::unique_ptr<ChunkReader>> OpenChunks(
      const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
      const SplitReadOptions& options) const override {
    return MakeArrowChunkReader(split, std::move(files), options);
  }
};

}  // namespace

const SourceFormat& ArrowSourceFormat() {
  static const ArrowSource format;
  return format;
}

}  // namespace howdah
