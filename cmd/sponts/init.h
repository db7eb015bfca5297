// SPDX-License-Identifier: Apache-2.0
// sponts/init.h - what the two kinds of `sponts init` share.
#pragma once

#include "command.h"

#include <string>

namespace sponts {

// Makes what a configuration file names and what is not there yet.
void make_installation(const std::string& file, bool self_signed);

// --demo DIR: a gateway for demo.example on loopback, ready to run.
int init_demo(const Call& call);

} // namespace sponts
