#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# pop-proxy(8) against clients and servers that mean it no good: memory and time stay
# bounded, and the others are served.

setup() {
    load helpers/common
    load helpers/proxy
    proxy_setup
}
teardown() { sponts_teardown; }

# bats test_tags=plain
@test "who does not read a message of 2 GB costs 64 kB, and reads on when he likes" {
    scripted big 'S +OK hello' 'K USER' 'C USER .*' 'S +OK' 'C PASS .*' 'S +OK in' 'C RETR 1' \
        'S +OK' 'FLOOD 2000000'
    proxy_config pop-proxy "backend = 127.0.0.1:${PORT[big]}" "backend-tls = none" \
        '[pop-proxy]' 'connections-per-user = 0'
    proxy_start
    python "$PLAIN_PORT" "$PROXY_PID" <<'END'
import re, sys, time
from pop_talk import Talk

def resident():
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{sys.argv[2]}/status").read())[1])

def reader():
    talk = Talk(int(sys.argv[1])).login("anna")
    talk.say(b"RETR 1\r\n")
    assert talk.more().startswith(b"+OK\r\n")
    return talk

first = reader()
before = resident()
readers = [reader() for _ in range(20)]
grown = 0
for _ in range(20): # time enough to run full
    time.sleep(0.1)
    grown = resident() - before
print(f"{grown} kB for 20 readers", file=sys.stderr)
assert grown < 20 * 96 + 512, grown
heard = 0
while heard < 50 << 20:
    data = first.more()
    assert data
    heard += len(data)
END
}

# bats test_tags=plain
@test "half a command costs a few kB, however many say one" {
    proxy_config pop-proxy "backend = 127.0.0.1:9" "backend-verify = none" '[pop-proxy]' \
        'connections-per-client = 0'
    proxy_start
    python "$PLAIN_PORT" "$PROXY_PID" <<'END'
import re, sys
from pop_talk import Talk

def resident():
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{sys.argv[2]}/status").read())[1])

def half():
    talk = Talk(int(sys.argv[1]))
    assert talk.short(b"NOOP").startswith(b"+OK")
    talk.say(b"USER an")
    return talk

some = [half() for _ in range(50)]
before = resident()
more = [half() for _ in range(500)]
each = (resident() - before) / 500
print(f"{each:.1f} kB each", file=sys.stderr)
assert each < 8, each
END
}

@test "a server that says nothing makes nobody wait but its own users" {
    mailbox_server one
    scripted mute 'C never'
    scripted drip 'S +OK hello' 'C CAPA' 'S +OK' 'S USER' 'C never'
    proxy_config pop-proxy "backend = 127.0.0.1:${PORT[one-pop3]}" "backend-verify = none" \
        '[pop-proxy]' 'backend-timeout = 2s'
    proxy_start
    proxy_route 'pattern,host,port,protocol,tls' "bert,127.0.0.1,${PORT[mute]},pop3,none" \
        "carl,127.0.0.1,${PORT[drip]},pop3,none"
    python "$PLAIN_PORT" <<'END'
import sys, time
from pop_talk import Talk
port = int(sys.argv[1])
began = time.monotonic()
waiting = [Talk(port), Talk(port)]
for talk, user in zip(waiting, (b"bert", b"carl")):
    talk.say(b"USER " + user + b"\r\nPASS secret\r\n")
for _ in range(5):
    Talk(port).login("anna").quit()
assert time.monotonic() - began < 1.9
for talk in waiting:
    assert talk.line() == b"+OK password, please"
    assert talk.line() == b"-ERR [SYS/TEMP] your mailbox cannot be reached now"
assert time.monotonic() - began < 8
END
    proxy_logged 'login-unavailable .*user=bert .*kind=down .*error=.*no answer in time'
    proxy_logged 'login-unavailable .*user=carl .*kind=down .*error=.*no answer in time'
}

@test "a flood of logins with wrong passwords does not keep others out" {
    mailbox_server one
    proxy_config pop-proxy "backend = 127.0.0.1:${PORT[one-pop3]}" "backend-verify = none" \
        '[pop-proxy]' 'connections-per-client = 0' 'login-delay = 8s'
    proxy_start
    python "$PLAIN_PORT" <<'END'
import sys, time
from pop_talk import Talk
port = int(sys.argv[1])
flood = [Talk(port) for _ in range(100)]
for talk in flood:
    talk.say(b"USER bert\r\nPASS wrong\r\n")
began = time.monotonic()
Talk(port).login("anna").quit()
assert time.monotonic() - began < 8
for talk in flood:
    talk.line()
    assert talk.line().startswith(b"-ERR [AUTH]")
assert time.monotonic() - began > 7.5
END
    [ "$(grep -c 'login-refused .*user=bert' "$TMP/proxy.log")" -eq 100 ]
}

@test "what is not POP3 is sent away" {
    proxy_config pop-proxy "backend = 127.0.0.1:9" "backend-verify = none"
    proxy_start
    speak() { socat -t10 - "TCP:127.0.0.1:$PLAIN_PORT" | tr -d '\r' | tail -n +2; }
    [ "$(printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' | speak)" = "-ERR this is POP3" ]
    [ "$(printf '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' | speak)" = "-ERR this is no line of POP3" ]
    [ "$(head -c 70000 /dev/zero | tr '\0' x | speak)" = "-ERR line is too long" ]
    [ "$(printf 'QUIT\n' | speak)" = "-ERR lines end with CRLF" ]
    proxy_logged 'session-ended .* reason=refused'
    run ! proxy_logged 'login-'
}

@test "a server that dies at any byte: its client hears what it has said, and no more" {
    local back
    back=$(free_port)
    proxy_config pop-proxy "backend = 127.0.0.1:$back" "backend-tls = none"
    proxy_start
    timeout 120 "$BATS_TEST_DIRNAME/helpers/cut.py" pop3 "$PLAIN_PORT" "$back"
    proxy_logged 'login-unavailable .* kind=broken'
    run ! gone "$PROXY_PID"
}
