// One call of the file system on hdfs:///, for tests that do something to the cluster
// meanwhile: `hdfs_calls put /path text [replace]`. Configured by HADOOP_CONF_DIR.
// Prints what the call returns; an error as "Kind: message" on stderr, exit 1.
#include <fmt/core.h>

#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "hdfs/hdfs_services.h"

namespace howdah::hdfs {
namespace {

using Arguments = std::vector<std::string>;

IfExists ChoiceOf(const Arguments& arguments, size_t at) {
  return arguments.size() > at && arguments[at] == "replace" ? IfExists::kReplace
                                                             : IfExists::kFail;
}

uint32_t Octal(const std::string& text) {
  return static_cast<uint32_t>(std::stoul(text, nullptr, 8));
}

Status Stat(HdfsFileSystem& fs, const std::string& path) {
  HOWDAH_ASSIGN_OR_RETURN(const FileStatus status, fs.Describe(path));
  fmt::print("{} {} {:o} {} {} {} {}\n",
             status.type == NodeType::kDirectory ? "directory" : "file", status.length,
             status.mode, status.owner, status.group, status.replication,
             status.modification_time_ms);
  return Status::OK();
}

Status List(HdfsFileSystem& fs, const std::string& path) {
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<FileInfo> entries, fs.List(path));
  for (const FileInfo& entry : entries) fmt::print("{}\n", entry.name());
  return Status::OK();
}

Status Summarize(HdfsFileSystem& fs, const std::string& path) {
  HOWDAH_ASSIGN_OR_RETURN(const ContentSummary summary, fs.Summarize(path));
  fmt::print("{} {} {} {}\n", summary.directory_count, summary.file_count, summary.length,
             summary.space_consumed);
  return Status::OK();
}

Status Cat(HdfsFileSystem& fs, const std::string& path) {
  HOWDAH_ASSIGN_OR_RETURN(const std::string text, ReadFile(fs, path));
  fmt::print("{}", text);
  return Status::OK();
}

Status Call(HdfsFileSystem& fs, const Arguments& a) {
  const std::map<std::string, std::function<Status()>> calls = {
      {"put", [&] { return WriteFile(fs, a.at(1), a.at(2), ChoiceOf(a, 3)).status(); }},
      {"rename", [&] { return fs.Rename(a.at(1), a.at(2), ChoiceOf(a, 3)); }},
      {"cat", [&] { return Cat(fs, a.at(1)); }},
      {"stat", [&] { return Stat(fs, a.at(1)); }},
      {"list", [&] { return List(fs, a.at(1)); }},
      {"summary", [&] { return Summarize(fs, a.at(1)); }},
      {"mkdir", [&] { return fs.CreateDirectory(a.at(1)); }},
      {"writable", [&] { return fs.CheckWritable(a.at(1)); }},
      {"rm", [&] { return fs.DeleteFile(a.at(1)); }},
      {"rmdir", [&] { return fs.DeleteDirectory(a.at(1)); }},
      {"rmtree", [&] { return fs.DeleteTree(a.at(1)); }},
      {"chmod", [&] { return fs.SetPermission(a.at(1), Octal(a.at(2))); }},
      {"chown", [&] { return fs.SetOwner(a.at(1), a.at(2), a.at(3)); }},
      {"touch", [&] { return fs.SetTimes(a.at(1), std::stoll(a.at(2)), -1); }},
      {"setrep",
       [&] {
         return fs.SetReplication(a.at(1), static_cast<uint32_t>(std::stoul(a.at(2))));
       }},
  };
  return calls.at(a.at(0))();
}

Status Run(const Arguments& arguments) {
  HdfsServices services(
      [](const char* name) -> const char* { return std::getenv(name); });
  HOWDAH_ASSIGN_OR_RETURN(HdfsFileSystem* const fs, services.Find(""));
  return Call(*fs, arguments);
}

}  // namespace
}  // namespace howdah::hdfs

int main(int argc, char** argv) {
  const howdah::Status status = howdah::hdfs::Run({argv + 1, argv + argc});
  if (status.ok()) return 0;
  fmt::print(stderr, "{}: {}\n", howdah::Name(howdah::KindOf(status)), status.message());
  return 1;
}
