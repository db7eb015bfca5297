// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/office.h - what every act needs: settings, the database of measures, and the
// audit log, which hears of it first.
#pragma once

#include "audit/client.h"
#include "audit/measure_entry.h"
#include "command.h"
#include "db/handover.h"
#include "db/measures.h"
#include "li/check.h"
#include "li/life.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tkuev {

// What becomes of an act when the audit log does not answer.
enum class WithoutLog : std::uint8_t {
    refused,
    goes_on, // and says so: there is nothing yet that could be used
};

// Whom and what the provider has registered.
struct Registers {
    std::vector<li::Authority> authorities;
    std::vector<li::TestAccount> test_accounts;
};

class Office {
public:
    explicit Office(const Call& call);

    [[nodiscard]] const conf::Tkuev& settings() const { return settings_.tkuev; }
    [[nodiscard]] const conf::Settings& all_settings() const { return settings_; }
    [[nodiscard]] li::Rules rules() const;
    [[nodiscard]] li::Time now() const { return now_; } // when the call began
    // Both are opened when they are first needed.
    [[nodiscard]] db::Measures& measures();
    [[nodiscard]] db::Handover& handover();

    // Notes the intent, does it, notes what came of it.  `effect` is given the person, as
    // tkuev-auditd(8) calls him, and answers with a refusal that is said on standard error;
    // the exit status.
    using Effect = std::function<li::Done(const std::string& person)>;
    [[nodiscard]] int perform(audit::Entry entry, const Effect& effect,
                              WithoutLog without = WithoutLog::refused);

    // While an effect takes place: what the audit log hears besides of its outcome.
    void remark(const std::string& text) { remark_ = text; }

    // The measure whose handle begins so.  Throws Failure(fix_data) if that is not one.
    [[nodiscard]] db::StoredMeasure find(const std::string& handle);
    // By their begin.
    [[nodiscard]] std::vector<li::Measure> all();
    [[nodiscard]] std::optional<li::Authority> authority(const std::string& name);
    [[nodiscard]] std::vector<li::Fault> faults_of(const li::Measure& measure);
    // By what tells of nobody under an order.
    [[nodiscard]] Registers registers();
    [[nodiscard]] std::vector<li::Fault> faults_by(const Registers& registers,
                                                   const li::Draft& draft) const;
    // Of an account for tests.
    [[nodiscard]] std::vector<li::Fault>
    faults_of_account(std::span<const li::Entry> entries, const li::Draft& draft) const;
    // With those of how it was read.
    [[nodiscard]] std::vector<li::Fault> faults_of(const li::Draft& draft);
    [[nodiscard]] li::Surroundings surroundings() const;

private:
    [[nodiscard]] const seal::Vault& vault();
    [[nodiscard]] std::vector<li::Fault> faults_among(const Registers& registers,
                                                      std::span<const li::Measure> others,
                                                      const li::Draft& draft) const;
    audit::Noted note(const audit::Entry& entry) const;

    conf::Settings settings_;
    li::Time now_;
    audit::Client audit_;
    std::string remark_;
    std::unique_ptr<seal::Vault> vault_;
    std::unique_ptr<db::Measures> measures_;
    std::unique_ptr<db::Handover> handover_;
};

// Until when it is valid for which content is sealed; 0 without one.
[[nodiscard]] li::Time end_of_certificate(const li::Authority& authority);

// The six fields of TKÜV § 16 (1) as far as they are ours.
using audit::entry_of;
[[nodiscard]] audit::Entry entry_of(const std::string& act, const std::string& detail);

// What tells persons apart and names none: who did what is the auditors' to know (TKÜV
// § 16 (1) no. 5), and their log has it.
[[nodiscard]] std::string mark_of(const std::string& person, const li::Measure& measure);

[[nodiscard]] std::string mark_of(const std::string& person,
                                  const li::Authority& authority);

// A person's act on one measure: find, decide, store.  `mark` is the person's.
using Decision = std::function<li::Done(Office& office, li::Measure& measure,
                                        const std::string& person)>;
// What is noted is the measure as it is; `intended` makes it what it is to become.
using Intention = std::function<void(Office& office, li::Measure& measure)>;
[[nodiscard]] int change_measure(const Call& call, const std::string& act,
                                 const Decision& decide, const Intention& intended = {});

// A person's look at one measure, without any change; the exit status.
using Look = std::function<void(const li::Measure& measure, li::Time now)>;
[[nodiscard]] int look_at(const Call& call, const Look& look);

// What was said with an option; empty without it.  Throws Failure(fix_arguments) when it
// holds what would be no text in a letter or on a terminal.
[[nodiscard]] std::string text_option(const Call& call, std::string_view name);
// A time that was given as an option; `otherwise` without it.
[[nodiscard]] li::Time time_option(const Call& call, std::string_view name,
                                   li::Time otherwise);

} // namespace tkuev
