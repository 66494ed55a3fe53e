#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "types/tensor.h"

namespace howdah {

/// One MetaGraph of a SavedModel, as far as callers need it.
struct MetaGraphInfo {
  std::vector<std::string> tags;      ///< sorted, e.g. {"serve"}
  std::string tensorflow_version;     ///< that wrote it
  std::vector<Signature> signatures;  ///< sorted by key, without "__saved_model_init_op"
};

struct SavedModelInfo {
  std::string path;  ///< the SavedModel directory
  std::vector<MetaGraphInfo> meta_graphs;
  int64_t bytes = 0;  ///< of all files below `path`
};

/// Read `directory`/saved_model.pb without TensorFlow, in milliseconds.
/// NotFound: no such directory, or no saved_model.pb in it (says what a SavedModel looks
/// like). InvalidInput: a Keras or another file is given in place of a directory.
/// Unsupported: a saved_model.pbtxt. Corruption: empty, cut, or not a SavedModel. Source:
/// tensorflow/core/protobuf/saved_model.proto, meta_graph.proto.
Result<SavedModelInfo> ReadSavedModel(const std::string& directory);

/// SHA-256 over the model's files: of the lines "<sha256 of the file>  <path relative to
/// directory>\n" in byte order of paths, so that `sha256sum` can reproduce it.
Result<std::string> SavedModelDigest(const std::string& directory);

/// The MetaGraph with exactly `tags` (in any order). NotFound lists the tag sets there
/// are.
Result<const MetaGraphInfo*> FindMetaGraph(const SavedModelInfo& model,
                                           const std::vector<std::string>& tags);

/// The signature `key`. An empty key means "serving_default", or the only one there is.
/// NotFound lists the signatures there are.
Result<const Signature*> FindSignature(const MetaGraphInfo& meta_graph,
                                       const std::string& key);

}  // namespace howdah
