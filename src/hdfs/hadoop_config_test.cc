#include "hdfs/hadoop_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "hdfs/hadoop_xml.h"
#include "testing/storage/expect_kind.h"
#include "testing/storage/temp_directory.h"

namespace howdah::hdfs {
namespace {

using testing::HasSubstr;

class HadoopConfigTest : public testing::Test {
 protected:
  HadoopConfigTest() { variables_["HADOOP_CONF_DIR"] = directory_.path(); }

  std::string Path(const std::string& name) { return directory_.path() + "/" + name; }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(Path(name)) << text;
  }
  // <configuration> around `properties`.
  void WriteSite(const std::string& name, const std::string& properties) {
    Write(name,
          "<?xml version=\"1.0\"?>\n<configuration "
          "xmlns:xi=\"http://www.w3.org/2001/XInclude\">" +
              properties + "</configuration>");
  }
  static std::string Property(const std::string& name, const std::string& value,
                              const std::string& more = "") {
    return "<property><name>" + name + "</name><value>" + value + "</value>" + more +
           "</property>";
  }
  EnvironmentVariables environment() {
    return [this](const char* name) -> const char* {
      const auto found = variables_.find(name);
      return found == variables_.end() ? nullptr : found->second.c_str();
    };
  }
  Result<HadoopConfig> Load() { return HadoopConfig::Load(environment()); }
  std::string Get(const std::string& name) {
    const auto value = Load().ValueOrDie().Get(name);
    return value.ok() ? value->value_or("(not set)") : value.status().message();
  }

