#include "hdfs/client_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "hdfs/client_keys.h"
#include "testing/storage/expect_kind.h"

namespace howdah::hdfs {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

const char* NoVariables(const char* /*name*/) { return nullptr; }

HadoopConfig ConfigOf(std::vector<std::pair<std::string, std::string>> properties) {
  HadoopConfig config;
  for (auto& [name, value] : properties)
    config.Set(name, {value, false, "core-site.xml"});
  return config;
}

std::string Message(const Result<ClientOptions>& options) {
  return options.status().message();
}

TEST(ClientSettings, TheDefaultsOfTheKeysAreThoseOfTheOptions) {
  // Each default is stated twice, as Hadoop's text and as our value: they must agree.
  for (const ClientKey& key : ClientKeys()) {
    SCOPED_TRACE(key.name);
    ClientOptions read, defaults;
    read.block_size = read.packet_bytes = read.replication = 77;
    ASSERT_DONE(ApplyKey(key, key.default_text, &read));
    const bool same = std::visit(
        [&](const auto& target) {
          if constexpr (requires { target.option; }) {
            return read.*target.option == defaults.*target.option;
          } else {
            return read.umask == defaults.umask &&
                   read.replace_datanode_policy == defaults.replace_datanode_policy &&
                   read.verify == defaults.verify;
          }
        },
        key.target);
    EXPECT_TRUE(same);
  }
}

TEST(ClientSettings, KeysAreSortedAndUnique) {
  const auto keys = ClientKeys();
  EXPECT_TRUE(std::ranges::is_sorted(keys, std::ranges::less_equal(), &ClientKey::name));
}

TEST(ClientSettings, AnAuthorityIsHostAndPort) {
  const HadoopConfig none;
  const ClientOptions named = OptionsFor(none, "nn", NoVariables).ValueOrDie();
  EXPECT_EQ(named.service, "nn:8020");
  EXPECT_EQ(named.namenodes.at(0).host, "nn");
  const ClientOptions ported =
      OptionsFor(none, "10.0.0.1:9000", NoVariables).ValueOrDie();
  EXPECT_EQ(ported.namenodes.at(0).text(), "10.0.0.1:9000");
  const ClientOptions six = OptionsFor(none, "[::1]:9000", NoVariables).ValueOrDie();
  EXPECT_EQ(six.namenodes.at(0).host, "::1");
  for (const char* bad :
       {":8020", "nn:", "nn:0", "nn:65536", "nn:x", "user@nn", "[::1"}) {
    EXPECT_KIND(OptionsFor(none, bad, NoVariables), kInvalidInput) << bad;
  }
}

TEST(ClientSettings, ANameserviceIsAllItsNamenodes) {
  const HadoopConfig config =
      ConfigOf({{"dfs.nameservices", "other, ha"},
                {"dfs.ha.namenodes.ha", "nn1,nn2"},
                {"dfs.namenode.rpc-address.ha.nn1", "one:9000"},
                {"dfs.namenode.rpc-address.ha.nn2", "two:9001"},
                {"dfs.namenode.rpc-address.other", "third:9002"}});
  const ClientOptions ha = OptionsFor(config, "ha", NoVariables).ValueOrDie();
  EXPECT_EQ(ha.service, "ha");
  ASSERT_EQ(ha.namenodes.size(), 2u);
  EXPECT_EQ(ha.namenodes[1].text(), "nn2 (two:9001)");
  EXPECT_EQ(OptionsFor(config, "other", NoVariables)->namenodes.at(0).text(),
            "third:9002");
  EXPECT_EQ(OptionsFor(config, "plain", NoVariables)->namenodes.at(0).text(),
            "plain:8020");
}

TEST(ClientSettings, ANameserviceWithoutAddressesNamesTheMissingKey) {
  const HadoopConfig config =
      ConfigOf({{"dfs.nameservices", "ha"}, {"dfs.ha.namenodes.ha", "nn1"}});
  EXPECT_THAT(Message(OptionsFor(config, "ha", NoVariables)),
              HasSubstr("dfs.namenode.rpc-address.ha.nn1 is not set"));
}

TEST(ClientSettings, WithoutAnAuthorityTheDefaultFileSystemHolds) {
  EXPECT_EQ(OptionsFor(ConfigOf({{"fs.defaultFS", "hdfs://nn:9000/"}}), "", NoVariables)
                ->service,
            "nn:9000");
  EXPECT_THAT(Message(OptionsFor(HadoopConfig(), "", NoVariables)),
              HasSubstr("hdfs:/// names no NameNode"));
}

TEST(ClientSettings, ValuesOfTheConfigurationHold) {
  const ClientOptions options =
      OptionsFor(ConfigOf({{"dfs.block.size", "64m"},
                           {"dfs.client.socket-timeout", "5s"},
                           {"dfs.client.datanode-restart.timeout", "7"},
                           {"dfs.client.block.write.replace-datanode-on-failure.policy",
                            "ALWAYS"},
                           {"fs.permissions.umask-mode", "077"}}),
                 "nn", NoVariables)
          .ValueOrDie();
  EXPECT_EQ(options.block_size, 64u << 20);
  EXPECT_EQ(options.socket_timeout, 5s);
  EXPECT_EQ(options.datanode_restart_timeout, 7s);
  EXPECT_EQ(options.replace_datanode_policy, ReplaceDatanodePolicy::kAlways);
  EXPECT_EQ(options.umask, 077u);
}

TEST(ClientSettings, AWrongValueIsRefusedWithItsKey) {
  EXPECT_EQ(Message(OptionsFor(ConfigOf({{"dfs.blocksize", "big"}}), "nn", NoVariables)),
            "dfs.blocksize: 'big' is not a size such as 134217728 or 128m");
  EXPECT_EQ(Message(OptionsFor(ConfigOf({{"dfs.replication", "0"}}), "nn", NoVariables)),
            "dfs.replication: 0 is below 1");
}

TEST(ClientSettings, ProtectionThatIsMissingHereIsRefused) {
  const auto refused = [](const char* name, const char* value) {
    const auto options = OptionsFor(ConfigOf({{name, value}}), "nn", NoVariables);
    EXPECT_KIND(options, kUnsupported) << name;
    EXPECT_THAT(Message(options), HasSubstr(name));
  };
  refused("hadoop.security.authentication", "kerberos");
  refused("dfs.encrypt.data.transfer", "true");
  refused("dfs.data.transfer.protection", "privacy");
}

TEST(ClientSettings, SettingsTellWhatIsHonouredIgnoredAndDangerous) {
  const auto settings = DescribeSettings(ConfigOf({{"dfs.replication", "2"},
                                                   {"fs.trash.interval", "360"},
                                                   {"dfs.namenode.name.dir", "/x"}}))
                            .ValueOrDie();
  const auto find = [&](std::string_view name) {
    return *std::ranges::find(settings, name, &Setting::name);
  };
  EXPECT_EQ(find("dfs.replication").value, "2");
  EXPECT_EQ(find("dfs.replication").file, "core-site.xml");
  EXPECT_EQ(find("dfs.blocksize").file, "");
  EXPECT_TRUE(find("dfs.blocksize").honoured);
  EXPECT_FALSE(find("dfs.namenode.name.dir").honoured);
  EXPECT_EQ(find("dfs.namenode.name.dir").warning, "");
  EXPECT_THAT(find("fs.trash.interval").warning, HasSubstr("trash"));
}

}  // namespace
}  // namespace howdah::hdfs
