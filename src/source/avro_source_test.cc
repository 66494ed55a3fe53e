#include "source/avro_source.h"

#include <gmock/gmock.h>

namespace howdah {
namespace {
TEST(AvroSource, Todo) { EXPECT_EQ(AvroSourceFormat().name(), "avro"); }
}  // namespace
}  // namespace howdah
