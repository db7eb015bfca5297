// SPDX-License-Identifier: Apache-2.0
// daemon/learning.cc - see the header.
#include "daemon/learning.h"

#include "base/failure.h"
#include "base/log.h"
#include "spool/event_writer.h"
#include "spool/layout.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <unistd.h>

namespace daemons {

namespace {

// What is filed is gone at once: each line is a file of its own.
constexpr std::uint64_t one_line = 1;
constexpr std::uint64_t backlog = 64u << 20;
constexpr mode_t for_us_only = 0600;

spool::EventWriter::Options writer_options(const conf::Settings& settings,
                                           std::string_view program)
{
    return {.directory = spool::learned_directory(settings.general.spool),
            .program = std::string(program),
            .wanted = {},
            .file_size = one_line,
            .free_space = settings.queue.free_space,
            .backlog = backlog,
            .mode = for_us_only};
}

proxy::Learner::Options learner_options(const conf::Ums& ums)
{
    return {.domains = ums.learn, .age = base::seconds{ums.verifier_age}};
}

} // namespace

void may_teach(confine::Rights& rights, const conf::Settings& settings)
{
    if (!settings.ums.enabled)
        return;
    try {
        spool::make_learned_directory(settings.general.spool);
        rights.write.push_back(spool::learned_directory(settings.general.spool));
    } catch (const base::Failure&) { // make_learner() says so
    }
}

std::unique_ptr<proxy::Learner> make_learner(const conf::Settings& settings,
                                             std::string_view program, bool serves_one)
{
    if (!settings.ums.enabled || serves_one)
        return nullptr;
    const auto options = writer_options(settings, program);
    if (::access(options.directory.c_str(), W_OK | X_OK) != 0)
        base::log(base::Level::warning, "passwords-not-learned", "-",
                  {{"directory", options.directory}, {"error", std::strerror(errno)}});
    const auto writer = std::make_shared<spool::EventWriter>(options);
    return std::make_unique<proxy::Learner>(
        learner_options(settings.ums), [writer](const journal::Learned& told) {
            return writer->write_line(journal::line_of(told));
        });
}

void renew(proxy::Learner& learner, const conf::Ums& fresh)
{
    learner.set_policy(fresh.learn, base::seconds{fresh.verifier_age});
}

} // namespace daemons