  TempDirectory directory_;
  std::map<std::string, std::string> variables_;
};

TEST_F(HadoopConfigTest, HdfsSiteOverridesCoreSiteAndAbsentFilesAreFine) {
  EXPECT_EQ(Get("a"), "(not set)");
  WriteSite("core-site.xml", Property("a", "core") + Property("b", " core "));
  EXPECT_EQ(Get("a"), "core");
  WriteSite("hdfs-site.xml", Property("a", "hdfs"));
  EXPECT_EQ(Get("a"), "hdfs");
  EXPECT_EQ(Get("b"), "core");
}

TEST_F(HadoopConfigTest, WhatIsFinalStays) {
  WriteSite("core-site.xml", Property("a", "core", "<final>true</final>"));
  WriteSite("hdfs-site.xml", Property("a", "hdfs"));
  EXPECT_EQ(Get("a"), "core");
}

TEST_F(HadoopConfigTest, PropertiesMayBeAttributes) {
  WriteSite("core-site.xml",
            "<property name='a' value='1' final='true'/>"
            "<property name='a' value='2'/>");
  EXPECT_EQ(Get("a"), "1");
}

TEST_F(HadoopConfigTest, AnOldNameStandsForItsSuccessor) {
  WriteSite("core-site.xml", Property("fs.default.name", "hdfs://old"));
  EXPECT_EQ(Get("fs.defaultFS"), "hdfs://old");
  EXPECT_EQ(Get("fs.default.name"), "hdfs://old");
}

TEST_F(HadoopConfigTest, IncludedFilesStandAtTheirPlace) {
  std::filesystem::create_directory(Path("more"));
  WriteSite("core-site.xml", Property("a", "before") +
                                 "<xi:include href='more/shared.xml'/>" +
                                 Property("b", "after"));
  WriteSite("more/shared.xml", Property("a", "shared") + Property("b", "shared") +
                                   "<xi:include href='deep.xml'/>");
  WriteSite("more/deep.xml", Property("c", "deep"));
  EXPECT_EQ(Get("a"), "shared");
  EXPECT_EQ(Get("b"), "after");
  EXPECT_EQ(Get("c"), "deep");
}

TEST_F(HadoopConfigTest, AMissingIncludeNeedsAFallback) {
  WriteSite("core-site.xml", "<xi:include href='absent.xml'><xi:fallback>" +
                                 Property("a", "instead") +
                                 "</xi:fallback></xi:include>");
  EXPECT_EQ(Get("a"), "instead");
  WriteSite("core-site.xml", "<xi:include href='absent.xml'/>");
  EXPECT_THAT(Load().status().message(), HasSubstr("includes a file that is missing"));
}

TEST_F(HadoopConfigTest, FilesThatIncludeEachOtherAreRefused) {
  WriteSite("core-site.xml", "<xi:include href='core-site.xml'/>");
  EXPECT_THAT(Load().status().message(), HasSubstr("include each other without end"));
}

TEST_F(HadoopConfigTest, FilesThatIncludeOthersTooOftenAreRefused) {
  for (int i = 0; i < 12; ++i) {
    const std::string next = fmt::format("<xi:include href='{}.xml'/>", i + 1);
    WriteSite(i == 0 ? "core-site.xml" : fmt::format("{}.xml", i), next + next);
  }
  WriteSite("12.xml", "");
  EXPECT_THAT(Load().status().message(), HasSubstr("more than 1000 files are included"));
}

TEST_F(HadoopConfigTest, VariablesAreOtherKeysOrTheEnvironment) {
  variables_["PLACE"] = "here";
  variables_["EMPTY"] = "";
  WriteSite(
      "core-site.xml",
      Property("a", "${b}/x") + Property("b", "&lt;${env.PLACE}&gt;") +
          Property("c", "${env.ABSENT-else} ${env.EMPTY:-else} ${env.EMPTY-else}.") +
          Property("d", "${absent} ${b}") + Property("e", "$${b}"));
  EXPECT_EQ(Get("a"), "<here>/x");
  EXPECT_EQ(Get("c"), "else else .");
  EXPECT_EQ(Get("d"), "${absent} ${b}");  // as Java: expansion ends at an unknown name
  EXPECT_EQ(Get("e"), "$<here>");
}

TEST_F(HadoopConfigTest, VariablesWithoutEndAreBounded) {
  WriteSite("core-site.xml", Property("a", "${b}") + Property("b", "${a}") +
                                 Property("bomb", "${bomb}${bomb}") +
                                 Property("grow", "x${grow}"));
  EXPECT_EQ(Get("a"), "${b}");  // leads back to itself: stays
  EXPECT_THAT(Get("bomb"), HasSubstr("more than 20 variables"));
  EXPECT_THAT(Get("grow"), HasSubstr("more than 20 variables"));
}

TEST_F(HadoopConfigTest, EntitiesOfADoctypeAreNotExpanded) {
  Write("core-site.xml",
        "<!DOCTYPE c [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;\">"
        "<!ENTITY file SYSTEM \"file:///etc/passwd\">]><configuration>" +
            Property("a", "&b;&file;") + "</configuration>");
  EXPECT_EQ(Get("a"), "&b;&file;");
}

TEST_F(HadoopConfigTest, WhatIsNoConfigurationIsRefusedWithItsPlace) {
  Write("core-site.xml", "<configuration>\n<property>\n</configuration>");
  EXPECT_KIND(Load(), kInvalidInput);
  EXPECT_THAT(Load().status().message(), HasSubstr("core-site.xml: not XML near line 3"));
  Write("core-site.xml", "<html/>");
  EXPECT_THAT(Load().status().message(), HasSubstr("its root is <html>"));
  Write("core-site.xml", "");
  EXPECT_KIND(Load(), kInvalidInput);
}

TEST_F(HadoopConfigTest, DeepAndHugeFilesAreReadOrRefusedWithoutHarm) {
  std::string deep = "<configuration>";
  for (int i = 0; i < 100'000; ++i) deep += "<configuration>";
  Write("core-site.xml", deep);
  EXPECT_KIND(Load(), kInvalidInput);
  for (int i = 0; i <= 100'000; ++i) deep += "</configuration>";
  Write("core-site.xml", deep);
  EXPECT_KIND(Load(), kInvalidInput);
  Write("core-site.xml", std::string((size_t{8} << 20) + 1, ' '));
  EXPECT_THAT(Load().status().message(), HasSubstr("larger than"));
}

TEST_F(HadoopConfigTest, TheDirectoryComesFromTheEnvironment) {
  variables_["HADOOP_CONF_DIR"] = Path("absent");
  EXPECT_THAT(Load().status().message(), HasSubstr("HADOOP_CONF_DIR"));
  variables_.erase("HADOOP_CONF_DIR");
  EXPECT_EQ(Load()->directory(), "");
  variables_["HADOOP_HOME"] = directory_.path();
  std::filesystem::create_directories(Path("etc/hadoop"));
  WriteSite("etc/hadoop/core-site.xml", Property("a", "home"));
  EXPECT_EQ(Get("a"), "home");
}

TEST_F(HadoopConfigTest, TheUserComesFromTheEnvironmentThenTheLogin) {
  variables_["HADOOP_USER_NAME"] = "alice";
  EXPECT_EQ(HadoopUser(environment()), "alice");
  variables_.erase("HADOOP_USER_NAME");
  EXPECT_NE(HadoopUser(environment()), "");
}

}  // namespace
}  // namespace howdah::hdfs
