// SPDX-License-Identifier: Apache-2.0
// tkuev-audit grants - who has which role; gives and takes roles.
#include "base/failure.h"
#include "desk.h"
#include "print.h"
#include "text/json.h"

#include <iostream>
#include <pwd.h>

namespace tkuev_audit {

namespace {

using audit::Role;
using base::Remedy;

void print(const audit::Grant& grant, bool as_json)
{
    if (!as_json) {
        std::cout << shown(grant.user) << '\t' << grant.role << '\t' << grant.since << '\t'
                  << shown(grant.by) << '\n';
        return;
    }
    std::string out;
    text::JsonWriter json(out);
    json.begin_object()
        .member("user", grant.user)
        .member("role", grant.role)
        .member("since", grant.since)
        .member("by", grant.by)
        .end_object();
    std::cout << out << '\n';
}

int list_grants(const Call& call)
{
    Desk desk(call, "log-grants", {Role::review, Role::grant});
    const audit::Inspection all = desk.read();
    desk.note("done", "", "listed");
    if (!call.json)
        std::cout << "USER\tROLE\tSINCE\tBY\n";
    for (const audit::Grant& grant : audit::in_force(all.grants))
        print(grant, call.json);
    return exit_done;
}

// Somebody must be left who can give roles.
void must_not_be_last(const audit::Inspection& all, const Call& call, Role role)
{
    if (role != Role::grant)
        return;
    for (const audit::Grant& grant : audit::in_force(all.grants))
        if (grant.role == name_of(Role::grant) && grant.user != call.user)
            return;
    throw base::Failure(Remedy::fix_arguments,
                        call.user + " is the last one who may grant roles");
}

// TKÜV § 16 (2): who operates has neither access to the log nor to the rights.
std::string roles_beside(Desk& desk, const Call& call, Role role)
{
    std::string out;
    for (const Role other : {Role::operate, Role::review, Role::grant})
        if (other != role && desk.store().has_role(call.user, other))
            out += (out.empty() ? "" : ", ") + std::string(name_of(other));
    return out;
}

int change_grant(const Call& call)
{
    const auto role = audit::role_of(call.role);
    const bool gives = call.change == "grant";
    if (!role)
        throw base::Failure(Remedy::fix_arguments,
                            call.role + ": not one of operate, review, grant");
    if (gives && ::getpwnam(call.user.c_str()) == nullptr)
        throw base::Failure(Remedy::fix_arguments, call.user + ": no such user");
    Desk desk(call, "log-" + call.change, {Role::grant});
    const bool has = desk.store().has_role(call.user, *role);
    if (has == gives)
        throw base::Failure(Remedy::fix_arguments,
                            call.user +
                                (has ? " has that role already" : " has not that role"));
    if (!gives)
        must_not_be_last(desk.read(), call, *role);
    std::string detail = call.user + ' ' + call.role;
    if (const std::string others = roles_beside(desk, call, *role);
        gives && !others.empty()) {
        detail += " beside " + others;
        std::cerr << "tkuev-audit: warning: " << detail
                  << ": nobody should have two roles\n";
    }
    desk.perform("", detail, [&] {
        desk.store().change_grant(call.change, call.user, *role, desk.person());
    });
    return exit_done;
}

} // namespace

int grants(const Call& call)
{
    return call.change.empty() ? list_grants(call) : change_grant(call);
}

} // namespace tkuev_audit
