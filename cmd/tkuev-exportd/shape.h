// SPDX-License-Identifier: Apache-2.0
// tkuev-exportd/shape.h - neither the room for descriptors nor the number of heaps, which
// everybody sees in /proc, grows with what this process has to do.
#pragma once

namespace exportd {

// From the start there is as much room as there will ever be for descriptors, and memory
// comes from one heap.  To be called before there are threads.
void keep_shape();

} // namespace exportd
