#pragma once

#include <string>
#include <vector>

#include "base/status.h"

namespace howdah::hdfs {

/// One <property> of a Hadoop configuration file.
struct XmlProperty {
  std::string name;
  std::string value;  ///< as written: variables are not expanded
  bool is_final = false;
  std::string file;  ///< where it stands
};

/// The properties of a configuration file in the order of Hadoop's reading: those of an
/// included file (xi:include, relative to the file that includes it) stand at its place.
///
/// Safe for hostile files: no entities are expanded, nothing is fetched, sizes and the
/// depth of includes are bounded. InvalidInput names file and place; NotFound: the file
/// itself, or an included one without xi:fallback, is missing.
Result<std::vector<XmlProperty>> ReadHadoopXml(const std::string& path);

}  // namespace howdah::hdfs
