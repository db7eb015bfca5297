// SPDX-License-Identifier: Apache-2.0
// db/policy_reader.h - the question that servers ask of policy.db: what stands for this
// user's password.
//
// Read only; answers are cached until the database changes, looked at no more than once
// every `max_staleness`.  A locked, missing or damaged database throws
// base::Failure(try_later) with the reason, as db/directory.h does; the next question after
// `max_staleness` tries again.
//
// Threads: one object per thread.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace db {

struct KnownPassword {
    std::string verifier;       // "$argon2id$...", for sasl::argon2id_verify()
    std::int64_t proved_at = 0; // the last login with it, microseconds since 1970
};

class PolicyReader {
public:
    // Opens the database; throws only if it is of a version this program does not know
    // (fix_config).  Any other trouble is left to the first question.
    explicit PolicyReader(std::string path,
                          base::milliseconds max_staleness = base::milliseconds{500});
    ~PolicyReader();

    // `user`: as proxy::folded_name() has it.  Nothing: not learned, expired or refused
    // since.
    [[nodiscard]] std::optional<KnownPassword> verifier(std::string_view user);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace db
