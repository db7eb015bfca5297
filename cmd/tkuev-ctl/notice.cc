// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl notice: the letter that an authority gets, and the same as a PDU.  How it gets
// there is the officer's choice; files are made anew and readable by their owner only.
#include "li/notice.h"

#include "base/failure.h"
#include "base/file.h"
#include "handover/desk.h"
#include "handover/ledger.h"
#include "handover/notices.h"
#include "office.h"

#include <filesystem>
#include <iostream>

namespace tkuev {

namespace {

constexpr mode_t private_mode = 0600;

li::Notice kind_of(const Call& call)
{
    const std::string kind = call.get("kind");
    if (kind == "set-up")
        return li::Notice::set_up;
    if (kind == "change")
        return li::Notice::change;
    if (kind == "end")
        return li::Notice::end;
    if (kind == "disturbance")
        return li::Notice::disturbance;
    throw base::Failure(base::Remedy::fix_arguments,
                        "--kind: must be one of: set-up, change, end, disturbance");
}

void refuse_disturbance(const Call& call)
{
    for (const std::string_view name :
         {"disturbance", "effect", "since", "expected-end", "recovered"})
        if (call.has(name))
            throw base::Failure(base::Remedy::fix_arguments,
                                "--" + std::string(name) +
                                    ": only with --kind disturbance");
}

li::Disturbance disturbance_of(const Call& call, li::Notice notice)
{
    li::Disturbance out;
    if (notice != li::Notice::disturbance) {
        refuse_disturbance(call);
        return out;
    }
    out.kind = text_option(call, "disturbance");
    out.effect = text_option(call, "effect");
    out.begin = time_option(call, "since", 0);
    out.expected_end = time_option(call, "expected-end", 0);
    out.recovered = time_option(call, "recovered", 0);
    if (out.kind.empty() || out.effect.empty() || out.begin == 0)
        throw base::Failure(base::Remedy::fix_arguments,
                            "a disturbance needs --disturbance, --effect and --since");
    const auto before = [&](li::Time time) { return time != 0 && time < out.begin; };
    if (before(out.expected_end) || before(out.recovered))
        throw base::Failure(base::Remedy::fix_arguments,
                            "a disturbance does not end before --since");
    return out;
}

li::Sender sender_of(const conf::Tkuev& settings)
{
    return {.operator_id = settings.operator_id,
            .network_element = settings.network_element,
            .interception_point = settings.interception_point,
            .country = settings.country};
}

class Writer {
public:
    explicit Writer(const Call& call)
        : call_(call), notice_(kind_of(call)), disturbance_(disturbance_of(call, notice_))
    {
    }

    li::Done write(Office& office, li::Measure& measure) const
    {
        if (const auto why = li::nothing_to_tell(notice_, measure, office.now()))
            return std::unexpected("cannot write a notice: " + *why);
        if (disturbance_.begin > office.now())
            return std::unexpected("cannot write a notice: --since is in the future");
        const li::Occasion occasion = occasion_of(office, measure);
        if (disturbance_.recovered != 0 && disturbance_.recovered <= occasion.effective)
            return std::unexpected("cannot write a notice: the disturbance was over before "
                                   "the measure took effect");
        const li::Authority authority =
            office.authority(measure.authority).value_or(li::Authority{});
        const std::string text = li::letter(occasion, measure, authority,
                                            sender_of(office.settings()), office.now());
        if (li::Done done = write_files(office, measure, occasion, text); !done)
            return done;
        if (notice_ == li::Notice::set_up && occasion.effective == 0 &&
            li::next_change(measure, office.now()))
            say_not_yet(); // so it is to be written again
        else if (notice_ != li::Notice::change ||
                 !li::change_is_told(measure, office.now()))
            time_of(measure.life) = office.now();
        return {};
    }

private:
    [[nodiscard]] li::Time& time_of(li::Life& life) const
    {
        switch (notice_) {
        case li::Notice::set_up:
            return life.told_begin;
        case li::Notice::change:
            return life.told_change;
        case li::Notice::disturbance:
            return life.told_disturbance;
        case li::Notice::end:
            break;
        }
        return life.told_end;
    }

    static void say_not_yet()
    {
        std::cerr << "tkuev-ctl: the servers were not told of the measure yet; write the "
                     "letter again when they were\n";
    }

    // Without a store nobody has handed over anything yet, nor told the servers.
    [[nodiscard]] li::Occasion occasion_of(Office& office, const li::Measure& measure) const
    {
        li::Occasion occasion{.notice = notice_, .disturbance = disturbance_};
        if (!std::filesystem::exists(handover::places_of(office.settings()).store))
            return occasion;
        db::HandoverWork work(office.handover());
        occasion.effective = handover::took_effect(work, measure);
        return occasion;
    }

    void write_letter(const std::string& text) const
    {
        if (call_.has("out"))
            base::make_file(call_.get("out"), text, private_mode);
        else
            std::cout << text << std::flush;
    }

    // Both, or none of them.
    void write_both(const std::string& pdu, const std::string& text) const
    {
        base::make_file(call_.get("pdu"), pdu, private_mode);
        try {
            write_letter(text);
        } catch (const base::Failure&) {
            std::error_code gone; // if it stays, who tries again is told to name another
            std::filesystem::remove(call_.get("pdu"), gone);
            throw;
        }
    }

    // With a number of those that tkuev-exportd(8) gives its own notices: none comes twice.
    // It counts when the files are on the disk; if we die before it is noted, the same
    // number is given again, and who finds the files made by then is told to name others.
    li::Done write_files(Office& office, const li::Measure& measure,
                         const li::Occasion& occasion, const std::string& text) const
    {
        if (!call_.has("pdu")) {
            write_letter(text);
            return {};
        }
        db::HandoverWork work(office.handover());
        const std::uint32_t number = handover::next_notice_number(work, measure.handle);
        const auto pdu = li::notice_pdu(occasion, measure, sender_of(office.settings()),
                                        number, office.now());
        if (!pdu)
            return std::unexpected("cannot write a PDU: " + pdu.error());
        write_both(*pdu, text);
        handover::note(work, measure.handle, office.now(), "notice",
                       {{"kind", call_.get("kind")},
                        {"number", std::to_string(number)},
                        {"by", "file"}});
        work.commit();
        return {};
    }

    const Call& call_;
    li::Notice notice_;
    li::Disturbance disturbance_;
};

} // namespace

int notice(const Call& call)
{
    const Writer writer(call);
    return change_measure(call, "notice-" + call.get("kind"),
                          [&](Office& office, li::Measure& measure, const auto&) {
                              return writer.write(office, measure);
                          });
}

} // namespace tkuev
