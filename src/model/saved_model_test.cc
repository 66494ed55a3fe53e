#include "model/saved_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <protozero/pbf_writer.hpp>

#include "base/digest.h"

namespace howdah {
namespace {

using protozero::pbf_writer;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

// A message's bytes, written by `fill`.
template <typename Fill>
std::string Message(Fill fill) {
  std::string bytes;
  pbf_writer writer(bytes);
  fill(writer);
  return bytes;
}

std::string MapEntry(const std::string& key, const std::string& value) {
  return Message([&](pbf_writer& entry) {
    entry.add_string(1, key);
    entry.add_message(2, value);
  });
}

std::string Dim(int64_t size) {
  return Message([&](pbf_writer& dim) { dim.add_int64(1, size); });
}

std::string TensorInfo(const std::string& name, int dtype,
                       const std::vector<int64_t>& dims) {
  return Message([&](pbf_writer& info) {
    info.add_string(1, name);
    info.add_enum(2, dtype);
    info.add_message(3, Message([&](pbf_writer& shape) {
                       for (const int64_t size : dims) shape.add_message(2, Dim(size));
                     }));
  });
}

std::string UnknownRankInfo() {
  return Message([](pbf_writer& info) {
    info.add_string(1, "any:0");
    info.add_enum(2, 1);
    info.add_message(3, Message([](pbf_writer& shape) { shape.add_bool(3, true); }));
  });
}

std::string SparseInfo() {
  return Message([](pbf_writer& info) {
    info.add_enum(2, 1);
    info.add_message(4, std::string());
  });
}

// Inputs z float32 [?, 32], a string [unknown rank], s sparse; z has a default. Output y
// int64 [].
std::string PredictSignature() {
  return Message([](pbf_writer& signature) {
    signature.add_message(1, MapEntry("z", TensorInfo("z_in:0", 1, {-1, 32})));
    signature.add_message(1, MapEntry("a", UnknownRankInfo()));
    signature.add_message(1, MapEntry("s", SparseInfo()));
    signature.add_message(2, MapEntry("y", TensorInfo("call:1", 9, {})));
    signature.add_string(3, "tensorflow/serving/predict");
    signature.add_message(4, MapEntry("z", "a TensorProto"));
  });
}

std::string MetaGraph(const std::vector<std::string>& tags,
                      const std::vector<std::string>& signature_keys) {
  return Message([&](pbf_writer& meta_graph) {
    meta_graph.add_message(1, Message([&](pbf_writer& info) {
                             for (const auto& tag : tags) info.add_string(4, tag);
                             info.add_string(5, "2.21.0");
                           }));
    meta_graph.add_message(
        2, std::string(100'000, '\xff'));  // a graph that nobody may decode
    for (const auto& key : signature_keys) {
      meta_graph.add_message(5, MapEntry(key, PredictSignature()));
    }
  });
}

std::string SavedModelBytes(const std::vector<std::string>& meta_graphs) {
  return Message([&](pbf_writer& saved_model) {
    saved_model.add_int64(1, 1);
    for (const auto& meta_graph : meta_graphs) saved_model.add_message(2, meta_graph);
  });
}

class SavedModel : public testing::Test {
 protected:
  SavedModel() {
    std::string pattern = testing::TempDir() + "/saved_model_XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~SavedModel() override { fs::remove_all(directory_); }

  void WriteFile(const fs::path& name, const std::string& bytes) const {
    fs::create_directories((directory_ / name).parent_path());
    std::ofstream(directory_ / name, std::ios::binary) << bytes;
  }
  void WriteModel(const std::string& bytes) const { WriteFile("saved_model.pb", bytes); }
  std::string directory() const { return directory_.string(); }

  void ExpectRefused(const std::string& path, ErrorKind kind,
                     const std::string& text) const {
    const Status status = ReadSavedModel(path).status();
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(Name(KindOf(status)), Name(kind)) << status.message();
    EXPECT_THAT(status.message(), HasSubstr(text));
  }

  fs::path directory_;
};

TEST_F(SavedModel, TellsTagsSignaturesAndTensorsInOrder) {
  WriteModel(SavedModelBytes(
      {MetaGraph({"serve", "gpu"}, {"b", "a", "__saved_model_init_op"})}));
  const auto model = ReadSavedModel(directory()).ValueOrDie();
  EXPECT_EQ(model.path, directory());
  ASSERT_EQ(model.meta_graphs.size(), 1u);
  const MetaGraphInfo& meta_graph = model.meta_graphs[0];
  EXPECT_THAT(meta_graph.tags, ElementsAre("gpu", "serve"));
  EXPECT_EQ(meta_graph.tensorflow_version, "2.21.0");
  ASSERT_EQ(meta_graph.signatures.size(), 2u);
  EXPECT_EQ(meta_graph.signatures[0].key, "a");
  EXPECT_EQ(meta_graph.signatures[1].key, "b");

  const Signature& signature = meta_graph.signatures[0];
  EXPECT_EQ(signature.method_name, "tensorflow/serving/predict");
  ASSERT_EQ(signature.inputs.size(), 3u);
  const TensorSpec &a = signature.inputs[0], &s = signature.inputs[1],
                   &z = signature.inputs[2];
  EXPECT_EQ(a.name, "a");
  EXPECT_EQ(a.ToString(), "float32 [unknown rank]");
  EXPECT_FALSE(s.is_dense);
  EXPECT_EQ(z.ToString(), "float32 [?, 32]");
  EXPECT_EQ(z.tensor_name, "z_in:0");
  EXPECT_TRUE(z.has_default && z.is_dense);
  EXPECT_FALSE(a.has_default);
  ASSERT_EQ(signature.outputs.size(), 1u);
  EXPECT_EQ(signature.outputs[0].ToString(), "int64 []");
  EXPECT_EQ(signature.outputs[0].tensor_name, "call:1");
}

TEST_F(SavedModel, StepsOverAGraphOfManyGigabytes) {
  // A sparse file: a MetaGraph of a 5 GiB graph and then a signature.
  constexpr uint64_t kGraphBytes = uint64_t{5} << 30;
  std::string graph_header, model_header;
  protozero::add_varint_to_buffer(&graph_header, (2 << 3) | 2);
  protozero::add_varint_to_buffer(&graph_header, kGraphBytes);
  const std::string rest = MetaGraph({"serve"}, {"serving_default"});
  protozero::add_varint_to_buffer(&model_header, (2 << 3) | 2);
  protozero::add_varint_to_buffer(&model_header,
                                  graph_header.size() + kGraphBytes + rest.size());
  WriteModel(model_header + graph_header);
  const fs::path file = directory_ / "saved_model.pb";
  fs::resize_file(file, fs::file_size(file) + kGraphBytes);
  std::ofstream(file, std::ios::binary | std::ios::app) << rest;
  const auto model = ReadSavedModel(directory()).ValueOrDie();
  EXPECT_EQ(model.meta_graphs[0].signatures[0].key, "serving_default");
}

TEST_F(SavedModel, CountsTheBytesOfAllFiles) {
  const std::string bytes = SavedModelBytes({MetaGraph({"serve"}, {"a"})});
  WriteModel(bytes);
  WriteFile("variables/variables.data-00000-of-00001", "12345");
  EXPECT_EQ(ReadSavedModel(directory()).ValueOrDie().bytes,
            static_cast<int64_t>(bytes.size()) + 5);
}

TEST_F(SavedModel, IsRefusedWhereverItIsCut) {
  const std::string bytes = SavedModelBytes({MetaGraph({"serve"}, {"a"})});
  WriteModel("");
  ExpectRefused(directory(), ErrorKind::kCorruption,
                "/saved_model.pb: the file is empty");
  for (const size_t length :
       {size_t{1}, size_t{3}, size_t{30}, size_t{1000}, bytes.size() - 1}) {
    WriteModel(bytes.substr(0, length));
    ExpectRefused(directory(), ErrorKind::kCorruption, directory() + "/saved_model.pb: ");
  }
}

TEST_F(SavedModel, SurvivesEveryChangedByte) {
  const std::string bytes = SavedModelBytes({Message([](pbf_writer& meta_graph) {
    meta_graph.add_message(
        1, Message([](pbf_writer& info) { info.add_string(4, "serve"); }));
    meta_graph.add_message(5, MapEntry("a", PredictSignature()));
  })});
  WriteModel(bytes);
  std::fstream file(directory_ / "saved_model.pb",
                    std::ios::binary | std::ios::in | std::ios::out);
  const auto put = [&](size_t position, char byte) {
    file.seekp(static_cast<std::streamoff>(position)).put(byte).flush();
    ASSERT_TRUE(file.good());
  };
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const char change : {'\0', '\x01', '\x7f', '\x80', '\xff'}) {
      put(i, change);
      const auto model = ReadSavedModel(directory());
      EXPECT_TRUE(model.ok() || Is(model.status(), ErrorKind::kCorruption))
          << i << ": " << model.status().ToString();
    }
    put(i, bytes[i]);
  }
  EXPECT_TRUE(ReadSavedModel(directory()).ok());
}

TEST_F(SavedModel, IsNotAnotherKindOfFile) {
  for (const std::string bytes : {"node {\n  name: \"x\"\n}\n", "\x89HDF\r\n\x1a\n",
                                  "PK\x03\x04", "\x08\x01", "hello", "\n"}) {
    WriteModel(bytes);
    ExpectRefused(directory(), ErrorKind::kCorruption, "/saved_model.pb: ");
  }
}

TEST_F(SavedModel, HasASignatureOfReasonableSize) {
  std::string header, model;
  protozero::add_varint_to_buffer(&header, (5 << 3) | 2);
  protozero::add_varint_to_buffer(&header, uint64_t{1} << 30);
  protozero::add_varint_to_buffer(&model, (2 << 3) | 2);
  protozero::add_varint_to_buffer(&model, (uint64_t{1} << 30) + header.size());
  WriteModel(model + header);
  fs::resize_file(directory_ / "saved_model.pb",
                  model.size() + header.size() + (1 << 30));
  ExpectRefused(directory(), ErrorKind::kCorruption, "more than 64 MiB");
}

TEST_F(SavedModel, IsMissing) {
  ExpectRefused(directory() + "/nothing", ErrorKind::kNotFound,
                "no such model directory");
  ExpectRefused(directory(), ErrorKind::kNotFound, "a SavedModel is the directory that");
}

TEST_F(SavedModel, KnowsWhatUsersMixUp) {
  WriteFile("m.keras", "PK");
  WriteFile("m.h5", "HDF");
  WriteFile("notes.txt", "");
  ExpectRefused(directory() + "/m.keras", ErrorKind::kInvalidInput, "model.export(");
  ExpectRefused(directory() + "/m.h5", ErrorKind::kInvalidInput, "a Keras file");
  ExpectRefused(directory() + "/notes.txt", ErrorKind::kInvalidInput,
                "a SavedModel is a directory");
  ExpectRefused(directory(), ErrorKind::kInvalidInput, "m.h5: a Keras file");

  WriteFile("export/saved_model.pbtxt", "");
  ExpectRefused(directory() + "/export", ErrorKind::kUnsupported, "the text form");

  for (const char* version : {"2", "9", "10"}) {
    WriteFile(fs::path("served") / version / "saved_model.pb", "");
  }
  ExpectRefused(directory() + "/served", ErrorKind::kNotFound, "served/10'?");
  ExpectRefused(directory() + "/served/9/saved_model.pb", ErrorKind::kInvalidInput,
                "give the SavedModel's directory, '" + directory() + "/served/9'");
}

TEST_F(SavedModel, MayBeForbidden) {
  WriteModel(SavedModelBytes({MetaGraph({"serve"}, {"a"})}));
  fs::permissions(directory_, fs::perms::owner_all | fs::perms::others_all);
  fs::permissions(directory_ / "saved_model.pb", fs::perms::none);
  const pid_t child = fork();  // as a user for whom permissions hold
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (getuid() == 0 && setuid(kNobody) != 0) _exit(2);
    const Status status = ReadSavedModel(directory()).status();
    _exit(Is(status, ErrorKind::kPermissionDenied) ? 0 : 1);
  }
  int result = 0;
  ASSERT_EQ(waitpid(child, &result, 0), child);
  EXPECT_TRUE(WIFEXITED(result));
  EXPECT_EQ(WEXITSTATUS(result), 0);
}

TEST_F(SavedModel, DigestIsThatOfSha256sum) {
  WriteModel("abc");
  WriteFile("variables/variables.index", "");
  WriteFile("assets/words.txt", "one\n");
  // `find -type f` in byte order, through `sha256sum`, through `sha256sum`.
  const std::string lines =
      Sha256Hex("one\n") + "  assets/words.txt\n" +
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  "
      "saved_model.pb\n" +
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  "
      "variables/variables.index\n";
  EXPECT_EQ(SavedModelDigest(directory()).ValueOrDie(), Sha256Hex(lines));
  EXPECT_EQ(SavedModelDigest(directory() + "/").ValueOrDie(), Sha256Hex(lines));
}

TEST_F(SavedModel, DigestFollowsLinksButNoRings) {
  WriteFile("blobs/b", "abc");
  fs::create_directories(directory_ / "model");
  fs::create_symlink("../blobs/b", directory_ / "model/saved_model.pb");
  fs::create_directory_symlink("../blobs", directory_ / "model/variables");
  fs::create_symlink("nowhere", directory_ / "model/dangling");
  const std::string hex = Sha256Hex("abc");
  EXPECT_EQ(SavedModelDigest(directory() + "/model").ValueOrDie(),
            Sha256Hex(hex + "  saved_model.pb\n" + hex + "  variables/b\n"));
  fs::create_directory_symlink(".", directory_ / "model/ring");
  EXPECT_THAT(SavedModelDigest(directory() + "/model").status().message(),
              HasSubstr("ring of links"));
}

TEST_F(SavedModel, MetaGraphsAreFoundByTheirTags) {
  WriteModel(SavedModelBytes(
      {MetaGraph({"serve"}, {"a"}), MetaGraph({"serve", "gpu"}, {"a", "b"})}));
  const auto model = ReadSavedModel(directory()).ValueOrDie();
  EXPECT_EQ(FindMetaGraph(model, {"serve"}).ValueOrDie(), &model.meta_graphs[0]);
  EXPECT_EQ(FindMetaGraph(model, {"serve", "gpu"}).ValueOrDie(), &model.meta_graphs[1]);
  const Status status = FindMetaGraph(model, {"tpu"}).status();
  EXPECT_TRUE(Is(status, ErrorKind::kNotFound));
  EXPECT_THAT(status.message(), HasSubstr("{'serve'}, {'gpu', 'serve'}"));
}

MetaGraphInfo WithSignatures(const std::vector<std::string>& keys) {
  MetaGraphInfo meta_graph;
  for (const auto& key : keys) meta_graph.signatures.push_back(Signature{.key = key});
  return meta_graph;
}

TEST(FindSignature, TakesTheDefaultOrTheOnlyOne) {
  const auto several = WithSignatures({"a", "serving_default"});
  EXPECT_EQ((*FindSignature(several, ""))->key, "serving_default");
  EXPECT_EQ((*FindSignature(several, "a"))->key, "a");
  EXPECT_EQ((*FindSignature(WithSignatures({"only"}), ""))->key, "only");
}

TEST(FindSignature, ListsWhatThereIs) {
  const auto message = [](const MetaGraphInfo& meta_graph, const std::string& key) {
    const Status status = FindSignature(meta_graph, key).status();
    EXPECT_TRUE(Is(status, ErrorKind::kNotFound));
    return status.message();
  };
  EXPECT_EQ(
      message(WithSignatures({"predict", "score"}), "predikt"),
      "the model has no signature 'predikt'; it has 'predict', 'score'; did you mean "
      "'predict'?");
  EXPECT_THAT(message(WithSignatures({"predict", "score"}), ""),
              HasSubstr("choose one of 'predict', 'score'"));
  EXPECT_THAT(message(WithSignatures({}), ""), HasSubstr("no signature"));
}

}  // namespace
}  // namespace howdah
