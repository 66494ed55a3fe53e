#include "model/saved_model.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/text.h"
#include "model/meta_graph.h"
#include "model/saved_model_files.h"

namespace howdah {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "saved_model.pb";
constexpr const char* kInitOp = "__saved_model_init_op";
constexpr const char* kDefaultSignature = "serving_default";

bool IsKerasFile(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".keras" || extension == ".h5" || extension == ".hdf5";
}

Status KerasFileError(const std::string& path) {
  return Error(
      ErrorKind::kInvalidInput,
      "{}: a Keras file, not a SavedModel directory; load it in Keras and export it "
      "with model.export('some/directory')",
      path);
}

Status NotADirectoryError(const fs::path& path) {
  if (IsKerasFile(path)) return KerasFileError(path.string());
  if (path.filename() == kFileName) {
    return Error(ErrorKind::kInvalidInput,
                 "{}: give the SavedModel's directory, '{}', not the file in it",
                 path.string(),
                 path.has_parent_path() ? path.parent_path().string() : ".");
  }
  return Error(ErrorKind::kInvalidInput,
               "{}: a file; a SavedModel is a directory that holds {}", path.string(),
               kFileName);
}

// Names of the entries of `directory` that match; none if it cannot be listed.
template <typename Predicate>
std::vector<std::string> EntriesOf(const fs::path& directory, Predicate matches) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error)) {
    if (matches(it->path())) names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;  // 9 before 10
  });
  return names;
}

// `directory` exists and has no saved_model.pb: say what the user probably meant.
Status NoSavedModelError(const fs::path& directory) {
  std::error_code error;
  if (fs::exists(directory / "saved_model.pbtxt", error)) {
    return Error(
        ErrorKind::kUnsupported,
        "{}: holds saved_model.pbtxt, the text form, which is not supported; load it "
        "in TensorFlow and save it again, which writes {}",
        directory.string(), kFileName);
  }
  const auto versions = EntriesOf(directory, [](const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path / kFileName, ignored);
  });
  if (!versions.empty()) {
    return Error(ErrorKind::kNotFound, "{}: has no {}; did you mean '{}'?",
                 directory.string(), kFileName, (directory / versions.back()).string());
  }
  const auto keras_files = EntriesOf(directory, IsKerasFile);
  if (!keras_files.empty()) {
    return KerasFileError((directory / keras_files.front()).string());
  }
  return Error(ErrorKind::kNotFound,
               "{}: has no {}; a SavedModel is the directory that tf.saved_model.save or "
               "Keras's model.export wrote, with {} and variables/ in it",
               directory.string(), kFileName, kFileName);
}

Status CheckDirectory(const fs::path& directory) {
  std::error_code error;
  const fs::file_status status = fs::status(directory, error);
  if (status.type() == fs::file_type::not_found) {
    return Error(ErrorKind::kNotFound, "{}: no such model directory", directory.string());
  }
  if (error) {
    return Error(error == std::errc::permission_denied ? ErrorKind::kPermissionDenied
                                                       : ErrorKind::kInternal,
                 "{}: the model cannot be read ({})", directory.string(),
                 error.message());
  }
  return fs::is_directory(status) ? Status::OK() : NotADirectoryError(directory);
}

std::string TagsToString(const std::vector<std::string>& tags) {
  return "{" + QuotedList(tags) + "}";
}

}  // namespace

Result<SavedModelInfo> ReadSavedModel(const std::string& directory) {
  const fs::path path(directory);
  HOWDAH_RETURN_IF_ERROR(CheckDirectory(path));
  auto meta_graphs = ReadMetaGraphs((path / kFileName).string());
  if (Is(meta_graphs.status(), ErrorKind::kNotFound)) return NoSavedModelError(path);
  HOWDAH_RETURN_IF_ERROR(meta_graphs.status());
  HOWDAH_ASSIGN_OR_RETURN(const auto files, ListModelFiles(directory));

  SavedModelInfo model{.path = directory};
  for (const ModelFile& file : files) model.bytes += file.bytes;
  for (MetaGraphEntry& entry : *meta_graphs) {
    MetaGraphInfo meta_graph{.tags = std::move(entry.tags),
                             .tensorflow_version = std::move(entry.tensorflow_version)};
    for (auto& [key, signature] : entry.signatures) {
      if (key != kInitOp) meta_graph.signatures.push_back(std::move(signature.signature));
    }
    model.meta_graphs.push_back(std::move(meta_graph));
  }
  return model;
}

Result<const MetaGraphInfo*> FindMetaGraph(const SavedModelInfo& model,
                                           const std::vector<std::string>& tags) {
  std::vector<std::string> wanted = tags;
  std::sort(wanted.begin(), wanted.end());
  std::string known;
  for (const MetaGraphInfo& meta_graph : model.meta_graphs) {
    if (meta_graph.tags == wanted) return &meta_graph;
    known += (known.empty() ? "" : ", ") + TagsToString(meta_graph.tags);
  }
  return Error(ErrorKind::kNotFound,
               "{}: the model has no MetaGraph with the tags {}; it has {}", model.path,
               TagsToString(wanted), known);
}

Result<const Signature*> FindSignature(const MetaGraphInfo& meta_graph,
                                       const std::string& key) {
  const auto& signatures = meta_graph.signatures;
  if (signatures.empty()) {
    return Error(ErrorKind::kNotFound,
                 "the model has no signature; save it again with signatures=...");
  }
  if (key.empty() && signatures.size() == 1) return &signatures.front();
  const std::string& wanted = key.empty() ? kDefaultSignature : key;
  std::vector<std::string> known;
  for (const Signature& signature : signatures) {
    if (signature.key == wanted) return &signature;
    known.push_back(signature.key);
  }
  if (key.empty()) {
    return Error(
        ErrorKind::kNotFound,
        "the model has no signature '{}' and more than one other: choose one of {}",
        kDefaultSignature, QuotedList(known));
  }
  return Error(ErrorKind::kNotFound, "the model has no signature '{}'; it has {}{}", key,
               QuotedList(known), DidYouMean(key, known));
}

}  // namespace howdah
