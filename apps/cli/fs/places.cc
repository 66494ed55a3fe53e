#include "cli/fs/places.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "cli/fs/glob.h"
#include "hdfs/hadoop_config.h"
#include "hdfs/hdfs_file_system.h"

namespace howdah::cli {
namespace {

/// "hdfs" of "hdfs:/x" and "hdfs://nn/x", else "".
std::string_view SchemeOf(std::string_view word) {
  const size_t colon = word.find(':');
  if (colon == word.npos || word.substr(colon + 1, 1) != "/") return "";
  const std::string_view scheme = word.substr(0, colon);
  const auto is_legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '+' || c == '-' || c == '.';
  };
  return std::ranges::all_of(scheme, is_legal) ? scheme : "";
}

std::string_view WithoutSlashes(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/') && !path.ends_with("//")) {
    path.remove_suffix(1);
  }
  return path;
}

/// Everything that `pattern`, an absolute path without braces, matches.
Status Match(Volume& volume, std::string_view pattern, std::vector<Entry>* matches) {
  std::vector<std::string> places = {"/"};
  bool is_listed = false;  // the last entries came from a listing, so they are there
  while (pattern.size() > 1) {
    pattern.remove_prefix(1);
    const size_t slash = std::min(pattern.find('/'), pattern.size());
    const std::string_view component = pattern.substr(0, slash);
    pattern.remove_prefix(slash);
    is_listed = IsPattern(component);
    if (!is_listed) {
      const std::string name = Unescape(component);
      for (std::string& place : places) place = JoinPath(place, name);
      continue;
    }
    HOWDAH_RETURN_IF_ERROR(CheckPattern(component));
    std::vector<std::string> below;
    for (const std::string& place : places) {
      const Status listed =
          volume.ListPages(place, [&](std::vector<Entry> page, int64_t) {
            for (Entry& entry : page) {
              if (!MatchesPattern(component, entry.name())) continue;
              if (pattern.empty()) {
                matches->push_back(std::move(entry));
              } else {
                below.push_back(entry.path);
              }
            }
            return Status::OK();
          });
      const bool is_no_directory =
          Is(listed, ErrorKind::kNotFound) || Is(listed, ErrorKind::kInvalidInput);
      if (!listed.ok() && !is_no_directory) return listed;
    }
    places = std::move(below);
  }
  if (is_listed) return Status::OK();
  for (const std::string& place : places) {
    Result<Entry> entry = volume.Describe(place);
    if (Is(entry.status(), ErrorKind::kNotFound)) continue;
    HOWDAH_RETURN_IF_ERROR(entry.status());
    matches->push_back(*std::move(entry));
  }
  return Status::OK();
}

}  // namespace

Status NoSuchFile(std::string_view shown) {
  return Error(ErrorKind::kNotFound, "{}: No such file or directory", shown);
}

Place Place::Child(std::string_view name) const {
  Place child{.volume = volume, .path = JoinPath(path, name), .shown = std::string(name)};
  if (shown != ".") child.shown = shown + (shown.ends_with('/') ? "" : "/") + child.shown;
  return child;
}

Result<bool> Places::DefaultIsHdfs() {
  const std::scoped_lock lock(mutex_);
  if (!default_is_hdfs_.has_value()) {
    HOWDAH_ASSIGN_OR_RETURN(
        const hdfs::HadoopConfig config,
        hdfs::HadoopConfig::Load([](const char* name) { return std::getenv(name); }));
    HOWDAH_ASSIGN_OR_RETURN(const std::optional<std::string> url,
                            config.Get("fs.defaultFS"));
    const std::string_view scheme = url.has_value() ? SchemeOf(*url) : "";
    if (!scheme.empty() && scheme != "hdfs" && scheme != "file") {
      return Error(ErrorKind::kUnsupported,
                   "fs.defaultFS is '{}' in {}: howdah knows hdfs and file; write the "
                   "whole URL",
                   *url, config.directory());
    }
    default_is_hdfs_ = scheme == "hdfs";
  }
  return *default_is_hdfs_;
}

Volume* Places::VolumeOf(FileSystem* fs) {
  const std::scoped_lock lock(mutex_);
  std::unique_ptr<Volume>& volume = volumes_[fs];
  if (volume == nullptr) {
    auto* const hdfs = dynamic_cast<hdfs::HdfsFileSystem*>(fs);
    volume = hdfs != nullptr ? MakeHdfsVolume(*hdfs) : MakeLocalVolume(*fs);
  }
  return volume.get();
}

