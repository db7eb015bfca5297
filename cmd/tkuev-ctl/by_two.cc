// SPDX-License-Identifier: Apache-2.0
#include "by_two.h"

#include "li/words.h"
#include "seal/digest.h"

#include <iostream>

namespace tkuev {

namespace {

std::string digest_of(const ByTwo& by_two, const li::Measure& wanted)
{
    return seal::hex(seal::sha256(by_two.act + '/' + li::hex(wanted.handle) + '/' +
                                  by_two.content(wanted)));
}

} // namespace

int change_by_two(const Call& call, const ByTwo& by_two, const Intention& intended)
{
    auto agreement = li::Agreement::agreed;
    const auto decide = [&](Office& office, li::Measure& measure,
                            const std::string& mark) -> li::Done {
        li::Measure wanted = measure;
        if (li::Done done = by_two.decide(office, wanted); !done)
            return done;
        const li::Rulings rulings{.second_person = office.settings().second_person};
        agreement = li::agree(measure, by_two.act, office.now(), mark,
                              digest_of(by_two, wanted), rulings);
        remark_of(office, agreement);
        if (agreement == li::Agreement::agreed) {
            wanted.life.proposals = std::move(measure.life.proposals);
            measure = std::move(wanted);
        }
        return {};
    };
    const int status = change_measure(call, "measure-" + by_two.act, decide, intended);
    return status == exit_done ? exit_of(agreement) : status;
}

li::Time first_wanted(const Office& office, const li::Measure& measure,
                      std::string_view act)
{
    const li::Proposal* const first = office.settings().second_person
                                          ? li::open_proposal(measure, act, office.now())
                                          : nullptr;
    return first != nullptr ? first->time : office.now();
}

int exit_of(li::Agreement agreement)
{
    if (agreement == li::Agreement::agreed)
        return exit_done;
    std::cerr << "tkuev-ctl: noted"
              << (agreement == li::Agreement::differs
                      ? " instead of what was proposed before, which differs"
                      : "")
              << "; takes effect when somebody else gives the same command\n";
    return exit_not_yet;
}

void remark_of(Office& office, li::Agreement agreement)
{
    if (office.settings().second_person)
        office.remark(agreement == li::Agreement::agreed ? "proposal=agreed"
                                                         : "proposal=noted");
}

} // namespace tkuev
