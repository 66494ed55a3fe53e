#pragma once

// What the programs here share: they answer each line of stdin by a line of JSON, so that
// a script can let contestants take turns.

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/status.h"

namespace howdah {

/// What was spent until a moment, or between two. `faults` are minor page faults.
struct Cost {
  double cpu_s = 0, wall_s = 0;
  int64_t faults = 0;
};

inline Cost Spent() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime),
          std::chrono::duration<double>(now).count(), usage.ru_minflt};
}

inline Cost operator-(const Cost& after, const Cost& before) {
  return {after.cpu_s - before.cpu_s, after.wall_s - before.wall_s,
          after.faults - before.faults};
}

/// Run work(i) for each i below `threads`, each by a thread of its own when they are more
/// than one; the first error.
template <typename Work>
Status OnThreads(int threads, Work work) {
  if (threads == 1) return work(0);
  std::vector<Status> results(static_cast<size_t>(threads));
  {
    std::vector<std::jthread> running;
    for (int i = 0; i < threads; ++i) {
      running.emplace_back([&, i] { results[static_cast<size_t>(i)] = work(i); });
    }
  }
  for (const Status& result : results) HOWDAH_RETURN_IF_ERROR(result);
  return Status::OK();
}

/// Answer lines until stdin ends: turn(words) gives the JSON of one.
template <typename Turn>
int AnswerLines(Turn turn) {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream in(line);
    const Result<std::string> answer = turn(in);
    if (!answer.ok()) {
      std::cerr << answer.status().ToString() << "\n";
      return 1;
    }
    std::cout << *answer << std::endl;
  }
  return 0;
}

inline std::string Json(const Cost& cost, const std::string& more) {
  return fmt::format(R"({{"cpu_s": {}, "wall_s": {}, "faults": {}, {}}})", cost.cpu_s,
                     cost.wall_s, cost.faults, more);
}

}  // namespace howdah
