// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/command.h - the subcommands of tkuev-ctl, each in a file of its own, and what
// they answer with.
#pragma once

#include "conf/command.h"

namespace tkuev {

using conf::Call;

inline constexpr int exit_done = 0;
inline constexpr int exit_not_wanted = 1; // a person said no
inline constexpr int exit_not_yet = 1;    // somebody else must say the same
inline constexpr int exit_refused = 65;   // by the rules; every reason is on stderr

int init(const Call& call);
int authority_add(const Call& call);
int authority_list(const Call& call);
int authority_show(const Call& call);
int authority_remove(const Call& call);
int test_account_add(const Call& call);
int test_account_list(const Call& call);
int test_account_remove(const Call& call);
int create(const Call& call);
int check(const Call& call);
int approve(const Call& call);
int reject(const Call& call);
int activate(const Call& call);
int confirm(const Call& call);
int extend(const Call& call);
int redirect(const Call& call);
int suspend(const Call& call);
int resume(const Call& call);
int end(const Call& call);
int settle(const Call& call);
int forget(const Call& call);
int list(const Call& call);
int show(const Call& call);
int status(const Call& call);
int notice(const Call& call);
int gaps(const Call& call);
int receipts(const Call& call);
int traffic(const Call& call);
int rehearse(const Call& call);

} // namespace tkuev
