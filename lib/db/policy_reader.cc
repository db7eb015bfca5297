// SPDX-License-Identifier: Apache-2.0
#include "db/policy_reader.h"

#include "db/directory.h"
#include "db/policy_schema.h"
#include "db/reading.h"
#include "db/remembered.h"
#include "db/watched.h"

namespace db {

namespace {

using Answer = std::optional<KnownPassword>;

struct PolicyConnection : Reading {
    explicit PolicyConnection(const std::string& path)
        : Reading(path, require_policy_version)
    {
    }

    [[nodiscard]] Answer verifier(std::string_view user) const
    {
        Statement look = database().lend("SELECT verifier, proved_at FROM verifiers"
                                         " WHERE user = ?1 AND verifier <> ''");
        look.bind(1, user);
        if (!look.step())
            return std::nullopt;
        return KnownPassword{std::string(look.text(0)), look.number(1)};
    }
};

} // namespace

struct PolicyReader::State {
    Watched<PolicyConnection> file;
    Remembered<Answer> answers{remembered_answers};
};

PolicyReader::PolicyReader(std::string path, base::milliseconds max_staleness)
    : state_(std::make_unique<State>(State{.file = {std::move(path), max_staleness}}))
{
    state_->file.begin();
}

PolicyReader::~PolicyReader() = default;

std::optional<KnownPassword> PolicyReader::verifier(std::string_view user)
{
    state_->file.look_if_due([this] { state_->answers.clear(); });
    if (const Answer* known = state_->answers.find(user))
        return *known;
    try {
        return state_->answers.add(user, state_->file.connection().verifier(user));
    } catch (const base::Failure& failure) {
        state_->file.give_up(failure);
    }
}

} // namespace db