Result<Place> Places::Resolve(std::string_view word, WordBase base) {
  const std::string_view scheme = SchemeOf(word);
  std::string url(word);
  if (!scheme.empty()) {
    // Hadoop takes one slash for three.
    if (word.substr(scheme.size() + 1, 2) != "//") url.insert(scheme.size() + 1, "//");
  } else if (word.empty()) {
    return Error(ErrorKind::kInvalidInput, "a path is empty");
  } else if (base == WordBase::kDefault) {
    HOWDAH_ASSIGN_OR_RETURN(const bool is_hdfs, DefaultIsHdfs());
    if (is_hdfs && !word.starts_with('/')) {
      HOWDAH_ASSIGN_OR_RETURN(const Location root, storages_.Resolve("hdfs:///"));
      url = JoinPath(VolumeOf(root.fs)->home(), word);
    }
    if (is_hdfs) url.insert(0, "hdfs://");
  }
  // A plain local path that looks like a URL, "a://b", is none here.
  if (scheme.empty() && url.find("://") != url.npos && !url.starts_with("hdfs://")) {
    HOWDAH_ASSIGN_OR_RETURN(const Location here, storages_.Resolve("."));
    url = url.starts_with('/') ? "file://" + url : "file://" + JoinPath(here.path, url);
  }
  HOWDAH_ASSIGN_OR_RETURN(Location location, storages_.Resolve(url));
  return Place{.volume = VolumeOf(location.fs),
               .path = std::move(location.path),
               .shown = std::string(WithoutSlashes(word))};
}

Result<Found> Places::Find(std::string_view word, WordBase base) {
  HOWDAH_ASSIGN_OR_RETURN(Place place, Resolve(word, base));
  Result<Entry> entry = place.volume->Describe(place.path);
  if (Is(entry.status(), ErrorKind::kNotFound)) return NoSuchFile(word);
  HOWDAH_RETURN_IF_ERROR(entry.status());
  return Found{.place = std::move(place), .entry = *std::move(entry)};
}

Result<std::vector<Found>> Places::Expand(std::string_view word, WordBase base) {
  if (HasGlobLetters(word)) {
    // The shell has expanded local globs already: what is left may be a name.
    HOWDAH_ASSIGN_OR_RETURN(const Place literal, Resolve(word, base));
    const bool is_name =
        literal.volume->hdfs() == nullptr && literal.volume->Describe(literal.path).ok();
    if (!is_name) return ExpandGlob(word, base);
  }
  HOWDAH_ASSIGN_OR_RETURN(Found found, Find(word, base));
  std::vector<Found> all;
  all.push_back(std::move(found));
  return all;
}

Result<std::vector<Found>> Places::ExpandGlob(std::string_view word, WordBase base) {
  std::vector<Found> all;
  std::set<std::string> seen;
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<std::string> texts, ExpandBraces(word));
  for (const std::string& text : texts) {
    HOWDAH_ASSIGN_OR_RETURN(const Place pattern, Resolve(text, base));
    std::vector<Entry> matches;
    HOWDAH_RETURN_IF_ERROR(Match(*pattern.volume, pattern.path, &matches));
    // What is shown begins as the user wrote it: with scheme and host, or relative.
    const std::string_view scheme = SchemeOf(text);
    std::string prefix;
    size_t cut = 0;
    if (!scheme.empty()) {
      const std::string_view rest = std::string_view(text).substr(scheme.size() + 1);
      const size_t path = rest.starts_with("//") ? rest.find('/', 2) : 0;
      prefix =
          text.substr(0, scheme.size() + 1 + (path == rest.npos ? rest.size() : path));
    } else if (!text.starts_with('/')) {
      cut = pattern.volume->home() == "/" ? 1 : pattern.volume->home().size() + 1;
    }
    for (Entry& entry : matches) {
      if (!seen.insert(entry.path).second) continue;
      const bool is_below_home =
          cut > 0 && entry.path.starts_with(JoinPath(pattern.volume->home(), ""));
      std::string shown = prefix + (is_below_home ? entry.path.substr(cut) : entry.path);
      Place place{
          .volume = pattern.volume, .path = entry.path, .shown = std::move(shown)};
      all.push_back({.place = std::move(place), .entry = std::move(entry)});
    }
  }
  if (all.empty()) return NoSuchFile(word);
  std::ranges::sort(all, {}, [](const Found& found) { return found.entry.path; });
  return all;
}

}  // namespace howdah::cli
