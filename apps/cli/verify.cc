#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "pipeline/verify_dataset.h"

namespace howdah::cli {
namespace {

int Verify(const Context& context, const std::string& dataset, int level, bool json) {
  const Result<VerifyResult> result =
      VerifyDataset(context.storages, dataset, static_cast<VerifyLevel>(level));
  if (Is(result.status(), ErrorKind::kCorruption)) {
    Fail(result.status(), Phase::kPreparing);
    return kDamaged;
  }
  if (!result.ok()) return Fail(result.status(), Phase::kPreparing);
  const int code = result->damaged ? kDamaged : result->foreign ? kForeignFiles : kDone;
  return Answer(json ? result->json + "\n" : result->text, code);
}

}  // namespace

void AddVerify(CLI::App* app, Action* action) {
  struct Flags {
    std::string dataset;
    int level = static_cast<int>(VerifyLevel::kChecksums);
    bool json = false;
  };
  CLI::App* verb =
      app->add_subcommand("verify", "Prove that a dataset is what was landed");
  const auto flags = std::make_shared<Flags>();
  verb->add_option("DATASET", flags->dataset, "the dataset's directory")->required();
  verb->add_option("--level", flags->level,
                   "0 files and lengths, 1 rows too, 2 checksums too (default), 3 every "
                   "row read again")
      ->type_name("")
      ->check(CLI::Range(0, 3));
  verb->add_flag("--json", flags->json, "print one JSON object");
  verb->callback([=] {
    *action = [=](const Context& context) {
      return Verify(context, flags->dataset, flags->level, flags->json);
    };
  });
}

}  // namespace howdah::cli
