#include "commit/fin.h"

#include "base/environment.h"
#include "commit/json_fields.h"
#include "commit/ledger.h"

namespace howdah {
namespace {

constexpr Outcome kOutcomes[] = {Outcome::kPublished, Outcome::kConflict,
                                 Outcome::kAbandoned};

}  // namespace

std::string_view Name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPublished:
      return "published";
    case Outcome::kConflict:
      return "conflict";
    case Outcome::kAbandoned:
      return "abandoned";
  }
  return "abandoned";
}

std::string ToJson(const Fin& fin) {
  return DumpJson({{"format_version", kFormatVersion},
                   {"job_id", fin.job_id},
                   {"generation", fin.generation},
                   {"outcome", Name(fin.outcome)},
                   {"finished_us", fin.finished_us},
                   {"finished", FormatTimestamp(fin.finished_us)}});
}

Result<Fin> ParseFin(const std::string& text, const std::string& place) {
  HOWDAH_ASSIGN_OR_RETURN(JsonDocument document, JsonDocument::Parse(text, place));
  Fin fin;
  JsonFields fields(document);
  std::string outcome;
  fields.Read("job_id", fin.job_id);
  fields.ReadCount("generation", fin.generation);
  fields.Read("outcome", outcome);
  fields.Read("finished_us", fin.finished_us);
  const Outcome* found =
      std::find_if(std::begin(kOutcomes), std::end(kOutcomes),
                   [&](Outcome known) { return Name(known) == outcome; });
  if (found == std::end(kOutcomes)) {
    fields.Refuse("outcome", "'published', 'conflict' or 'abandoned'");
  }
  HOWDAH_RETURN_IF_ERROR(document.status);
  fin.outcome = *found;
  return fin;
}

}  // namespace howdah
