#include "testing/explore/run.h"

#include <utility>

#include "storage/memory_file_system.h"
#include "testing/explore/tree.h"

namespace howdah {

uint64_t StillEnvironment::Random64() { return Mix(++state_, uint64_t{0}); }

struct Run::Process {
  Process(Run& run, size_t number, const Actor& actor)
      : index(number),
        environment(number + 1),
        recorder(*run.fs_, recording),
        fs(recorder,
           [this, &run](const CallInfo& call) { return run.Arrive(*this, call); }),
        fiber([this, &actor] {
          Status status = actor(fs, environment);
          if (!fs.crashed()) ending = std::move(status);
        }) {
    recording.changed = [&run](const std::string& path, const std::string& target) {
      run.Changed(path, target);
    };
  }
  bool alive() const { return !fiber.ended() && !fs.crashed(); }

  const size_t index;
  StillEnvironment environment;
  Recording recording;
  RecordingFileSystem recorder;
  FaultyFileSystem fs;
  std::optional<Status> ending;
  Fiber fiber;
};

Run::Run(const Scenario& scenario, Chooser& chooser)
    : scenario_(scenario),
      chooser_(chooser),
      fs_(MakeMemoryFileSystem(file_system_environment_)) {
  StillEnvironment environment(1000);
  scenario.prepare(*fs_, environment);
  seen_ = scenario.view(*fs_);
  for (const Actor& actor : scenario.actors) {
    processes_.push_back(std::make_unique<Process>(*this, processes_.size(), actor));
  }
}

Run::~Run() = default;

void Run::Execute() {
  while (!stopping_) {
    if (next_ == nullptr) {
      current_ = nullptr;
      call_ = nullptr;
      just_switched_ = false;
      if (OthersAlive().empty()) break;
      const Choice choice = chooser_.Choose(*this);
      ++step_;
      if (choice.kind == Choice::Kind::kStop) stopping_ = true;
      if (stopping_) break;
      next_ = processes_.at(choice.actor).get();
    }
    current_ = std::exchange(next_, nullptr);
    current_->fiber.Resume();
  }
  if (!stopping_) {
    CheckThatOthersCanRecover();
    Endings endings;
    for (const auto& process : processes_) endings.push_back(process->ending);
    const std::string wrong = scenario_.check_end(*fs_, endings, fault_ || recovered_);
    if (!wrong.empty()) Violate(wrong);
  }
  // What is still on the actors' stacks is destroyed: their calls fail from now on.
  stopping_ = true;
  for (const auto& process : processes_) {
    if (process->fiber.started() && !process->fiber.ended()) process->fiber.Resume();
  }
}

Fault Run::Arrive(Process& process, const CallInfo& call) {
  using Kind = Choice::Kind;
  // Nobody can see when bytes are taken in or handed out.
  if (!stopping_ && (call.name == "Append" || call.name == "ReadAt")) return {};
  while (!stopping_) {
    call_ = &call;
    const Choice choice = chooser_.Choose(*this);
    ++step_;
    if (stopping_) break;
    just_switched_ = false;
    switch (choice.kind) {
      case Kind::kGo:
        Trace(process, call, "");
        return {};
      case Kind::kSwitch:
        // The point is the same when it comes back: nothing was answered.
        next_ = processes_.at(choice.actor).get();
        process.fiber.Yield();
        just_switched_ = true;
        break;
      case Kind::kCrash:
        fault_ = true;
        Trace(process, call, "dies before ");
        return {Fault::Kind::kCrashBefore};
      case Kind::kLostAnswer:
        Misfortune(process, choice);
        Trace(process, call, "does not hear of ");
        return {Fault::Kind::kLostAnswer};
      case Kind::kLostRequest:
        Misfortune(process, choice);
        Trace(process, call, "does not know that it did not ");
        return {Fault::Kind::kLostRequest};
      case Kind::kLateRequest:
        Misfortune(process, choice);
        Trace(process, call, "does not know that it is late to ");
        late_ = call;
        return {Fault::Kind::kLostRequest};
      case Kind::kDeliver:
        Trace(process, *late_, "waits until late arrives ");
        Deliver(*fs_);
        Changed(late_->path, late_->target);
        late_.reset();
        break;
      case Kind::kFail:
        Misfortune(process, choice);
        Trace(process, call, "fails to ");
        return {Fault::Kind::kFail, ErrorKind::kTransient};
      case Kind::kRecover:
        Trace(process, call, "is taken for dead before ");
        RecoverNow();
        break;
      case Kind::kStop:
        stopping_ = true;
        break;
    }
  }
  return {Fault::Kind::kCrashBefore};
}

void Run::Misfortune(Process& process, const Choice& choice) {
  fault_ = true;
  process.recording.answers =
      Mix(process.recording.answers, static_cast<uint64_t>(choice.kind));
}

const std::vector<Option>& Run::Options() {
  using Kind = Choice::Kind;
  options_.clear();
  if (current_ == nullptr) {
    for (const size_t other : OthersAlive()) {
      options_.push_back({{Kind::kSwitch, static_cast<uint8_t>(other)}});
    }
    return options_;
  }
  options_.push_back({{Kind::kGo}});
  const std::vector<size_t> others = OthersAlive();
  if (!just_switched_) {
    for (const size_t other : others) {
      options_.push_back({{Kind::kSwitch, static_cast<uint8_t>(other)}, 1, 0});
    }
  }
  if (late_) options_.push_back({{Kind::kDeliver}, 1, 0});
  // The death of the last one is asked after in every state anyway.
  if (!others.empty()) options_.push_back({{Kind::kCrash}, 0, 1});
  if (call_->changes_names) {
    options_.push_back({{Kind::kLostAnswer}, 0, 1});
    options_.push_back({{Kind::kLostRequest}, 0, 1});
    // The Commit of a file is not one request.
    if (!late_ && call_->name != "Commit") {
      options_.push_back({{Kind::kLateRequest}, 0, 1});
    }
  }
  options_.push_back({{Kind::kFail}, 0, 1});
  if (!recovered_) options_.push_back({{Kind::kRecover}, 0, 1});
  return options_;
}

uint64_t Run::TreeHash() {
  if (!tree_is_hashed_) tree_hash_ = HashTree(*fs_, "/");
  tree_is_hashed_ = true;
  return tree_hash_;
}

uint64_t Run::DeathHash() {
  if (!late_) return TreeHash();
  return Mix(Mix(Mix(TreeHash(), late_->name), late_->path), late_->target);
}

uint64_t Run::StateHash() {
  uint64_t hash = Mix(DeathHash(), recovered_ ? 1 : 0);
  hash = Mix(hash, current_ == nullptr ? 99 : current_->index);
  for (const auto& process : processes_) {
    hash = Mix(hash, process->recording.answers);
    hash = Mix(hash, process->alive() ? 1 : 0);
  }
  return hash;
}

void Run::CheckThatOthersCanRecover() {
  if (stopping_) return;
  StillEnvironment still(1);
  const auto copy = MakeMemoryFileSystem(still);
  CopyTree(*fs_, *copy);
  StillEnvironment environment(2000);
  const std::string wrong = scenario_.recover(*copy, environment);
  if (!wrong.empty()) return Violate("all processes die here; then " + wrong);
  if (!late_) return;
  const std::string before = scenario_.view(*copy);
  Deliver(*copy);
  const std::string after = scenario_.view(*copy);
  if (before == after) return;
  Violate(
      fmt::format("all processes die here and others recover; then a late {} of '{}' "
                  "changes what readers see from '{}' to '{}'",
                  late_->name, late_->path, before, after));
}

void Run::Deliver(FileSystem& fs) const {
  const CallInfo& call = *late_;
  if (call.name == "Rename") {
    static_cast<void>(fs.Rename(call.path, call.target, call.if_exists));
  } else if (call.name == "CreateDirectory") {
    static_cast<void>(fs.CreateDirectory(call.path));
  } else if (call.name == "DeleteTree") {
    static_cast<void>(fs.DeleteTree(call.path));
  } else if (call.name == "DeleteDirectory") {
    static_cast<void>(fs.DeleteDirectory(call.path));
  } else {
    static_cast<void>(fs.DeleteFile(call.path));
  }
}

void Run::RecoverNow() {
  recovered_ = true;
  StillEnvironment environment(3000);
  const std::string wrong = scenario_.recover(*fs_, environment);
  tree_is_hashed_ = false;
  if (!wrong.empty()) return Violate("others recover here; then " + wrong);
  LookAtWatched();
}

void Run::Changed(const std::string& path, const std::string& target) {
  tree_is_hashed_ = false;
  const auto inside = [&](const std::string& name) {
    return name.starts_with(scenario_.watched);
  };
  if (!stopping_ && (inside(path) || inside(target))) LookAtWatched();
}

void Run::LookAtWatched() {
  const std::string now = scenario_.view(*fs_);
  if (now.starts_with('!')) return Violate("readers see " + now.substr(1));
  const bool allowed =
      scenario_.may_become ? scenario_.may_become(seen_, now) : seen_.empty();
  if (now != seen_ && !allowed) {
    return Violate("readers saw '" + seen_ + "', and now '" + now + "'");
  }
  seen_ = now;
}

void Run::Violate(const std::string& what) {
  if (violation_.empty()) violation_ = what;
  stopping_ = true;
}

void Run::Trace(const Process& process, const CallInfo& call, const char* what) {
  if (trace_ == nullptr) return;
  *trace_ += fmt::format("{:4} actor {}: {}{} {} {}\n", step_ - 1, process.index, what,
                         call.name, call.path, call.target);
}

std::vector<size_t> Run::OthersAlive() const {
  std::vector<size_t> others;
  for (const auto& process : processes_) {
    if (process.get() != current_ && process->alive()) others.push_back(process->index);
  }
  return others;
}

}  // namespace howdah
