// SPDX-License-Identifier: Apache-2.0
#include "by_two.h"

#include "li/proposal.h"
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

void say_noted(bool differs)
{
    std::cerr << "tkuev-ctl: noted"
              << (differs ? " instead of what was proposed before, which differs" : "")
              << "; takes effect when somebody else gives the same command\n";
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
        const bool agreed = agreement == li::Agreement::agreed;
        if (rulings.second_person)
            office.remark(agreed ? "proposal=agreed" : "proposal=noted");
        if (agreed) {
            wanted.life.proposals = std::move(measure.life.proposals);
            measure = std::move(wanted);
        }
        return {};
    };
    const int status = change_measure(call, "measure-" + by_two.act, decide, intended);
    if (status != exit_done || agreement == li::Agreement::agreed)
        return status;
    say_noted(agreement == li::Agreement::differs);
    return exit_not_yet;
}

} // namespace tkuev
