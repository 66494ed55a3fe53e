#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "types/tensor.h"

namespace howdah {

/// One signature of a MetaGraph, with what only the predictor needs beside it.
struct SignatureEntry {
  Signature signature;
  std::map<std::string, std::string> defaults;  ///< input name -> serialized TensorProto
};

struct MetaGraphEntry {
  std::vector<std::string> tags;  ///< sorted
  std::string tensorflow_version;
  std::map<std::string, SignatureEntry> signatures;  ///< by key, all of them
};

/// Read the MetaGraphs of the file `path`, a serialized SavedModel message.
///
/// Graphs and object graphs, nearly all of the file, are stepped over and never read, so
/// that the time does not grow with the model. The bytes are not trusted. NotFound,
/// PermissionDenied, Internal: the file. Corruption: empty, cut, or another kind of file.
Result<std::vector<MetaGraphEntry>> ReadMetaGraphs(const std::string& path);

}  // namespace howdah
