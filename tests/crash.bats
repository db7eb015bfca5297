#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What was answered with 250 survives kill -9 at any file operation of any program.
#
# CRASH_POINTS=1000 CRASH_SEED=N bats tests/crash.bats is the long run before a release.

setup() {
    load helpers/common
    load helpers/gateway
    sponts_setup
}
teardown() { sponts_teardown; }

# bats test_tags=crash
@test "every 250 is delivered, whole and unchanged, wherever a program is killed" {
    local seed=${CRASH_SEED:-$RANDOM}
    echo "CRASH_SEED=$seed"
    run /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/crash.py" --bin "$BIN" \
        --work "$TMP" --points "${CRASH_POINTS:-60}" --seed "$seed"
    echo "$output"
    echo "# $output" >&3
    [ "$status" -eq 0 ]
}
